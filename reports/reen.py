"""The annual REEN report: synthesis, devices behind each figure, method, sources."""

from decimal import Decimal

from parc.domain import siret
from reports import french
from reports.indicators.indicator import PERCENT, Indicator, Part
from reports.indicators.reuse import BY_ROUTE, FLOW, IDS, MUTUALISED, STATUTORY, STOCK
from reports.reen_lists import (
    BACK,
    EXCLUSIONS,
    SYNTHESIS,
    exclusions,
    list_of,
    yes_no,
)
from reports.reen_method import method, sources
from reports.report import (
    Cell,
    Column,
    Kind,
    Link,
    Note,
    Percent,
    Report,
    Sheet,
    Table,
    Tone,
)
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
    missing = f"il manque {_points(-rate.gap)}"
    state = "n'est pas encore atteint" if under_way else "n'est pas atteint"
    return f" L'objectif de {target} {state} : {missing}."


def _points(gap: Decimal) -> str:
    if gap <= 0:  # reached once rounded, not on the exact fraction
        return f"moins de 0,1{french.NO_BREAK}point"
    noun = "point" if gap < Decimal(2) else "points"
    return f"{french.number(gap)}{french.NO_BREAK}{noun}"


def _synthesis(year: ReuseYear) -> Sheet:
    figures = year.figures()
    content: list[Note | Table] = [
        Note(f"{TITLE}, {year.year}", Tone.TITLE),
        Note(perimeter_name(year), Tone.WARNING if year.mutualised else Tone.LEAD),
        Note(lead(year), Tone.LEAD),
        Note(status(year)),
        Note(
            "Les chiffres soulignés ouvrent la liste des matériels dont ils sont faits."
        ),
        Table(_FIGURES, tuple(_figure(figure) for figure in figures)),
        Note("Du premier geste à la preuve", Tone.HEADING),
        _progress(year),
        Note("Par voie de réemploi", Tone.HEADING),
        _parts("Voie", figures[3], "route", BY_ROUTE),
        Note("Par catégorie de DEEE", Tone.HEADING),
        _rates("Catégorie", figures[0], "weee_category", STATUTORY),
        Note("Stock du 1er janvier, par âge à la réforme", Tone.HEADING),
        _parts("Âge", figures[2], "age_band", STOCK),
        Note("Stock du 1er janvier hors calcul, par motif", Tone.HEADING),
        _parts("Motif", figures[2], "exclusion", EXCLUSIONS),
    ]
    return Sheet(SYNTHESIS, tuple(content), one_page=True)


_FIGURES = (
    Column("Indicateur", width=13),
    Column("Libellé", Kind.LONG_TEXT, 46),
    Column("Valeur", Kind.FIGURE, 16),
    Column("Numérateur", Kind.INTEGER, 17),
    Column("Dénominateur", Kind.INTEGER, 18),
    Column("Objectif en vigueur", Kind.PERCENT, 13),
    Column("Écart (points)", Kind.POINTS, 11),
    Column("Atteint", width=10),
    Column("Part déclarée", Kind.PERCENT, 12),
    Column("Fondement", Kind.LONG_TEXT, 46),
)


def _figure(figure: Indicator) -> tuple[Cell, ...]:
    basis = figure.legal_basis
    if figure.target is not None and not figure.statutory_target:
        basis += " ; objectif pour information"
    return (
        Link(figure.id, figure.id),
        french.typeset(figure.label),
        _linked(figure),
        Link(figure.numerator, figure.id),
        Link(figure.denominator, figure.id),
        *_compared(figure),
        figure.declared_share,
        french.typeset(basis),
    )


def _linked(figure: Indicator) -> Cell:
    """Give the value, which opens its list; or the reason for having none."""
    value = figure.value
    if value is None:
        return figure.reason
    return Link(Percent(value) if figure.unit == PERCENT else int(value), figure.id)


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
                Link(steps.oriented, FLOW),
            ),
            ("Remis", "Partis, non rendus", Link(steps.handed_over, BY_ROUTE)),
            ("Prouvés", "Réemploi effectif prouvé", Link(steps.proved, BY_ROUTE)),
            (
                "Retenus (A)",
                "Comptés au sens de l'article 2",
                Link(steps.counted, STATUTORY),
            ),
        ),
    )


def _parts(head: str, figure: Indicator, dimension: str, sheet: str) -> Table:
    return Table(
        (Column(head, span=2), Column("Matériels", Kind.INTEGER)),
        tuple(
            (part.label, Link(part.numerator, sheet))
            for part in _of_dimension(figure, dimension)
        ),
    )


def _rates(head: str, figure: Indicator, dimension: str, sheet: str) -> Table:
    return Table(
        (
            Column(head, span=2),
            Column("A", Kind.INTEGER),
            Column("B (1er janvier)", Kind.INTEGER),
            Column("Taux", Kind.PERCENT),
        ),
        tuple(
            (
                part.label,
                Link(part.numerator, sheet),
                Link(part.denominator, sheet),
                part.value,
            )
            for part in _of_dimension(figure, dimension)
        ),
    )


def _of_dimension(figure: Indicator, dimension: str) -> list[Part]:
    return [part for part in figure.breakdown if part.dimension == dimension]


def _by_owner(year: ReuseYear) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for number, name in year.owners.items():
        rate, flow, stock, reused = year.figures(number)
        steps = year.progress(number)
        rows.append(
            (
                siret.formatted(number),
                name,
                Link(rate.numerator, rate.id),
                Link(rate.denominator, rate.id),
                _linked(rate),
                *_compared(rate),
                rate.declared_share,
                _linked(flow),
                Link(flow.denominator, flow.id),
                _linked(stock),
                _linked(reused),
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
                    "Le taux statutaire est celui de chaque personne morale. Dans les "
                    "listes, filtrez la colonne « Propriétaire »."
                )
            ),
            BACK,
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
