"""What an import would change, put into words for a reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parc import resources
from parc.domain.fields import Field, Json, Kind
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import State, VoidKind
from parc.operations import import_preview
from parc.operations.import_preview import VOID
from parc.web.event_view import Names, value_of

_BACK = Field(
    VOID,
    "Inventaire",
    Kind.CHOICE,
    choices=((VoidKind.DISCARDED.value, VoidKind.DISCARDED.label), ("", "Rétabli")),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in (_BACK, *FACT_FIELDS)}
"""The fields that a file may change, by name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one device, in words; `before` is empty when nothing was known."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedDevice:
    """One device that would change."""

    line: int
    tag: str
    name: str
    fields: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class NewDevice:
    """One device as it would be; `tag` is empty when one will be given."""

    line: int
    tag: str
    name: str
    category: str
    serial: str
    acquired: str
    price: str
    state: str
    place: str


def changed(path: Path, start: int, count: int) -> list[ChangedDevice]:
    """Read some devices that would change, in words."""
    names = names_of_categories()
    return [
        ChangedDevice(
            device.line,
            device.tag,
            device.name,
            [
                Difference(
                    FIELDS[name].label,
                    in_words(FIELDS[name], before, names),
                    in_words(FIELDS[name], after, names),
                )
                for name, (before, after) in device.fields.items()
                if name in FIELDS
            ],
        )
        for device in import_preview.changes(path, start, count)
    ]


def created(path: Path) -> list[NewDevice]:
    """Read the first new devices, in words."""
    names = names_of_categories()

    def said(facts: dict[str, Json], *fields: str) -> str:
        words = (in_words(FIELDS[name], facts.get(name), names) for name in fields)
        return " ".join(filter(None, words))

    return [
        NewDevice(
            line=device.line,
            tag=device.tag,
            name=said(facts := dict(device.facts), "maker", "model"),
            category=said(facts, "category"),
            serial=said(facts, "serial"),
            acquired=said(facts, "acquired_on"),
            price=said(facts, "price_cents"),
            state=State(device.state).label,
            place=", ".join(filter(None, (device.site, device.holder))),
        )
        for device in import_preview.creations(path)
    ]


def names_of_categories() -> Names:
    """Give the names that facts need: those of categories."""
    labels = {key: kind.label for key, kind in resources.categories().items()}
    return Names(categories=labels)


def in_words(field: Field, value: Json, names: Names) -> str:
    """Write a value for a reader; empty for nothing."""
    if field is _BACK:
        return value_of(field, value or "", names)
    return "" if value is None or value == "" else value_of(field, value, names)
