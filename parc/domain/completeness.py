"""What a record still lacks to be complete, as its category asks."""

from parc.domain.category import Category
from parc.domain.device import Device
from parc.domain.fields import Field
from parc.domain.transitions import FACT_FIELDS


def missing_facts(device: Device, category: Category) -> tuple[Field, ...]:
    """List the category's mandatory facts that the device does not have.

    Nothing is refused for it: an inventory of the past often lacks some. The
    page says what to complete.
    """
    return tuple(
        field
        for field in FACT_FIELDS
        if field.name in category.mandatory
        and device.facts.get(field.name) in {None, ""}
    )
