"""The annual REEN report: synthesis, devices behind each figure, method, sources."""

from decimal import Decimal

from parc.domain import siret
from reports import french
from reports.indicators.indicator import PERCENT, Indicator, Part
from reports.indicators.reuse import IDS, MUTUALISED
from reports.reen_lists import exclusions, list_of, yes_no
from reports.reen_method import method, sources
from reports.report import Cell, Column, Kind, Note, Percent, Report, Sheet, Table, Tone
from reports.reuse_year import ReuseYear

TITLE = "Réemploi des matériels informatiques réformés"
LEGAL_BASIS = "Décret n° 2023-266 du 12 avril 2023 (loi REEN, art. 16)"


def build(year: ReuseYear) -> Report:
    """Make the document of a year, for one owner or a mutualised perimeter."""
    by_owner = (_by_owner(year),) if year.mutualised else ()
    return Report(
        title=f"{TITLE}, {year.year}",
        subject=LEGAL_BASIS,
        summary=lead(year),
        made_at=year.made_at,
        sheets=(
            _synthesis(year),
            *by_owner,
            *(list_of(key, year) for key in IDS),
            exclusions(year),
            method(year),
            sources(year),
        ),
    )


def perimeter_name(year: ReuseYear) -> str:
    """Name what the figures cover, for a title."""
    if year.mutualised:
        return french.typeset(
            f"{french.count(len(year.owners), 'propriétaire')} : {MUTUALISED}"
        )
    ((number, name),) = year.owners.items()
    return f"{name} (SIRET {siret.formatted(number)})"


def status(year: ReuseYear) -> str:
    """Say how far the figures may still move."""
    moment = french.instant(year.known_at)
    state = "année en cours, " if year.under_way else ""
    return french.typeset(
        f"Situation connue le {moment} : {state}valeurs provisoires, non publiées."
    )


def lead(year: ReuseYear, only: str | None = None) -> str:
    """Say the statutory rate in a sentence that anybody understands."""
    rate = year.figures(only)[0]
    number = year.year
    done = french.count(
        rate.numerator,
        "matériel réformé a été réemployé ou réutilisé",
        "matériels réformés ont été réemployés ou réutilisés",
    )
    if rate.value is None:
        if not rate.devices:
            return french.typeset(f"{number} : taux {rate.reason}.")
        return french.typeset(f"En {number}, {done}. Taux {rate.reason}.")
    stock = f"{rate.denominator} en stock au 1er janvier"
    text = f"En {number}, {done} pour {stock} : {french.percent(rate.value)}."
    return french.typeset(text + _against_target(rate, under_way=year.under_way))


def _against_target(rate: Indicator, *, under_way: bool) -> str:
    if rate.target is None or rate.gap is None:
        return ""
    target = french.percent(Decimal(str(float(rate.target))))
    if rate.reached:
        return f" L'objectif de {target} est atteint."
    missing = f"il manque {french.number(-rate.gap)} points"
    state = "n'est pas encore atteint" if under_way else "n'est pas atteint"
    return f" L'objectif de {target} {state} : {missing}."


def _synthesis(year: ReuseYear) -> Sheet:
    figures = year.figures()
    content: list[Note | Table] = [
        Note(f"{TITLE}, {year.year}", Tone.TITLE),
        Note(perimeter_name(year), Tone.WARNING if year.mutualised else Tone.LEAD),
        Note(lead(year), Tone.LEAD),
        Note(status(year)),
        Table(_FIGURES, tuple(_figure(figure) for figure in figures)),
        Note("Du premier geste à la preuve", Tone.HEADING),
        _progress(year),
        Note("Par voie de réemploi", Tone.HEADING),
        _parts("Voie", figures[3], "route"),
        Note("Par catégorie de DEEE", Tone.HEADING),
        _parts("Catégorie", figures[0], "weee_category", "A", "B (1er janvier)"),
        Note("Stock du 1er janvier, par âge à la réforme", Tone.HEADING),
        _parts("Âge", figures[2], "age_band"),
        Note("Stock du 1er janvier hors calcul, par motif", Tone.HEADING),
        _parts("Motif", figures[2], "exclusion"),
    ]
    return Sheet("Synthèse", tuple(content))


_FIGURES = (
    Column("Indicateur", width=13),
    Column("Libellé", Kind.LONG_TEXT, 44),
    Column("Valeur", Kind.FIGURE, 15),
    Column("Numérateur", Kind.INTEGER, 13),
    Column("Dénominateur", Kind.INTEGER, 15),
    Column("Objectif en vigueur", Kind.PERCENT, 12),
    Column("Écart (points)", Kind.POINTS, 11),
    Column("Atteint", width=10),
    Column("Part déclarée", Kind.PERCENT, 12),
    Column("Fondement", Kind.LONG_TEXT, 48),
)


def _figure(figure: Indicator) -> tuple[Cell, ...]:
    basis = figure.legal_basis
    if figure.target is not None and not figure.statutory_target:
        basis += " ; objectif pour information"
    return (
        figure.id,
        french.typeset(figure.label),
        _value(figure),
        figure.numerator,
        figure.denominator,
        *_compared(figure),
        figure.declared_share,
        french.typeset(basis),
    )


def _value(figure: Indicator) -> Cell:
    value = figure.value
    if value is None:
        return figure.reason
    return Percent(value) if figure.unit == PERCENT else int(value)


def _compared(figure: Indicator) -> tuple[Cell, ...]:
    target = None if figure.target is None else Decimal(str(float(figure.target)))
    reached = None if figure.reached is None else yes_no(figure.reached)
    return target, figure.gap, reached


def _progress(year: ReuseYear) -> Table:
    steps = year.progress()
    return Table(
        (Column("Étape"), Column("Ce que c'est"), Column("Matériels", Kind.INTEGER)),
        (
            (
                "Orientés",
                "Prêts, proposés, réservés ou remis",
                steps.oriented,
            ),
            ("Remis", "Partis, non rendus", steps.handed_over),
            ("Prouvés", "Réemploi effectif prouvé", steps.proved),
            ("Retenus (A)", "Comptés au sens de l'article 2", steps.counted),
        ),
    )


def _parts(
    head: str,
    figure: Indicator,
    dimension: str,
    above: str = "Matériels",
    below: str | None = None,
) -> Table:
    parts = [part for part in figure.breakdown if part.dimension == dimension]
    columns = (Column(head), Column("Libellé"), Column(above, Kind.INTEGER))
    if below is None:
        rows = tuple((_mark(part), part.label, part.numerator) for part in parts)
        return Table(columns, rows)
    return Table(
        (*columns, Column(below, Kind.INTEGER), Column("Taux", Kind.PERCENT)),
        tuple(
            (_mark(part), part.label, part.numerator, part.denominator, part.value)
            for part in parts
        ),
    )


def _mark(part: Part) -> str:
    return f"{part.key}°" if part.dimension == "weee_category" else "\u2022"


def _by_owner(year: ReuseYear) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for number, name in year.owners.items():
        rate, flow, stock, reused = year.figures(number)
        steps = year.progress(number)
        rows.append(
            (
                siret.formatted(number),
                name,
                rate.numerator,
                rate.denominator,
                _value(rate),
                *_compared(rate),
                rate.declared_share,
                _value(flow),
                flow.denominator,
                _value(stock),
                _value(reused),
                steps.oriented,
                steps.handed_over,
                steps.proved,
            )
        )
    return Sheet(
        "Par propriétaire",
        (
            Note(f"Taux de chaque propriétaire, {year.year}", Tone.HEADING),
            Note(
                french.typeset(
                    "Le taux statutaire est celui de chaque personne morale."
                )
            ),
            Table(_OWNERS, tuple(rows)),
        ),
        listing=True,
    )


_OWNERS = (
    Column("SIRET", width=20),
    Column("Propriétaire", Kind.LONG_TEXT, 40),
    Column("A (remis)", Kind.INTEGER, 9),
    Column("B (1er janvier)", Kind.INTEGER, 10),
    Column("REEN-01", Kind.FIGURE, 18),
    Column("Objectif", Kind.PERCENT, 11),
    Column("Écart (points)", Kind.POINTS, 10),
    Column("Atteint", width=9),
    Column("Part déclarée", Kind.PERCENT, 11),
    Column("REEN-01b", Kind.FIGURE, 18),
    Column("Flux disponible", Kind.INTEGER, 12),
    Column("REEN-02", Kind.FIGURE, 11),
    Column("REEN-03", Kind.FIGURE, 11),
    Column("Orientés", Kind.INTEGER, 10),
    Column("Remis", Kind.INTEGER, 9),
    Column("Prouvés", Kind.INTEGER, 10),
)
