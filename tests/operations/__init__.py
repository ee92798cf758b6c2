"""What pages, commands and programs all do: on both databases."""
