"""A phone or a tablet made ready to leave: reset, out of management, unlocked.

Three steps, each with its day. They are reconditioners' practice, not law: a device
still under device management or an account lock (Apple, Google) is refused by them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from parc.domain.device import NO_STORAGE, Device, Medium
from parc.domain.erasure import last_use
from parc.domain.fields import Field, Kind, parse
from parc.domain.frozen import frozen
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import MediumKind

CATEGORIES = frozenset({"smartphone", "feature_phone", "tablet"})

RESET = Field("reset_on", "Réinitialisé le", Kind.DAY, required=True)
UNMANAGED = Field(
    "unmanaged_on", "Retiré de la gestion de parc (MDM) le", Kind.DAY, required=True
)
UNLOCKED = Field("unlocked_on", "Comptes déverrouillés le", Kind.DAY, required=True)
FIELDS = (RESET, UNMANAGED, UNLOCKED)

_PREFIX = "INTERNE-"


@frozen
class PhoneReset:
    """The days of the three steps."""

    reset_on: date
    unmanaged_on: date
    unlocked_on: date

    @property
    def done_on(self) -> date:
        """The day on which all three were done."""
        return max(self.reset_on, self.unmanaged_on, self.unlocked_on)


def understand(
    raw: Mapping[str, object], device: Device, today: date
) -> tuple[PhoneReset, tuple[Medium, ...]]:
    """Read the three days and tell which media they settle.

    A memory card is not erased by a reset: it is left to be treated apart.

    Raises:
        Refused: with every reason.
    """
    known = {field.name: raw.get(field.name) for field in FIELDS}
    details, refusals = parse(FIELDS, known)
    days = {name: date.fromisoformat(str(day)) for name, day in details.items()}
    refusals += _wrong(days, device, today)
    media = internal_media(device)
    if not media:
        message = "La mémoire interne de cet appareil est déjà soldée."
        refusals.append(Refusal("settled", message))
    if refusals:
        raise Refused(tuple(refusals))
    return PhoneReset(**days), media


def internal_media(device: Device) -> tuple[Medium, ...]:
    """Give the unsettled internal memory; one is named when none is described."""
    described = [m for m in device.media if m.serial != NO_STORAGE]
    if not described:
        name = device.text_fact("serial") or device.tag
        return (Medium(f"{_PREFIX}{name}"[:200], MediumKind.EMMC),)
    return tuple(
        replace(m, kind=MediumKind.EMMC if m.kind is MediumKind.UNKNOWN else m.kind)
        for m in device.unsettled_media
        if m.kind is not MediumKind.OTHER
    )


def told(reset: PhoneReset) -> str:
    """Write the three steps for the journal."""
    return (
        f"Réinitialisé le {reset.reset_on:%d/%m/%Y}, retiré de la gestion de parc le "
        f"{reset.unmanaged_on:%d/%m/%Y}, comptes déverrouillés le "
        f"{reset.unlocked_on:%d/%m/%Y}"
    )


def _wrong(days: Mapping[str, date], device: Device, today: date) -> Iterator[Refusal]:
    if device.category not in CATEGORIES:
        message = "Ce constat vaut pour un téléphone ou une tablette seulement."
        yield Refusal("not_a_phone", message, "code")
    used = last_use(device)
    for field in FIELDS:
        day = days.get(field.name)
        if day is not None and day > today:
            message = f"« {field.label} » : ce jour n'est pas encore venu."
            yield Refusal("future", message, field.name)
        elif day is not None and used is not None and day < used:
            message = (
                f"« {field.label} » : l'appareil a été remis en usage le "
                f"{used:%d/%m/%Y}, après ce jour."
            )
            yield Refusal("stale", message, field.name)
