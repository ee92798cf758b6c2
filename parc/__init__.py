"""parc: from the purchase of a device to its proven second life."""
