"""The indicators of an owner's year on screen, each with the devices behind it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.equipment import LEADS
from parc.domain.life_indicators import Figure
from parc.domain.maintenance import upgrades_of_a_year
from parc.domain.refusal import Refusal, Refused
from parc.operations import life_indicators
from parc.operations.life_indicators import FIELDS, FIRST_YEAR
from parc.storage import facts, people, repair_orders
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from parc.storage.turnover import moves_in
from parc.web import foresight_files, problems, rendering
from parc.web.deps import EngineDep, require_role
from parc.web.devices import AtDesk, Form
from parc.web.errors import NotFoundError
from parc.web.profiles import owner_asked
from parc.web.recording import Desk
from parc.web.repairs import require_reader, year_in

router = APIRouter(prefix="/foresight/indicators", include_in_schema=False)

SHOWN = 500
"""Devices listed behind a figure; files hold them all."""

_YEARS = 8


@router.get("")
def show(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    owner: str = "",
    year: str = "",
    figure: str = "",
) -> Response:
    """Show the indicators of a year for one owner, and the devices behind one.

    Raises:
        NotFoundError: no such year, owner or figure.
    """
    require_reader(desk.viewer)
    return _page(request, engine, desk, owner=owner, year=year, figure=figure)


@router.get(".{kind}")
def download(
    *,
    engine: EngineDep,
    desk: AtDesk,
    kind: str,
    owner: str = "",
    year: str = "",
    figure: str = "",
) -> Response:
    """Send the figures of a year, or the devices behind one, as a file.

    Raises:
        NotFoundError: no such kind of file, year, owner or figure.
    """
    require_reader(desk.viewer)
    foresight_files.require_kind(kind)
    with reading(engine) as session:
        owners, asked = owner_asked(session, desk.viewer, owner)
    if not owners:
        raise NotFoundError
    table = foresight_files.indicator_table(
        engine, asked or owners[0], year, figure, desk.today
    )
    return foresight_files.sent(table, kind, f"indicateurs-{year or desk.today.year}")


@router.post("")
def enter(*, request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Enter the head count of a year, and the owner's own target."""
    require_reader(desk.viewer)
    siret, year = form.texts.get("owner", ""), form.texts.get("year", "")
    with reading(engine) as session:
        _, chosen = owner_asked(session, desk.viewer, siret)
    if chosen is None:
        raise NotFoundError
    require_role(desk.viewer, chosen.id, *LEADS)
    given = {field.name: form.texts.get(field.name, "") for field in FIELDS}
    try:
        life_indicators.enter(engine, desk, chosen.id, year_in(year) or 0, given)
    except Refused as refused:
        return _page(
            request,
            engine,
            desk,
            owner=siret,
            year=year,
            typed=form.texts,
            refusals=refused.reasons,
        )
    address = f"/foresight/indicators?owner={chosen.siret}&year={year}"
    return rendering.redirect(request, address, f"Année {year} enregistrée.")


def _page(
    request: Request,
    engine: EngineDep,
    desk: Desk,
    *,
    owner: str,
    year: str,
    figure: str = "",
    typed: Mapping[str, str] | None = None,
    refusals: tuple[Refusal, ...] = (),
) -> Response:
    with reading(engine) as session:
        owners, asked = owner_asked(session, desk.viewer, owner)
    if not owners:
        return rendering.page(request, "foresight/indicators.html", owner=None)
    chosen = asked or owners[0]
    wanted = year_in(year) or desk.today.year
    wanted = min(max(wanted, FIRST_YEAR), desk.today.year)
    found = life_indicators.year_of(engine, chosen, wanted, desk.today)
    shown = found.figure(figure)
    if figure and shown is None:
        raise NotFoundError
    with reading(engine) as session:
        context = _more(session, desk, chosen, wanted, found, shown)
    entered = found.entered
    values: Mapping[str, Any] = typed or {
        field.name: getattr(entered, field.name) if entered else None
        for field in FIELDS
    }
    return rendering.page(
        request,
        "foresight/indicators.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        owners=owners,
        owner=chosen,
        year=wanted,
        years=range(desk.today.year, max(FIRST_YEAR, desk.today.year - _YEARS), -1),
        found=found,
        partial=wanted == desk.today.year,
        figures=[(one, value_of(one), division_of(one)) for one in found.figures],
        shown=shown,
        fields=FIELDS,
        values={key: "" if value is None else value for key, value in values.items()},
        refusals=refusals,
        may_enter=not desk.viewer.roles(chosen.id).isdisjoint(LEADS),
        categories=resources.categories(),
        **context,
    )


def value_of(one: Figure) -> str:
    """Write the value of a figure with its unit; « n.c. » when there is none."""
    if one.value is None:
        return "n.c."
    if one.unit == "%":
        return rendering.percent(one.value)
    decimals = 1 if one.unit else 2
    unit = f"\u00a0{one.unit}" if one.unit else ""
    return rendering.number(one.value, decimals) + unit


def division_of(one: Figure) -> str:
    """Write the division behind a figure, or why there is none."""
    if one.reason:
        return one.reason
    numerator, whole = map(rendering.number, (one.numerator, one.denominator))
    if one.unit == "mois":
        return f"{numerator} jours ÷ {whole} matériels {one.counted}"
    return f"{numerator} sur {whole} {one.counted}".strip()


def _more(  # noqa: PLR0917 - the page, whose, of what
    session: Session,
    desk: Desk,
    owner: OwnerRow,
    year: int,
    found: life_indicators.Year,
    shown: Figure | None,
) -> dict[str, Any]:
    """Give VIE-04, who entered the year, and the devices behind a figure."""
    done = repair_orders.done_in(session, {owner.id}, year)
    moves = moves_in(session, {owner.siret}, year)
    worked, _ = upgrades_of_a_year(
        done, {key: moved.turnover for key, moved in moves.items()}
    )
    inside = set(shown.inside) if shown else set()
    undated = set(shown.undated) if shown else set()
    tags = sorted({*inside, *undated, *(shown.lines if shown else ())})
    opened = facts.tags_seen(session, desk.viewer, tags[:SHOWN])
    by = found.entered.entered_by if found.entered else ""
    share = worked.share
    return {
        "worked": worked,
        "share": "n.c."
        if share is None
        else rendering.percent(Decimal(float(share * 100))),
        "who": people.actor_names(session, {by}).get(by, by),
        "rows": [
            (tag, tag in opened, tag in inside, tag in undated) for tag in tags[:SHOWN]
        ],
        "total": len(tags),
        "has_owners": bool(owners_seen(session, desk.viewer)),
    }
