"""Equipment profiles on screen: said, given to people and rooms, and the gaps."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.equipment import (
    KEEPERS,
    KIND,
    LEADS,
    MOST_LINES,
    NAME,
    Need,
    ProfileKind,
)
from parc.domain.fields import Field, Kind
from parc.domain.refusal import Refusal, Refused
from parc.domain.siret import normalise
from parc.operations import profiles
from parc.operations.selection import Desk
from parc.storage import people
from parc.storage import profiles as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.life_tables import ProfileRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import NotFoundError
from parc.web.repairs import Try, number_in, owner_chosen, owners_held, require_reader
from parc.web.stock_links import stock_address

router = APIRouter(prefix="/profiles", include_in_schema=False)

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
GAPS_SHOWN = 200
"""People and rooms on the page of gaps; files hold them all."""

_EMPTY_LINES = 3
_TICK = "pick-"


@router.get("")
def show_profiles(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List the profiles, those that are retired last."""
    return _list(request, session, desk)


@router.post("")
def define(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Add a profile."""
    try:
        with reading(engine) as session:
            owners = owners_held(session, desk.viewer, LEADS)
            owner = owner_chosen(owners, form.texts.get("owner", ""))
        given = {f.name: form.texts.get(f.name, "") for f in (NAME, KIND)}
        number = profiles.define(engine, desk, owner.id, given, _lines(form))
    except Refused as refused:
        tried = Try("new", form.texts, refused.reasons)
        with reading(engine) as session:
            return _list(request, session, desk, tried)
    said = "Profil ajouté : dites à qui il va."
    return rendering.redirect(request, f"/profiles/{number}", said)


@router.get("/gaps")
def show_gaps(
    request: Request, session: ReadSession, desk: AtDesk, owner: str = ""
) -> Response:
    """Show who has too much and who lacks what, and what the stock holds of it."""
    require_reader(desk.viewer)
    owners, chosen = owner_asked(session, desk.viewer, owner)
    listed = profiles.discrepancies(session, desk.viewer, chosen.id if chosen else None)
    needs = profiles.needs(session, desk.viewer, listed)
    names = {one.id: one for one in owners}
    return rendering.page(
        request,
        "foresight/gaps.html",
        owners=owners,
        owner=chosen,
        names=names,
        several=len(owners) > 1,
        listed=listed[:GAPS_SHOWN],
        total=len(listed),
        needs=needs,
        stock=_stock_links(needs, names),
        categories=resources.categories(),
        has_profiles=bool(kept.seen(session, desk.viewer)),
        ProfileKind=ProfileKind,
    )


@router.get("/{profile}")
def show_profile(
    request: Request, session: ReadSession, desk: AtDesk, profile: str, q: str = ""
) -> Response:
    """Show a profile: its lines, who has it, whom it may be given to."""
    row = _seen(session, desk.viewer, profile)
    return _page(request, session, desk, row, q=q[:200])


@router.post("/{profile}")
def change(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, profile: str
) -> Response:
    """Say anew a profile's name and lines."""
    row = _held(engine, desk, profile, LEADS)
    given = {NAME.name: form.texts.get(NAME.name, "")}
    try:
        profiles.change(engine, desk, row.id, given, _lines(form))
    except Refused as refused:
        return _again(
            request, engine, desk, row, Try("change", form.texts, refused.reasons)
        )
    return rendering.redirect(request, f"/profiles/{row.id}", "Profil modifié.")


@router.post("/{profile}/attach")
def attach(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, profile: str
) -> Response:
    """Give the profile to those that were ticked, or whose names were pasted."""
    row = _held(engine, desk, profile, KEEPERS)
    ticked = [key.removeprefix(_TICK) for key in form.texts if key.startswith(_TICK)]
    names = [*form.texts.get("names", "").splitlines(), *ticked]
    try:
        number = profiles.attach(engine, desk, row.id, names)
    except Refused as refused:
        return _again(
            request, engine, desk, row, Try("attach", form.texts, refused.reasons)
        )
    said = "Profil donné." if number == 1 else f"Profil donné à {number}."
    return rendering.redirect(request, f"/profiles/{row.id}", said)


@router.post("/{profile}/detach")
def detach(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, profile: str
) -> Response:
    """Take the profile from one person or room."""
    row = _held(engine, desk, profile, KEEPERS)
    try:
        profiles.detach(engine, desk, row.id, form.texts.get("key", ""))
    except Refused as refused:
        return _again(
            request, engine, desk, row, Try("detach", form.texts, refused.reasons)
        )
    return rendering.redirect(request, f"/profiles/{row.id}", "Profil retiré.")


@router.post("/{profile}/retire")
def retire(
    *, request: Request, engine: EngineDep, desk: AtDesk, profile: str
) -> Response:
    """Take a profile out of use."""
    row = _held(engine, desk, profile, LEADS)
    try:
        profiles.retire(engine, desk, row.id)
    except Refused as refused:
        return _again(request, engine, desk, row, Try("retire", {}, refused.reasons))
    said = f"Le profil « {row.name} » ne sert plus."
    return rendering.redirect(request, "/profiles", said)


def owner_asked(
    session: Session, viewer: Viewer, siret: str
) -> tuple[list[OwnerRow], OwnerRow | None]:
    """Give the owners seen, and the one that an address names, if it names one.

    Raises:
        NotFoundError: an owner whose devices the viewer may not see.
    """
    owners = owners_seen(session, viewer)
    chosen = next((one for one in owners if one.siret == normalise(siret)), None)
    if siret and chosen is None:
        raise NotFoundError
    return owners, chosen


def _stock_links(
    needs: dict[int, list[Need]], names: dict[int, OwnerRow]
) -> dict[tuple[int, str], list[tuple[str, int, str]]]:
    """Say where a kind is in stock, the owner's own first: name, number, address."""
    links: dict[tuple[int, str], list[tuple[str, int, str]]] = {}
    for owner_id, listed in needs.items():
        for need in listed:
            own = [(owner_id, need.own)] if need.own else []
            links[owner_id, need.category] = [
                (names[key].name, number, stock_address(need.category, names[key]))
                for key, number in (*own, *sorted(need.others.items()))
                if key in names
            ]
    return links


def _seen(session: Session, viewer: Viewer, profile: str) -> ProfileRow:
    row = kept.find(session, viewer, number_in(profile))
    if row is None:
        raise NotFoundError
    return row


def _held(
    engine: EngineDep, desk: Desk, profile: str, roles: Sequence[Any]
) -> ProfileRow:
    with reading(engine) as session:
        row = _seen(session, desk.viewer, profile)
    require_role(desk.viewer, row.owner_id, *roles)
    return row


def _lines(form: Sent) -> list[tuple[str, str]]:
    return [
        (form.texts.get(f"category-{n}", ""), form.texts.get(f"quantity-{n}", ""))
        for n in range(MOST_LINES)
    ]


def _drawn(lines: dict[str, int], tried: Try | None) -> list[tuple[str, str]]:
    """Give the lines of a form: as typed, or as kept with a few empty ones."""
    if tried is not None and tried.form in {"new", "change"} and tried.texts:
        typed = _lines(Sent(tried.texts))
        return [one for one in typed if any(one)] or [("", "")]
    kept_lines = [(key, str(quantity)) for key, quantity in lines.items()]
    return [*kept_lines, *[("", "")] * _EMPTY_LINES][:MOST_LINES]


def _list(
    request: Request, session: Session, desk: Desk, tried: Try | None = None
) -> Response:
    require_reader(desk.viewer)
    rows = kept.seen(session, desk.viewer)
    owners = owners_seen(session, desk.viewer)
    bearers = kept.bearers(session, desk.viewer)
    counts: dict[int, int] = {}
    for one in bearers:
        counts[one.profile_id] = counts.get(one.profile_id, 0) + 1
    refusals = tried.refusals if tried else ()
    held = owners_held(session, desk.viewer, LEADS)
    return rendering.page(
        request,
        "foresight/profiles.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        rows=rows,
        lines=kept.lines_of(session, [row.id for row in rows]),
        counts=counts,
        names={one.id: one.name for one in owners},
        several=len(owners) > 1,
        choices=[(one.siret, one.name) for one in held],
        owner_field=OWNER,
        fields=(NAME, KIND),
        values=(tried.texts if tried else None) or {},
        drawn=_drawn({}, tried),
        options=_options(),
        refusals=refusals,
        categories=resources.categories(),
        ProfileKind=ProfileKind,
    )


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    row: ProfileRow,
    tried: Try | None = None,
    q: str = "",
) -> Response:
    lines = kept.lines_of(session, [row.id])[row.id]
    bearers = kept.bearers(session, desk.viewer, row.id)
    found = profiles.discrepancies(session, desk.viewer, row.owner_id, row.id)
    actors = {row.created_by, row.changed_by or "", row.retired_by or ""}
    roles = desk.viewer.roles(row.owner_id)
    have = {one.id for one in bearers}
    refusals: tuple[Refusal, ...] = tried.refusals if tried else ()
    context: dict[str, Any] = {
        "profile": row,
        "kind": ProfileKind(row.kind),
        "owner": session.get_one(OwnerRow, row.owner_id),
        "lines": lines,
        "drawn": _drawn(lines, tried),
        "options": _options(),
        "bearers": bearers,
        "gaps": {one.bearer.id: one.gaps for one in found},
        "who": people.actor_names(session, actors),
        "name_field": NAME,
        "values": (tried.texts if tried else None) or {"name": row.name},
        "may_lead": not roles.isdisjoint(LEADS) and row.retired_at is None,
        "may_keep": not roles.isdisjoint(KEEPERS) and row.retired_at is None,
        "q": q,
        "found": [
            one
            for one in (kept.search(session, row, q) if q else [])
            if one[0] not in have
        ],
        "tick": _TICK,
        "tried": tried or Try(),
        "refusals": refusals,
        "categories": resources.categories(),
        "ProfileKind": ProfileKind,
    }
    return rendering.page(
        request,
        "foresight/profile.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        **context,
    )


def _again(
    request: Request, engine: EngineDep, desk: Desk, row: ProfileRow, tried: Try
) -> Response:
    with reading(engine) as session:
        now = _seen(session, desk.viewer, str(row.id))
        return _page(request, session, desk, now, tried)


def _options() -> list[tuple[str, str]]:
    kinds = resources.categories().items()
    return sorted(((key, one.label) for key, one in kinds), key=lambda item: item[1])
