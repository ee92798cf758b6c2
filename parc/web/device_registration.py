"""Register one device by hand: a form, and what is to be corrected in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.fields import Field, Json, Kind
from parc.domain.refusal import Refusal, Refused
from parc.domain.search import serial_key
from parc.domain.vocabulary import Action, Role
from parc.operations.rules import rules_for
from parc.storage import labels, people
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.device_forms import Input, Try, action_form, understood
from parc.web.device_lists import address_of
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk, open_life

router = APIRouter()

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
MEDIA = Field(
    "media",
    "Supports de stockage",
    Kind.LONG_TEXT,
    hint="Un numéro de série par ligne ; chacun sera à effacer ou à détruire.",
)
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Le matériel",
        ("owner", "category", "maker", "model", "serial", "accounting_number"),
    ),
    ("Arrivée", ("target", "effective_on", "site", "site_new", "holder")),
    (
        "Acquisition",
        (
            "acquired_on",
            "commissioned_on",
            "price_cents",
            "condition",
            "supplier",
            "order_number",
        ),
    ),
)
FURTHER = "Autres renseignements"
_MOST_MEDIA = 64
_LONGEST_SERIAL = 200


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the form under one title; `folded` ones wait for a click."""

    title: str
    inputs: Sequence[Input]
    folded: bool = False


@router.get("/devices/new")
def new_device(
    request: Request, session: ReadSession, desk: AtDesk, label: str = ""
) -> Response:
    """Show the empty form; `label` is a number printed in advance, to register under.

    Raises:
        ForbiddenError: no role that registers devices.
        NotFoundError: no such number, or it is on a device.
    """
    return _form(request, session, desk, label=label)


@router.post("/devices/new")
def register(
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Register the device, or show again what is to be corrected."""
    label = form.texts.get("label", "")
    try:
        with transaction() as session:
            owner = _owner(session, desk.viewer, form.texts, label)
            wish = understood(
                session,
                Action.REGISTER,
                form,
                owner_id=owner.id,
                rules=rules_for(session, owner, desk.today),
            )
            media = tuple(_media(form.texts))
            wish = replace(wish, media=media)
            tag = open_life(session, desk, owner, wish, label).tag
    except Refused as refused:
        tried = Try(Action.REGISTER, form.texts, refused.reasons)
        with reading(engine) as session:
            return _form(request, session, desk, tried, label)
    done = f"Matériel enregistré sous l'étiquette {tag}."
    return rendering.redirect(request, address_of(tag), done)


def _form(
    request: Request,
    session: Session,
    desk: Desk,
    tried: Try | None = None,
    label: str = "",
) -> Response:
    owners = _owners(session, desk.viewer, label)
    chosen = next(
        (o for o in owners if tried and o.siret == tried.texts.get("owner")), owners[0]
    )
    form = action_form(
        Action.REGISTER,
        rules_for(session, chosen, desk.today),
        people.sites(session, [owner.id for owner in owners]),
        version=0,
        values={"target": "in_stock"},
        tried=tried,
    )
    inputs = {entry.field.name: entry for entry in (*form.inputs, *_own(owners, tried))}
    inputs["target"] = replace(inputs["target"], field=_arrival(inputs["target"].field))
    # Errors of fields that are drawn here and not by the lifecycle table.
    refusals = [r for r in form.refusals if r.field not in inputs]
    return rendering.page(
        request,
        "devices/new.html",
        status_code=problems.refusal(tried.refusals).status if tried else 200,
        groups=list(_groups(inputs)),
        refusals=refusals,
        tried=tried,
        owner=owners[0] if len(owners) == 1 else None,
        label=label,
    )


def _arrival(target: Field) -> Field:
    """Name the state as it is for a device that has had none."""
    return replace(target, label="État à l'arrivée")


def _own(owners: Sequence[OwnerRow], tried: Try | None) -> Iterator[Input]:
    """Draw what registration asks besides the facts."""
    texts: Mapping[str, str] = tried.texts if tried else {}
    errors = {r.field: r.message for r in tried.refusals if r.field} if tried else {}
    if len(owners) > 1:
        choices = tuple((owner.siret, owner.name) for owner in owners)
        asked = replace(OWNER, choices=choices)
        yield Input(asked, texts.get("owner", ""), errors.get("owner", ""))
    yield Input(MEDIA, texts.get("media", ""), errors.get("media", ""))


def _groups(inputs: Mapping[str, Input]) -> Iterator[Group]:
    placed: set[str] = set()
    for title, names in GROUPS:
        placed |= set(names)
        yield Group(title, [inputs[name] for name in names if name in inputs])
    further = [entry for name, entry in inputs.items() if name not in placed]
    is_wrong = any(entry.error for entry in further)
    yield Group(FURTHER, further, folded=not is_wrong)


def _owners(session: Session, viewer: Viewer, label: str = "") -> list[OwnerRow]:
    """List the owners for which the viewer registers devices; a label is one's.

    Raises:
        ForbiddenError: there is none.
        NotFoundError: no such label printed in advance, or it is on a device.
    """
    owners = [
        owner
        for owner in owners_seen(session, viewer)
        if Role.TECHNICIAN in viewer.roles(owner.id)
    ]
    if not owners:
        message = (
            f"Enregistrer un matériel est réservé au rôle : {Role.TECHNICIAN.label}."
        )
        raise ForbiddenError(message)
    if not label:
        return owners
    free = labels.reserved(session, [label]).get(label)
    owners = [o for o in owners if free and o.id == free.owner_id]
    if free is None or free.is_bound or not owners:
        raise NotFoundError
    return owners


def _owner(
    session: Session, viewer: Viewer, texts: Mapping[str, str], label: str
) -> OwnerRow:
    owners = _owners(session, viewer, label)
    if len(owners) == 1:
        return owners[0]
    found = next((o for o in owners if o.siret == texts.get("owner")), None)
    if found is None:
        message = f"« {OWNER.label} » est à renseigner."
        raise Refused((Refusal("missing_field", message, OWNER.name),))
    return found


def _media(texts: Mapping[str, str]) -> Iterator[Mapping[str, Json]]:
    """Read one serial a line, each once, in a sane number and length."""
    lines = texts.get(MEDIA.name, "").splitlines()
    serials = dict.fromkeys(line.strip()[:_LONGEST_SERIAL] for line in lines)
    for serial in [serial for serial in serials if serial_key(serial)][:_MOST_MEDIA]:
        yield {"serial": serial}
