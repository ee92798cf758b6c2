"""Devices for programs: the lists, the records and the actions of the pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.command import Command
from parc.domain.device import Device
from parc.domain.events import live
from parc.domain.lifecycle import blockers
from parc.domain.refusal import Refusal
from parc.domain.transition import Transition
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import REVERSALS, Action, State
from parc.operations.rules import rules_for
from parc.storage import documents, people
from parc.storage.aliases import resolve_alias
from parc.storage.device_list import search
from parc.storage.devices import find, owners_seen
from parc.storage.tables import DeviceRow
from parc.web.api_schemas import (
    PROBLEM,
    ActionRequest,
    DeviceHistory,
    DevicePage,
    DeviceRecord,
    DeviceSummary,
    EventRecord,
    EvidenceRecord,
    HandOverRecord,
    MediumRecord,
    StoredDocument,
)
from parc.web.deps import CurrentViewer, ReadSession, Today, Transaction, require_role
from parc.web.device_filters import ListQuery, filters_of
from parc.web.devices import AtDesk, action_named
from parc.web.errors import InvalidInputError, NotFoundError
from parc.web.recording import Desk, Wish, act, device_seen, life_of, owner_of

router = APIRouter(prefix="/api/v1", tags=["devices"])

Responses = dict[int | str, dict[str, Any]]

_REFUSED: Responses = {
    401: PROBLEM | {"description": "Jeton absent ou inconnu."},
    403: PROBLEM | {"description": "Rôle insuffisant."},
    404: PROBLEM | {"description": "Inconnu, ou rien qui soit ouvert à ce jeton."},
    409: PROBLEM | {"description": "L'état ne le permet pas ; toutes les raisons."},
    422: PROBLEM | {"description": "Saisie à corriger, champ par champ."},
}
_LISTED: Responses = {status: _REFUSED[status] for status in (401, 422)}
_READ: Responses = {status: _REFUSED[status] for status in (401, 404)}


def _described(transition: Transition) -> str:
    fields = ", ".join(
        f"`{f.name}`{'*' if f.required else ''} ({f.label} ; {f.kind.value})"
        for f in transition.fields
    )
    sources = ", ".join(s.value for s in State if s in transition.sources)
    return (
        f"- **{transition.action.value}** ({transition.action.label}), depuis "
        f"{sources}. Champs : {fields or 'aucun'}."
    )


_ACTIONS = [action for action in Action if action is not Action.REGISTER]
_ACTION_INTRODUCTION = (
    "Enregistre une action. `*` : champ obligatoire. Montants en euros dans un "
    "texte (`349,90`) ou en centimes dans un nombre ; jours en AAAA-MM-JJ ; "
    "pièces par leur SHA-256 (voir `POST /api/v1/documents`).\n"
)
_ACTION_HELP = "\n".join(
    (
        _ACTION_INTRODUCTION,
        *(_described(TRANSITIONS[action]) for action in _ACTIONS),
    )
)
_NAMES = frozenset({"tag", "serial", "q", "state", "owner", "category", "page", "sort"})


def listed(
    request: Request,
    *,
    tag: Annotated[
        str, Query(description="Étiquette exacte, ou autre code qui y mène.")
    ] = "",
    serial: Annotated[str, Query(description="Numéro de série exact.")] = "",
    q: Annotated[str, Query(description="Mots ou début de numéro.")] = "",
    state: Annotated[list[str] | None, Query(description="États voulus.")] = None,
    owner: Annotated[str, Query(description="SIRET du propriétaire.")] = "",
    category: Annotated[str, Query(description="Catégorie.")] = "",
    sort: Annotated[str, Query(description="Colonne ; « - » : décroissant.")] = "",
    page: Annotated[str, Query(description="Numéro de page, à partir de 1.")] = "",
) -> ListQuery:
    """Gather what a program asks of a list; misspelt names are refused."""
    unknown = sorted(set(request.query_params) - _NAMES)
    if unknown:
        message = "Paramètre inconnu : {}."
        raise InvalidInputError(
            *(Refusal("unknown_field", message.format(name), name) for name in unknown)
        )
    return ListQuery(
        q=q.strip(),
        tag=tag.strip(),
        serial=serial.strip(),
        state=tuple(state or ()),
        owner=owner,
        category=category,
        sort=sort,
        page=page,
        # Programs want the whole fleet; pages hide what has left it.
        gone="1",
    )


@router.get("/devices", responses=_LISTED)
def list_devices(
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    query: Annotated[ListQuery, Depends(listed)],
) -> DevicePage:
    """Liste les matériels ouverts au jeton, 50 par page, sortis compris."""
    owners = owners_seen(session, viewer)
    filters, misread = filters_of(query, owners)
    if misread:
        raise InvalidInputError(*misread)
    if filters.tag:
        filters = replace(filters, tag=_tag(session, viewer, filters.tag))
    page = search(session, viewer, filters, today)
    sirets = {owner.id: owner.siret for owner in owners}
    sites = people.site_names(session, {r.site_id for r in page.rows if r.site_id})
    following = query.address("/api/v1/devices", page=str(page.number + 1), gone="")
    return DevicePage(
        devices=[
            DeviceSummary.model_validate(_summary(row, sirets, sites))
            for row in page.rows
        ],
        total=page.total,
        exact=page.exact,
        page=page.number,
        page_size=page.size,
        next=following if page.more else None,
    )


@router.get("/devices/{tag:path}/history", responses=_READ)
def show_history(
    session: ReadSession, viewer: CurrentViewer, tag: str
) -> DeviceHistory:
    """Donne tous les événements d'un matériel, annulés compris."""
    row = device_seen(session, viewer, tag)
    _, events = life_of(session, row)
    standing = {event.seq for event in live(events)}
    records = [
        EventRecord(
            seq=event.seq,
            action=event.action,
            effective_on=event.effective_on,
            recorded_at=event.recorded_at,
            actor=event.actor,
            state=event.state,
            owner=event.owner,
            level=event.level,
            source=event.source,
            details=dict(event.details),
            annulled=event.seq not in standing and event.action not in REVERSALS,
        )
        for event in events
    ]
    return DeviceHistory(tag=row.tag, events=records)


@router.get("/devices/{tag:path}", responses=_READ)
def show_device(session: ReadSession, desk: AtDesk, tag: str) -> DeviceRecord:
    """Donne un matériel et tout ce que l'on en sait."""
    row = device_seen(session, desk.viewer, tag)
    device, _ = life_of(session, row)
    return _record(session, desk, row, device)


@router.post(
    "/devices/{tag:path}/{action}", responses=_REFUSED, description=_ACTION_HELP
)
def record_action(
    transaction: Transaction,
    desk: AtDesk,
    tag: str,
    action: Annotated[
        str, Path(json_schema_extra={"enum": [action.value for action in _ACTIONS]})
    ],
    asked: ActionRequest,
) -> DeviceRecord:
    """Record an action and give the device as it leaves it."""
    known = action_named(action)
    with transaction() as session:
        row = device_seen(session, desk.viewer, tag)
        wish = Wish(asked.effective_on, asked.details, asked.version)
        act(session, desk, row, known, wish)
        device, _ = life_of(session, row)
        return _record(session, desk, row, device)


async def body(request: Request) -> bytes:
    """Read a body, already bounded by the guard."""
    return await request.body()


@router.post("/documents", status_code=201, responses=_REFUSED)
def receive_document(
    transaction: Transaction,
    desk: AtDesk,
    owner: Annotated[str, Query(description="SIRET du propriétaire.")],
    content: Annotated[bytes, Depends(body)],
) -> StoredDocument:
    """Reçoit une pièce (corps brut) ; son SHA-256 se cite ensuite dans une action."""
    with transaction() as session:
        found = [o for o in owners_seen(session, desk.viewer) if o.siret == owner]
        if not found:
            raise NotFoundError
        roles = TRANSITIONS[Action.FILE_EVIDENCE].roles
        require_role(desk.viewer, found[0].id, *roles)
        upload = documents.examine(content)
        documents.keep(
            session,
            desk.documents,
            upload,
            owner_id=found[0].id,
            at=desk.now,
            by=desk.viewer.actor,
        )
    return StoredDocument(
        sha256=upload.sha256, media_type=upload.media_type, size=len(content)
    )


def _record(
    session: Session, desk: Desk, row: DeviceRow, device: Device
) -> DeviceRecord:
    owner = owner_of(session, row)
    sites = people.site_names(session, [row.site_id] if row.site_id else [])
    actor = desk.viewer.as_actor(row.owner_id)
    rules = rules_for(session, owner, desk.today)

    def possible(action: Action) -> bool:
        command = Command(action, desk.today, desk.now, actor)
        return not blockers(device, action, actor, command, rules)

    return DeviceRecord.model_validate(
        {
            **_summary(row, {owner.id: owner.siret}, sites),
            "merged_into": device.void.into if device.void else None,
            "manager": device.manager,
            "facts": dict(device.facts),
            "media": [
                MediumRecord.model_validate(m, from_attributes=True)
                for m in device.media
            ],
            "evidence": [
                EvidenceRecord.model_validate(e, from_attributes=True)
                for e in device.evidence
            ],
            "hand_overs": [
                HandOverRecord.model_validate(h, from_attributes=True)
                for h in device.hand_overs
            ],
            "actions": [action for action in _ACTIONS if possible(action)],
        }
    )


def _tag(session: Session, viewer: Viewer, code: str) -> str:
    """Give the tag asked for; the kept device's when it is that of a merged one."""
    row = find(session, viewer, code)
    if row is not None and row.void is None:
        return code
    led = resolve_alias(session, viewer.owner_ids, code)
    return session.get_one(DeviceRow, led[0]).tag if len(led) == 1 else code


def _summary(
    row: DeviceRow, sirets: Mapping[int, str], sites: Mapping[int, str]
) -> dict[str, object]:
    return {
        **row.model_dump(include=set(DeviceSummary.model_fields)),
        "owner": sirets[row.owner_id],
        "site": sites.get(row.site_id or 0),
    }
