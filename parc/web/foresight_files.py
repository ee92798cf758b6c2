"""The lists of the forecasts as tables that leave in files."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fastapi import Response
from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.foresight import Plan
from parc.domain.life_indicators import Figure
from parc.domain.refusal import Refused
from parc.domain.vocabulary import State
from parc.operations import life_indicators, profiles
from parc.operations.foresight import Supported
from parc.storage.foresight import Coming
from parc.storage.tables import OwnerRow
from parc.web.errors import NotFoundError
from reports.render import xlsx
from reports.render.table_files import Field, Row, Value, csv_blocks, write_xlsx

_GRAMS = 1_000
_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": xlsx.MEDIA_TYPE}


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the title of its sheet."""

    title: str
    fields: Sequence[Field]
    rows: Iterable[Row]


def require_kind(kind: str) -> None:
    """Stop who asks for a kind of file that is none of ours.

    Raises:
        NotFoundError: neither `csv` nor `xlsx`.
    """
    if kind not in _MEDIA:
        raise NotFoundError


def sent(table: Table, kind: str, name: str) -> Response:
    """Send a table as a file; `name` has no ending."""
    if kind == "csv":
        content = b"".join(csv_blocks(table.fields, table.rows))
    else:
        out = io.BytesIO()
        write_xlsx(table.title, table.fields, table.rows, out)
        content = out.getvalue()
    return Response(
        content,
        media_type=_MEDIA[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )


def plan_table(plan: Plan) -> Table:
    """Write a plan, a row for each year and category."""
    fields = (
        Field("year", "Année", 8),
        Field("category", "Catégorie", 24),
        Field("number", "Matériels", 10),
        Field("late", "Dont en retard", 10),
        Field("cost", "Coût HT", 14),
        Field("unpriced", "Prix inconnu", 10),
        Field("carbon", "Fabrication (kg CO2e)", 14),
        Field("unfactored", "Facteur inconnu", 10),
        Field("deferred", "Coût reporté par an de plus", 14),
        Field("avoided", "Évité par an de plus (kg CO2e)", 14),
    )
    rows: list[Row] = [
        [
            year,
            _label(key),
            one.number,
            one.late,
            _euros(one.cost_cents),
            one.unpriced,
            _kilograms(one.carbon),
            one.unfactored,
            _euros(one.deferred_cents),
            _kilograms(one.avoided),
        ]
        for year, kinds in plan.years.items()
        for key, one in sorted(kinds.items())
    ]
    rows += [
        ["sans date", _label(key), number, *[None] * 7]
        for key, number in sorted(plan.undated.items())
    ]
    return Table("Plan de renouvellement", fields, rows)


def device_table(
    title: str, day: str, rows: Iterable[Coming], owners: Mapping[int, OwnerRow]
) -> Table:
    """Write devices; `day` names the column of the day that the list is about."""
    fields = (
        Field("tag", "Étiquette", 14),
        Field("owner_siret", "SIRET du propriétaire", 16),
        Field("owner", "Propriétaire", 28),
        Field("category", "Catégorie", 22),
        Field("label", "Modèle", 28),
        Field("state", "Statut", 18),
        Field("operating_system", "Système d'exploitation", 24),
        Field("on", day, 12),
    )
    listed: list[Row] = [
        [
            one.tag,
            owners[one.owner_id].siret,
            owners[one.owner_id].name,
            _label(one.category),
            one.label,
            State(one.state).label,
            one.said or None,
            one.on,
        ]
        for one in rows
    ]
    return Table(title, fields, listed)


def system_table(found: Iterable[Supported], today: date) -> Table:
    """Write the operating systems by the end of their support."""
    fields = (
        Field("system", "Système", 36),
        Field("number", "Matériels", 10),
        Field("ends_on", "Fin du support", 14),
        Field("over", "Support terminé", 12),
        Field("source", "Source", 50),
        Field("checked_on", "Vérifié le", 12),
        Field("note", "Remarque", 50),
    )
    rows: list[Row] = []
    for one in found:
        if one.system is None:
            name = "Non reconnu" if one.texts else "Non renseigné"
            rows.append(
                [name, one.number, None, None, None, None, "; ".join(one.texts)]
            )
            continue
        over = None if one.system.ends_on is None else one.is_over(today)
        rows.append(
            [
                one.system.name,
                one.number,
                one.system.ends_on,
                None if over is None else ("oui" if over else "non"),
                one.system.source,
                one.system.checked_on,
                one.system.note or None,
            ]
        )
    return Table("Systèmes", fields, rows)


def gap_table(
    session: Session,
    viewer: Viewer,
    owner_id: int | None,
    owners: Mapping[int, OwnerRow],
) -> Table:
    """Write the gaps, a row for each of them; people by their opaque id only (D4)."""
    fields = (
        Field("owner", "Propriétaire", 28),
        Field("kind", "Pour", 10),
        Field("bearer", "Personne ou salle", 24),
        Field("profile", "Profil", 24),
        Field("category", "Catégorie", 22),
        Field("wanted", "Profil : nombre", 10),
        Field("held", "Présents", 10),
        Field("lacking", "Manque", 10),
        Field("over", "En trop", 10),
    )
    rows: list[Row] = [
        [
            owners[one.bearer.owner_id].name,
            one.bearer.kind.label,
            one.bearer.id if one.bearer.kind.value == "post" else one.bearer.name,
            one.profile.name,
            _label(gap.category),
            gap.wanted,
            gap.held,
            gap.lacking,
            gap.over,
        ]
        for one in profiles.discrepancies(session, viewer, owner_id)
        for gap in one.gaps
    ]
    return Table("Écarts aux profils", fields, rows)


def indicator_table(
    engine: Engine, owner: OwnerRow, year: str, figure: str, today: date
) -> Table:
    """Write the figures of a year, or the devices behind one of them.

    Raises:
        NotFoundError: no such year, or no such figure.
    """
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) <= 4 else 0  # noqa: PLR2004 - digits of a year
    try:
        found = life_indicators.year_of(engine, owner, wanted or today.year, today)
    except Refused as refused:
        raise NotFoundError from refused
    if not figure:
        return _figures(found.figures)
    shown = found.figure(figure)
    if shown is None:
        raise NotFoundError
    return _behind(shown)


def _figures(figures: Iterable[Figure]) -> Table:
    fields = (
        Field("id", "Indicateur", 12),
        Field("label", "Libellé", 40),
        Field("value", "Valeur", 10),
        Field("unit", "Unité", 8),
        Field("numerator", "Numérateur", 12),
        Field("denominator", "Dénominateur", 12),
        Field("undated", "Sans date", 10),
        Field("target", "Objectif", 10),
        Field("reason", "Non calculable", 40),
        Field("basis", "Source", 40),
    )
    rows: list[Row] = [
        [
            one.id,
            one.label,
            one.value,
            one.unit or None,
            one.numerator,
            one.denominator,
            len(one.undated),
            one.target,
            one.reason or None,
            one.basis,
        ]
        for one in figures
    ]
    return Table("Indicateurs", fields, rows)


def _behind(one: Figure) -> Table:
    fields = (
        Field("tag", "Étiquette", 14),
        Field("numerator", "Au numérateur", 12),
        Field("denominator", "Au dénominateur", 12),
        Field("undated", "Sans date", 12),
    )
    inside, lines, undated = set(one.inside), set(one.lines), set(one.undated)

    def yes(tags: set[str], tag: str) -> Value:
        return "oui" if tag in tags else None

    rows: list[Row] = [
        [tag, yes(inside, tag), yes(lines, tag), yes(undated, tag)]
        for tag in sorted(inside | lines | undated)
    ]
    return Table(one.id, fields, rows)


def _label(category: str) -> str:
    known = resources.categories()
    return known[category].label if category in known else category


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _kilograms(grams: int) -> Decimal:
    return Decimal(grams) / _GRAMS
