"""Settings of the service: its owners; accounts and tokens have pages of their own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.fields import Field, Kind, choices_of
from parc.domain.refusal import Refused
from parc.storage import accounts, owner_settings
from parc.storage.accounts import OwnerKind
from parc.storage.administration import Administrator
from parc.storage.database import reading
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import CurrentViewer, EngineDep, ReadSession, Today, Transaction
from parc.web.errors import ForbiddenError, NotFoundError

router = APIRouter(include_in_schema=False)

SIRET = Field(
    "siret",
    "SIRET",
    Kind.SIRET,
    required=True,
    hint="14 chiffres ; les deux clés sont vérifiées. Définitif.",
)
NAME = Field("name", "Raison sociale", required=True)
KIND = Field("kind", "Nature", Kind.CHOICE, True, choices_of(OwnerKind))
PREFIX = Field(
    "prefix",
    "Préfixe des étiquettes",
    hint="De 2 à 5 lettres, en tête de chaque étiquette. Définitif.",
)
MANAGER = Field(
    "manager",
    "Exploité par",
    Kind.CHOICE,
    required=True,
    hint="Qui exploite ses nouveaux matériels, par exemple un service commun.",
)
FIRST_DAY = Field("first_day", "Premier jour dans parc", Kind.DAY)


class Typed(BaseModel):
    """What the forms about an owner send."""

    siret: str = ""
    name: str = ""
    kind: str = OwnerKind.COMMUNE.value
    prefix: str = ""
    manager: str = ""
    first_day: str = ""


OwnerForm = Annotated[Typed, Form()]


def get_administrator(viewer: CurrentViewer) -> Administrator:
    """Give what the viewer administers.

    Raises:
        ForbiddenError: nothing.
    """
    found = Administrator.of(viewer)
    if found is None:
        message = "Les réglages sont réservés à l'administration."
        raise ForbiddenError(message)
    return found


Admin = Annotated[Administrator, Depends(get_administrator)]


def get_general_administrator(admin: Admin) -> Administrator:
    """Give who administers all owners.

    Raises:
        ForbiddenError: only some of them.
    """
    if admin.owner_ids is not None:
        message = "Réservé à l'administration de tous les propriétaires."
        raise ForbiddenError(message)
    return admin


GeneralAdmin = Annotated[Administrator, Depends(get_general_administrator)]


@router.get("/settings")
def show_owners(request: Request, session: ReadSession, admin: Admin) -> Response:
    """List the owners that the viewer administers."""
    rows = owner_settings.owners_administered(session, admin)
    return rendering.page(
        request,
        "settings/owners.html",
        owners=owner_settings.with_counts(session, rows),
        kinds=OwnerKind,
        may_add=admin.owner_ids is None,
    )


@router.get("/settings/owners/new")
def new_owner(
    request: Request,
    session: ReadSession,
    admin: GeneralAdmin,  # noqa: ARG001 - who may
    name: str = "",
    prefix: str = "",
) -> Response:
    """Show the empty form; with a `name`, propose the prefix drawn from it."""
    return _new(request, session, Typed(name=name, prefix=prefix))


@router.post("/settings/owners/new")
def add_owner(
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    admin: GeneralAdmin,  # noqa: ARG001 - who may
    typed: OwnerForm,
) -> Response:
    """Add an owner, or show again what is to be corrected."""
    try:
        with transaction() as session:
            row = accounts.add_owner(
                session, typed.siret, typed.name, typed.kind, typed.prefix
            )
    except Refused as refused:
        with reading(engine) as session:
            return _new(request, session, typed, refused)
    done = f"{row.name} est ajouté : ses étiquettes commencent par {row.prefix}."
    return rendering.redirect(request, f"/settings/owners/{row.siret}", done)


@router.get("/settings/owners/{siret}")
def show_owner(
    request: Request, session: ReadSession, admin: Admin, siret: str
) -> Response:
    """Show one owner and what may be changed of it."""
    return _owner(request, session, _found(session, admin, siret))


@router.post("/settings/owners/{siret}")
def revise_owner(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    admin: Admin,
    siret: str,
    typed: OwnerForm,
) -> Response:
    """Change an owner's name, kind and manager."""
    try:
        with transaction() as session:
            row = _found(session, admin, siret)
            owner_settings.revise(
                session,
                row,
                name=typed.name,
                kind=typed.kind,
                manager_siret=typed.manager,
            )
    except Refused as refused:
        with reading(engine) as session:
            row = _found(session, admin, siret)
            return _owner(request, session, row, typed, refused)
    return rendering.redirect(
        request, f"/settings/owners/{siret}", "Propriétaire modifié."
    )


@router.post("/settings/owners/{siret}/first-day")
def set_first_day(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    admin: Admin,
    siret: str,
    typed: OwnerForm,
    today: Today,
) -> Response:
    """Change an owner's first day in parc (decision D11)."""
    try:
        with transaction() as session:
            row = _found(session, admin, siret)
            owner_settings.set_first_day(session, row, typed.first_day, today)
    except Refused as refused:
        with reading(engine) as session:
            row = _found(session, admin, siret)
            return _owner(request, session, row, typed, refused)
    done = f"Premier jour dans parc : {rendering.day(row.first_day)}."
    return rendering.redirect(request, f"/settings/owners/{siret}", done)


def _found(session: Session, admin: Administrator, siret: str) -> OwnerRow:
    row = owner_settings.owner_administered(session, admin, siret)
    if row is None:
        raise NotFoundError
    return row


def _new(
    request: Request, session: Session, typed: Typed, refused: Refused | None = None
) -> Response:
    taken = [row.prefix for row in accounts.owners(session)]
    proposed = accounts.free_prefix(typed.name, taken) if typed.name.strip() else ""
    return rendering.page(
        request,
        "settings/owner_new.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=(SIRET, NAME, KIND),
        prefix=PREFIX,
        values={**typed.model_dump(), "prefix": typed.prefix or proposed},
        refusals=refused.reasons if refused else (),
    )


def _owner(
    request: Request,
    session: Session,
    row: OwnerRow,
    typed: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    others = accounts.owners(session)
    manager = next((o.siret for o in others if o.id == row.manager_id), row.siret)
    values = {"name": row.name, "kind": row.kind, "manager": manager}
    values["first_day"] = row.first_day.isoformat() if row.first_day else ""
    if typed is not None:
        sent = typed.model_dump(exclude_unset=True)
        values.update({name: sent[name] for name in values if name in sent})
    (owned,) = owner_settings.with_counts(session, [row])
    return rendering.page(
        request,
        "settings/owner.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        owned=owned,
        fields=(NAME, KIND, MANAGER),
        first_day=FIRST_DAY,
        managers=[
            (o.siret, "lui-même" if o.id == row.id else o.name)
            for o in sorted(others, key=lambda o: o.id != row.id)
        ],
        values=values,
        refusals=refused.reasons if refused else (),
    )
