"""People and services: what they have, their slips; arrival, departure, forgetting."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.access import READERS, Viewer
from parc.domain.category import Category
from parc.domain.custody import TARGETS, WRITERS
from parc.domain.fields import Field
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import State
from parc.operations import custody
from parc.storage import person_list
from parc.storage import slips as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow, PersonRow
from parc.web import problems, rendering, slip_forms, slip_view
from parc.web.deps import EngineDep, ReadSession, Transaction, require_role
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from parc.web.slip_forms import Form, Typed

router = APIRouter(prefix="/people", include_in_schema=False)

NAME = Field("name", "Nom", required=True, hint="De la personne ou du service.")
EMAIL = Field(
    "email",
    "Adresse électronique",
    hint="Facultative ; elle reçoit les rappels de prêts. Effacée avec le nom.",
)


@router.get("")
def show_all(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    q: str = "",
    page: str = "1",
) -> Response:
    """List people and services, or those whose name holds some words."""
    return _list(request, session, desk, q=q, page=page)


@router.post("")
def add(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Add somebody who arrives, and go and choose what to give them."""
    try:
        with transaction() as session:
            owners = slip_view.writers(session, desk.viewer)
            if not owners:
                raise ForbiddenError
            owner = _chosen(owners, form.text("owner"))
            row = person_list.add(
                session, owner.id, form.text("name"), form.text("email")
            )
            key = row.id
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, desk, form=form, refused=refused)
    said = "Enregistré : choisissez ce qu'il faut lui remettre."
    return rendering.redirect(request, f"/people/{key}#arrivee", said)


@router.get("/{person}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, person: str
) -> Response:
    """Show somebody: what they have, since when, their slips."""
    return _page(request, session, desk, seen(session, desk.viewer, person))


@router.post("/{person}")
def correct(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    person: str,
) -> Response:
    """Correct a name or an address."""
    key = _writing(engine, desk, person)
    try:
        with transaction() as session:
            row = session.get_one(PersonRow, key)
            person_list.change(session, row, form.text("name"), form.text("email"))
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    return rendering.redirect(request, f"/people/{key}", "C'est corrigé.")


@router.post("/{person}/arrival")
def arrive(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, person: str
) -> Response:
    """Draft the slip of what to give, from what is in stock."""
    key = _writing(engine, desk, person)
    categories = resources.categories()
    wanted = {
        name: slip_forms.integer(form.text(f"want-{name}")) or 0 for name in categories
    }
    try:
        done = custody.arrive(engine, desk, key, wanted)
        lacking = _lacking(done.short)
        if done.key is None:
            message = f"Rien de tout cela n'est en stock : {lacking}."
            raise Refused((Refusal("no_stock", message),))  # noqa: TRY301 - said with the others
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    said = "Bon préparé avec ce qui est en stock : changez-le si besoin."
    if lacking:
        said = f"Bon préparé. Il manque au stock : {lacking}."
    kind = "warn" if lacking else "ok"
    return rendering.redirect(request, f"/slips/{done.key}", said, kind=kind)


@router.post("/{person}/departure")
def depart(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, person: str
) -> Response:
    """Draft the slip of all there is to take back."""
    key = _writing(engine, desk, person)
    wanted = form.text("target")
    target = next((one for one in TARGETS if one.value == wanted), State.TO_QUALIFY)
    try:
        slip, left = custody.depart(engine, desk, key, target)
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    said = "Bon préparé : décochez les accessoires qui manquent, puis faites signer."
    if left:
        said += f" Il reste {left} matériels pour un autre bon."
    return rendering.redirect(request, f"/slips/{slip}", said)


@router.post("/{person}/forget")
def forget(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, person: str
) -> Response:
    """Forget a name for good."""
    key = _writing(engine, desk, person)
    try:
        custody.forget(engine, desk, key)
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    return rendering.redirect(
        request, f"/people/{key}", "Nom, adresse et signatures dessinées : effacés."
    )


def seen(session: Session, viewer: Viewer, person: str) -> PersonRow:
    """Give a person that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    row = person_list.find(session, viewer, person)
    if row is None:
        raise NotFoundError
    return row


def _writing(engine: EngineDep, desk: Desk, person: str) -> str:
    with reading(engine) as session:
        row = seen(session, desk.viewer, person)
    require_role(desk.viewer, row.owner_id, *WRITERS)
    return row.id


def _chosen(owners: list[OwnerRow], siret: str) -> OwnerRow:
    found = [one for one in owners if one.siret == siret] or owners
    if len(found) != 1:
        message = "« Propriétaire » est à choisir."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return found[0]


def _wanted(session: Session, row: PersonRow) -> list[tuple[Category, int, int]]:
    """List what may be given: kinds in stock or that the person should have.

    Each with how many are in stock, and how many the person should have.
    """
    stock = custody.in_stock(session, row.owner_id)
    profile = custody.wanted_for(session, row)
    return [
        (category, stock.get(key, 0), profile.get(key, 0))
        for key, category in resources.categories().items()
        if key in profile or (key in stock and not category.accessory)
    ]


def _lacking(short: Mapping[str, int]) -> str:
    """Name what the stock lacks."""
    said = []
    for key, number in short.items():
        category = resources.categories()[key]
        name = category.label if number == 1 else category.plural
        said.append(f"{number} {name.lower()}")
    return ", ".join(said)


def _list(
    request: Request,
    session: Session,
    desk: Desk,
    *,
    q: str = "",
    page: str = "1",
    form: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    if not desk.viewer.holds(*READERS):
        raise ForbiddenError
    number = max(slip_forms.integer(page) or 1, 1)
    found, more = person_list.seen(session, desk.viewer, q[:200], number)
    owners = {one.id: one.name for one in owners_seen(session, desk.viewer)}
    writers = slip_view.writers(session, desk.viewer)
    return rendering.page(
        request,
        "people/list.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        found=found,
        more=more,
        page_number=number,
        q=q,
        owners=owners,
        writers=[(one.siret, one.name) for one in writers],
        fields=(slip_forms.OWNER, NAME, EMAIL),
        values=form.texts if form else {},
        refusals=refused.reasons if refused else (),
    )


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    row: PersonRow,
    form: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    held = custody.holdings(session, row)
    rows, _ = kept.seen(session, desk.viewer, kept.Wanted(person=row.id))
    labels = resources.accessories()
    context: dict[str, Any] = {
        "person": row,
        "name": row.name or f"{row.id} (nom effacé)",
        "owner": session.get_one(OwnerRow, row.owner_id),
        "held": held,
        "categories": resources.categories(),
        "slips": slip_view.listed(session, desk.viewer, rows),
        "tones": slip_view.TONES,
        "missing": [
            (slip, kept.shown_number(slip), tag, labels.get(kind, kind))
            for slip, tag, kind in kept.missing_of(session, row.id)
        ],
        "may_write": slip_view.may_write(desk.viewer, row.owner_id),
        "wanted": _wanted(session, row),
        "fields": (NAME, EMAIL),
        "targets": [(target.value, target.label) for target in TARGETS],
        "values": form.texts if form else {},
        "refusals": refused.reasons if refused else (),
        "today": desk.today,
    }
    return rendering.page(
        request,
        "people/show.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        **context,
    )


def _again(  # noqa: PLR0917 - as above
    request: Request,
    engine: EngineDep,
    desk: Desk,
    key: str,
    form: Typed,
    refused: Refused,
) -> Response:
    with reading(engine) as session:
        return _page(
            request, session, desk, seen(session, desk.viewer, key), form, refused
        )
