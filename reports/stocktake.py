"""The report of a stocktake (procès-verbal de récolement), frozen by value.

No name of a person is in it: who signs is an opaque id and a role, and the paper
has a box for the signature.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parc.domain.stocktake import Totals
from reports.french import count, instant, number, typeset
from reports.report import Cell, Column, Kind, Note, Report, Sheet, Table, Tone

TITLE = "Procès-verbal de récolement"


@dataclass(frozen=True, slots=True)
class Item:
    """A device, or a code that stands for none; `decision` is what was decided."""

    tag: str
    label: str = ""
    serial: str = ""
    state: str = ""
    expected: str = ""
    seen: str = ""
    seen_on: date | None = None
    decision: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """All that the report says. Instants are in French local time.

    `opened_by`, `closed_by`, `signed_by` are opaque ids; `role` is the role in which
    the signatory signs.
    """

    number: int
    owner: str
    siret: str
    scope: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime
    closed_by: str
    signed_at: datetime
    signed_by: str
    role: str
    totals: Totals
    away: int
    scanners: int
    waiting: int
    unsettled: int
    explanation: str
    remarks: str
    missing: Sequence[Item]
    misplaced: Sequence[Item]
    unexpected: Sequence[Item]
    unknown: Sequence[Item]
    found: Sequence[Item]

    @property
    def title(self) -> str:
        """Name the report."""
        return f"{TITLE} n° {self.number}"

    def lists(self) -> Iterator[tuple[str, Sequence[Item]]]:
        """Give each list under its heading, anomalies first."""
        yield "Manquants", self.missing
        yield "Vus à un autre lieu", self.misplaced
        yield "Inattendus", self.unexpected
        yield "Codes inconnus", self.unknown
        yield "Trouvés", self.found


def signatory(minutes: Minutes) -> str:
    """Say who signs: an opaque id and the role."""
    return f"{minutes.signed_by} ({minutes.role})"


def facts(minutes: Minutes) -> list[tuple[str, str]]:
    """List who, where and when, as a heading of the report."""
    said = [
        ("Propriétaire", f"{minutes.owner} (SIRET {minutes.siret})"),
        ("Périmètre", minutes.scope),
        ("Ouvert", f"le {instant(minutes.opened_at)}, par {minutes.opened_by}"),
        ("Scans clos", f"le {instant(minutes.closed_at)}, par {minutes.closed_by}"),
        ("Signé", f"le {instant(minutes.signed_at)}, par {signatory(minutes)}"),
        ("Liste attendue", "figée à l'ouverture, telle que l'inventaire la disait"),
    ]
    if minutes.explanation:
        said.append(("Explication à la clôture", minutes.explanation))
    if minutes.remarks:
        said.append(("Observations", minutes.remarks))
    return [(label, typeset(text)) for label, text in said]


def figures(minutes: Minutes) -> list[tuple[str, int]]:
    """List what was counted; the first is the sum of the three that follow."""
    totals = minutes.totals
    return [
        ("Attendus", totals.expected),
        ("Trouvés", totals.found),
        ("Vus à un autre lieu", totals.misplaced),
        ("Manquants", totals.missing),
        ("Inattendus", totals.unexpected),
        ("Codes inconnus", totals.unknown),
        ("Écarts non traités", minutes.unsettled),
        ("Scans reçus", totals.scans),
        ("dont déjà vus", totals.again),
        ("dont arrivés après la clôture", totals.late),
        ("Scans encore dans les téléphones", minutes.waiting),
        ("Téléphones", minutes.scanners),
        ("Prêtés ou en réparation, hors de l'attendu", minutes.away),
    ]


def build(minutes: Minutes) -> Report:
    """Lay the report out for a workbook."""
    totals = minutes.totals
    summary = (
        f"{count(totals.expected, 'attendu')} : {count(totals.found, 'trouvé')}, "
        f"{number(totals.misplaced)} à un autre lieu, "
        f"{count(totals.missing, 'manquant')}."
    )
    front = Sheet(
        "Procès-verbal",
        (
            Note(typeset(minutes.title), Tone.TITLE),
            Note(typeset(summary), Tone.LEAD),
            Table(
                (Column("Rubrique", width=34), Column("", Kind.LONG_TEXT, 90)),
                tuple(facts(minutes)),
            ),
            Table(
                (Column("Compte", width=34), Column("Nombre", Kind.INTEGER, 90)),
                tuple(figures(minutes)),
            ),
        ),
        one_page=True,
    )
    return Report(
        title=minutes.title,
        subject="Récolement",
        summary=typeset(summary),
        made_at=minutes.signed_at,
        sheets=(front, *(_listing(title, items) for title, items in minutes.lists())),
    )


_COLUMNS = (
    Column("Étiquette", width=18),
    Column("Matériel", width=30),
    Column("N° de série", width=20),
    Column("État à l'ouverture", width=18),
    Column("Lieu attendu", width=24),
    Column("Lieu constaté", width=24),
    Column("Vu le", Kind.DAY, 12),
    Column("Décision", width=22),
    Column("Motif", Kind.LONG_TEXT, 40),
)


def _listing(title: str, items: Sequence[Item]) -> Sheet:
    rows = tuple(_row(item) for item in items)
    heading = Note(f"{title} : {number(len(items))}", Tone.HEADING)
    return Sheet(title, (heading, Table(_COLUMNS, rows)), listing=True)


def _row(item: Item) -> tuple[Cell, ...]:
    return (
        item.tag,
        item.label,
        item.serial,
        item.state,
        item.expected,
        item.seen,
        item.seen_on,
        item.decision,
        item.reason,
    )
