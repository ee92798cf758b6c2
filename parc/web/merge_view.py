"""What the page that compares two records of one device shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.fields import Field, Kind
from parc.domain.refusal import Refusal
from parc.operations.merging import Record, better_kept, differing
from parc.operations.rules import rules_for
from parc.storage import attachments, notes
from parc.storage.tables import DeviceRow
from parc.web import rendering
from parc.web.device_view import names_for
from parc.web.event_view import Names, value_of
from parc.web.recording import life_of, owner_of

FACT = "fact-"
"""Begins the name of the choice of a fact."""

REASON = Field("reason", "Motif", Kind.LONG_TEXT, required=True)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the comparison; `name` of a fact that is to be chosen.

    `chosen` is the tag of the device whose value is picked; empty: the kept one's,
    whichever is kept.
    """

    label: str
    values: tuple[str, str]
    name: str = ""
    chosen: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether both say something else."""
        return self.values[0] != self.values[1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both devices, what is known of each, which is proposed to be kept."""

    sides: tuple[Record, Record]
    lines: Sequence[Compared]
    kept: str
    reason: str = ""
    refusals: Sequence[Refusal] = ()
    field: Field = REASON


def comparison(
    session: Session,
    viewer: Viewer,
    sides: tuple[Record, Record],
    today: date,
    texts: Mapping[str, str],
) -> Comparison:
    """Lay two records out, with what a refused try had chosen."""
    one, other = sides
    kept = better_kept(one, other).row.tag
    if texts.get("keep") in {one.row.tag, other.row.tag}:
        kept = texts["keep"]
    rules = rules_for(session, owner_of(session, one.row), today)
    names = names_for(session, (*one.events, *other.events), rules)
    return Comparison(
        sides,
        [
            *_facts(sides, names, texts),
            *_places(one, other, names),
            *_beside(session, viewer, one, other),
        ],
        kept,
        texts.get("reason", ""),
    )


def record_of(session: Session, row: DeviceRow) -> Record:
    """Rebuild one side of a comparison."""
    device, events = life_of(session, row)
    return Record(row, device, tuple(events))


def _facts(
    sides: tuple[Record, Record], names: Names, texts: Mapping[str, str]
) -> list[Compared]:
    """Lay out the facts that differ; what only one knows is picked."""
    lines = []
    for field in differing(*sides):
        has = [side.row.tag for side in sides if field.name in side.known]
        alone = has[0] if len(has) == 1 else ""
        chosen = texts.get(f"{FACT}{field.name}", "")
        lines.append(
            Compared(
                field.label,
                (_told(sides[0], field, names), _told(sides[1], field, names)),
                field.name,
                chosen if chosen in has else alone,
            )
        )
    return lines


def _told(side: Record, field: Field, names: Names) -> str:
    value = side.known.get(field.name)
    return "" if value is None else value_of(field, value, names)


def _places(one: Record, other: Record, names: Names) -> list[Compared]:
    def told(side: Record) -> dict[str, str]:
        device = side.device
        media = (f"{m.serial} ({m.kind.label})" for m in device.media)
        return {
            "Étiquette d'un autre outil": device.text_fact("foreign_tag"),
            "État": device.state.label,
            "Depuis le": rendering.day(device.since),
            "Réformé le": rendering.day(device.decommissioned_on),
            "Gestionnaire": names.owners.get(device.manager, device.manager),
            "Site": names.sites.get(device.site or 0, ""),
            "Détenteur": names.person(device.holder),
            "Supports de stockage": ", ".join(media),
            "Pièces du dossier": str(len(device.evidence)),
        }

    first, second = told(one), told(other)
    return [Compared(label, (first[label], second[label])) for label in first]


def _beside(
    session: Session, viewer: Viewer, one: Record, other: Record
) -> list[Compared]:
    def told(side: Record) -> tuple[str, str, str]:
        key, first = side.row.id, side.events[0]
        written = len(notes.notes_of(session, viewer, key))
        added = len(attachments.attachments_of(session, viewer, key))
        since = rendering.day(first.effective_on)
        return f"{len(side.events)}, depuis le {since}", str(written), str(added)

    labels = ("Événements", "Notes", "Photos et fichiers")
    return [
        Compared(label, (first, second))
        for label, first, second in zip(labels, told(one), told(other), strict=True)
    ]
