"""A phone made ready to leave: three steps, each with its day, none forgotten."""

from datetime import date

import pytest

from parc.domain.device import Device
from parc.domain.phone_reset import FIELDS, internal_media, told, understand
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, MediumKind
from tests.factories import TODAY, Story, a_command, registration

DAYS = {
    "reset_on": "2026-11-20",
    "unmanaged_on": "2026-11-22",
    "unlocked_on": "2026-11-21",
}


def a_phone(*media: tuple[str, str], used: date | None = None) -> Device:
    """Give a phone in stock, back from somebody when `used`."""
    held = tuple({"serial": serial, "kind": kind} for serial, kind in media)
    story = Story(registration(category="smartphone", serial="R58N", media=held))
    if used is not None:
        story.then(a_command(Action.ASSIGN, used, holder="P-ABCDEFGH"))
        story.then(a_command(Action.RETURN, used, target="in_stock"))
    return story.device


def reasons(given: dict[str, str], device: Device) -> set[str | None]:
    """Give the fields at fault."""
    with pytest.raises(Refused) as refused:
        understand(given, device, TODAY)
    return {reason.field for reason in refused.value.reasons}


def test_the_three_steps_settle_the_memory_on_the_day_of_the_last() -> None:
    reset, (memory,) = understand(DAYS, a_phone(), TODAY)
    assert reset.done_on == date(2026, 11, 22)
    assert (memory.serial, memory.kind) == ("INTERNE-R58N", MediumKind.EMMC)
    assert told(reset) == (
        "Réinitialisé le 20/11/2026, retiré de la gestion de parc le 22/11/2026, "
        "comptes déverrouillés le 21/11/2026"
    )


@pytest.mark.parametrize("field", [field.name for field in FIELDS])
def test_no_step_may_be_left_out_nor_be_to_come_nor_precede_a_use(field: str) -> None:
    rest = {name: day for name, day in DAYS.items() if name != field}
    assert reasons(rest, a_phone()) == {field}
    assert reasons({**DAYS, field: "2026-12-25"}, a_phone()) == {field}
    used = a_phone(used=date(2026, 11, 19))
    assert reasons({**DAYS, field: "2026-11-18"}, used) == {field}


def test_a_memory_card_is_left_to_be_treated_apart() -> None:
    phone = a_phone(("M1", "unknown"), ("CARTE", "other"))
    assert [m.serial for m in internal_media(phone)] == ["M1"]


def test_a_laptop_is_no_phone() -> None:
    laptop = Story(registration()).device
    assert reasons(DAYS, laptop) == {"code"}
