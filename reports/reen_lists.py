"""The devices behind each figure of the REEN report, and those left out."""

from collections.abc import Iterable, Sequence

from parc.domain.reuse import Exclusion
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import HandOverOutcome, Level, Route
from reports import french
from reports.indicators import reuse
from reports.indicators.lines import Line, excluded
from reports.report import Cell, Column, Kind, Note, Sheet, Table, Tone
from reports.reuse_year import ReuseYear

AGE_BASES = {
    field.name: field.label
    for field in FACT_FIELDS
    if field.name in {"acquired_on", "commissioned_on", "manufactured_on"}
}

_BASIS = {
    "acquired_on": "Acquisition",
    "commissioned_on": "Mise en service",
    "manufactured_on": "Fabrication",
}
SYNTHESIS = "Synthèse"
EXCLUSIONS = "Exclusions"

_DEVICE = (
    Column("Étiquette", Kind.LONG_TEXT, 15),
    Column("N° de série", Kind.LONG_TEXT, 16),
    Column("Catégorie", Kind.LONG_TEXT, 18),
    Column("Matériel", Kind.LONG_TEXT, 22),
)
_OWNER = Column("Propriétaire", Kind.LONG_TEXT, 26)
_REFORM = (
    Column("Réformé le", Kind.DAY, 12),
    Column("Âge à la réforme", Kind.LONG_TEXT, 14),
    Column("Âge compté du", Kind.DAY, 12),
    Column("Date retenue", Kind.LONG_TEXT, 13),
)
_DEPARTURE = (
    Column("Voie", Kind.LONG_TEXT, 20),
    Column("Remis le", Kind.DAY, 12),
    Column("Engagement du", Kind.DAY, 13),
    Column("Preuve du", Kind.DAY, 12),
    Column("Niveau de preuve", Kind.LONG_TEXT, 13),
)
_COUNTED = (
    Column("Orienté", width=9),
    Column("En B", width=7),
    Column("En A", width=7),
    Column("Motif", Kind.LONG_TEXT, 28),
)


BACK = Note(f"← {SYNTHESIS}", sheet=SYNTHESIS)
"""The way back from a sheet to the first."""


def list_of(key: str, year: ReuseYear) -> Sheet:
    """Make the sheet that lists the devices an indicator looked at."""
    shown = in_order(reuse.listed(key, year.lines))
    return Sheet(
        key,
        (
            Note(f"{key} · {reuse.LABELS[key]}, {year.year}", Tone.HEADING),
            Note(french.typeset(_explanation(key, year.year))),
            BACK,
            Table(
                (*_device_columns(year), *_DEPARTURE, *_COUNTED),
                tuple(
                    (
                        *_device(line, year),
                        *_departure(line),
                        yes_no(line.oriented),
                        yes_no(line.standing.stocked),
                        yes_no(line.standing.counted),
                        why(line, year.year),
                    )
                    for line in shown
                ),
            ),
        ),
        listing=True,
    )


def exclusions(year: ReuseYear) -> Sheet:
    """Make the sheet of devices outside the decree's scope, by reason."""
    shown = excluded(year.lines)
    return Sheet(
        EXCLUSIONS,
        (
            Note(f"Matériels hors calcul, {year.year}", Tone.HEADING),
            Note(
                french.typeset(
                    "Ces matériels réformés ne comptent ni dans A ni dans B "
                    "(décret n° 2023-266, art. 1). Un âge inconnu reste hors calcul "
                    "jusqu'à ce que quelqu'un renseigne une date."
                )
            ),
            BACK,
            Note("Par motif", Tone.HEADING),
            by_reason(shown),
            Note("Liste", Tone.HEADING),
            Table(
                (
                    Column("Motif d'exclusion", Kind.LONG_TEXT, 34),
                    *_device_columns(year),
                    Column("En stock au 1er janvier", width=12),
                    Column("Remis dans l'année", width=12),
                    *_DEPARTURE[:2],
                ),
                tuple(
                    (
                        _reason(line),
                        *_device(line, year),
                        yes_no(line.standing.in_stock),
                        yes_no(line.standing.hand_over is not None),
                        *_departure(line)[:2],
                    )
                    for line in shown
                ),
            ),
        ),
        listing=True,
    )


def by_reason(shown: Sequence[Line]) -> Table:
    """Count the devices left out by reason; reasons without any show zero."""

    def row(label: str, lines: Sequence[Line]) -> tuple[Cell, ...]:
        return (
            label,
            len(lines),
            sum(line.standing.in_stock for line in lines),
            sum(line.standing.hand_over is not None for line in lines),
        )

    rows = [
        row(reason.label, [line for line in shown if line.standing.exclusion is reason])
        for reason in Exclusion
    ]
    return Table(
        (
            Column("Motif", Kind.LONG_TEXT, 34),
            Column("Matériels", Kind.INTEGER),
            Column("En stock au 1er janvier", Kind.INTEGER),
            Column("Remis dans l'année", Kind.INTEGER),
        ),
        (*rows, row("Ensemble", shown)),
    )


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Sort lines by owner, then by tag."""
    return sorted(lines, key=lambda line: (line.owner, line.tag))


def why(line: Line, year: int) -> str:
    """Say in a few words why a device counts in A, or why it does not."""
    hand_over = line.standing.hand_over
    if hand_over is None:
        return f"Pas remis pour réemploi en {year}"
    if hand_over.outcome is HandOverOutcome.RETURNED:
        return "Rendu par le preneur"
    if hand_over.outcome is HandOverOutcome.RECYCLED:
        return "Recyclé par le preneur : sort du calcul"
    if line.standing.exclusion is not None:
        return line.standing.exclusion.label
    if line.standing.counted:
        taken = hand_over.route in {
            Route.SALE,
            Route.PRODUCER_TAKEBACK,
            Route.SUPPLIER_TAKEBACK,
        }
        return "Engagement et preuve réunis" if taken else "Compté à la remise"
    missing = []
    if hand_over.commitment_on is None:
        missing.append("engagement préalable absent")
    elif hand_over.commitment_on > hand_over.on:
        missing.append("engagement postérieur à la remise")
    if hand_over.proof_on is None:
        missing.append("preuve de réemploi absente")
    return " ; ".join(missing).capitalize()


def yes_no(answer: bool) -> str:
    """Write a truth."""
    return "Oui" if answer else "Non"


def _reason(line: Line) -> str:
    exclusion = line.standing.exclusion
    return "" if exclusion is None else exclusion.label


def _device_columns(year: ReuseYear) -> tuple[Column, ...]:
    return (*_DEVICE, *((_OWNER,) if year.mutualised else ()), *_REFORM)


def _device(line: Line, year: ReuseYear) -> tuple[Cell, ...]:
    judged = line.standing
    return (
        line.tag,
        line.serial,
        line.category,
        f"{line.maker} {line.model}".strip(),
        *((year.owners[line.owner],) if year.mutualised else ()),
        judged.decommissioned_on,
        french.age(line.months),
        line.aged_from,
        _BASIS[judged.age_basis] if judged.age_basis else "Aucune date",
    )


def _departure(line: Line) -> tuple[Cell, ...]:
    hand_over = line.standing.hand_over
    level = Level.DECLARED if line.standing.declared else Level.DOCUMENTED
    if hand_over is None:
        return (None, None, None, None, level.label)
    return (
        hand_over.route.label,
        hand_over.on,
        hand_over.commitment_on,
        hand_over.proof_on,
        level.label,
    )


def _explanation(key: str, year: int) -> str:
    return {
        reuse.STATUTORY: (
            f"A : remis pour réemploi en {year}. B : réformés et détenus le "
            f"1er janvier {year} à 0 h 00. Un même matériel peut compter dans A, "
            "dans B, dans les deux."
        ),
        reuse.FLOW: (
            f"Matériels disponibles : en stock réformé le 1er janvier {year}, ou "
            "entrés dans ce stock pendant l'année (réforme, retour, matériel "
            "retrouvé)."
        ),
        reuse.STOCK: f"Réformés et détenus le 1er janvier {year} à 0 h 00.",
        reuse.BY_ROUTE: f"Remis pour réemploi en {year}, comptés ou non dans A.",
    }[key]
