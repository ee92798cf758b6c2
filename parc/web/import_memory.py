"""What is remembered of files: seen, changed, passed on, forgotten."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from imports import targets
from imports.vocabulary import origins
from imports.words import KINDS, meanings
from parc.domain.refusal import Refusal, Refused
from parc.operations import importing, mapping
from parc.storage import mappings, people
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.mapping_tables import MappingRow
from parc.storage.tables import OwnerRow
from parc.web import rendering
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.import_mapping import WideForm
from parc.web.import_meanings import PAGE, WordLine, groups_of, said_in
from parc.web.recording import Desk

router = APIRouter()

_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Known:
    """A remembered mapping as the list shows it."""

    row: MappingRow
    owner: str
    origin: str
    headings: str
    by: str


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The words of a kind that are remembered, of lists of one origin."""

    owner: OwnerRow
    origin: str
    origin_label: str
    kind: str
    label: str
    number: int


@router.get("/imports/mappings")
def list_mappings(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List what is remembered for the owners that one imports for."""
    owners = _owners(session, desk)
    rows = mappings.mappings_of(session, list(owners))
    names = people.actor_names(session, {row.changed_by for row in rows})
    labels = origins()
    counted = Counter(
        (word.owner_id, word.origin, word.kind)
        for word in mappings.words_of(session, list(owners))
    )
    return rendering.page(
        request,
        "imports/mappings.html",
        mappings=[
            Known(
                row,
                owners[row.owner_id].name,
                labels.get(row.origin, row.origin),
                ", ".join(json.loads(row.columns)),
                names.get(row.changed_by, ""),
            )
            for row in rows
        ],
        words=[
            KnownWords(
                owners[owner],
                origin,
                labels.get(origin, origin),
                kind,
                KINDS.get(kind, kind),
                number,
            )
            for (owner, origin, kind), number in sorted(counted.items())
        ],
    )


@router.get("/imports/mappings/words")
def show_known_words(  # noqa: PLR0917 - what FastAPI gives, then what is asked
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    owner: Annotated[str, Query(max_length=14)] = "",
    origin: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """Show the words of a kind that are remembered."""
    row = _owner(session, desk, owner)
    known = mapping.memory_of(session, row.id).words.get(origin, {}).get(kind, {})
    if kind not in KINDS or not known:
        raise NotFoundError
    labels = meanings(kind, mapping.categories())
    listed = sorted(known.items())
    return rendering.page(
        request,
        "imports/known_words.html",
        owner=row,
        origin=origin,
        origin_label=origins().get(origin, origin),
        kind=kind,
        label=KINDS[kind],
        lines=[
            WordLine(word, word, None, meaning if meaning in labels else "-", "")
            for word, meaning in listed[(page - 1) * PAGE : page * PAGE]
        ],
        groups=groups_of(kind),
        page=page,
        more=len(listed) > page * PAGE,
    )


@router.post("/imports/mappings/words")
def change_known_words(
    request: Request, transaction: Transaction, desk: AtDesk, form: WideForm
) -> Response:
    """Change what words mean, or forget them, without a file."""
    kind, origin = form.get("kind", ""), form.get("origin", "")
    forgets = bool(form.get("forget"))
    with transaction() as session:
        owner = _owner(session, desk, form.get("owner", ""))
        if forgets:
            gone = mappings.forget_words(session, owner.id, origin, kind)
        else:
            if origin not in origins():
                reason = Refusal("invalid_field", "Origine inconnue.", "origin")
                raise Refused((reason,))
            told = mapping.checked_words(kind, said_in(form))
            actor = desk.viewer.actor
            words = {kind: told}
            mappings.keep_words(session, owner.id, origin, words, actor, desk.now)
    notice = "C'est enregistré : les prochains fichiers seront lus ainsi."
    if forgets:
        notice = f"{gone} mots oubliés." if gone > 1 else "C'est oublié."
    return rendering.redirect(request, "/imports/mappings", notice)


@router.get("/imports/mappings/{mapping_id}.toml")
def export_mapping(session: ReadSession, desk: AtDesk, mapping_id: str) -> Response:
    """Give a mapping as a file that another parc reads (`parc import --mapping`)."""
    row, owner = _mapping(session, desk, mapping_id)
    label = f"{origins().get(row.origin, row.origin)}, {owner.name}"
    name = f'attachment; filename="correspondance-{row.id}.toml"'
    return Response(
        mapping.shared(session, row, label),
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": name},
    )


@router.get("/imports/mappings/{mapping_id}")
def show_known_mapping(
    request: Request, session: ReadSession, desk: AtDesk, mapping_id: str
) -> Response:
    """Show a remembered mapping; no cell of any file was kept with it."""
    return _page(request, session, desk, mapping_id)


@router.post("/imports/mappings/{mapping_id}")
def change_known_mapping(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: WideForm,
    mapping_id: str,
) -> Response:
    """Change what is remembered of columns, without a file."""
    try:
        with transaction() as session:
            row, _ = _mapping(session, desk, mapping_id)
            said = mapping.edited(mapping.mapping_of(row), form)
            mappings.keep_mapping(
                session,
                row.owner_id,
                row.digest,
                row.origin,
                said.sheet,
                mapping.as_json(said),
                desk.viewer.actor,
                desk.now,
            )
    except Refused as refused:
        with reading(engine) as session:
            return _page(request, session, desk, mapping_id, refused.reasons)
    notice = "C'est enregistré : les prochains fichiers seront lus ainsi."
    return rendering.redirect(request, f"/imports/mappings/{mapping_id}", notice)


@router.post("/imports/mappings/{mapping_id}/forget")
def forget_mapping(
    request: Request, transaction: Transaction, desk: AtDesk, mapping_id: str
) -> Response:
    """Forget a mapping: parc reads these headings by itself again."""
    with transaction() as session:
        row, _ = _mapping(session, desk, mapping_id)
        session.delete(row)
    notice = "La correspondance est oubliée : parc lit ces intitulés par lui-même."
    return rendering.redirect(request, "/imports/mappings", notice)


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    mapping_id: str,
    reasons: tuple[Refusal, ...] = (),
) -> Response:
    row, owner = _mapping(session, desk, mapping_id)
    said = mapping.mapping_of(row)
    among = Counter(column.field for column in said.columns.values())
    names = people.actor_names(session, [row.changed_by])
    return rendering.page(
        request,
        "imports/known_mapping.html",
        status_code=422 if reasons else 200,
        row=row,
        owner=owner,
        origin=origins().get(row.origin, row.origin),
        by=names.get(row.changed_by, ""),
        columns=said.columns,
        among=among,
        groups=targets.GROUPS,
        units=targets.UNITS,
        joined=targets.JOINED,
        reasons=reasons,
    )


def _owners(session: Session, desk: Desk) -> Mapping[int, OwnerRow]:
    owners = {
        owner.id: owner
        for owner in owners_seen(session, desk.viewer)
        if importing.may_import(desk.viewer, owner.id)
    }
    if not owners:
        message = "Importer est réservé aux rôles : technicien, responsable du parc."
        raise ForbiddenError(message)
    return owners


def _owner(session: Session, desk: Desk, siret: str) -> OwnerRow:
    found = [row for row in _owners(session, desk).values() if row.siret == siret]
    if not found:
        raise NotFoundError
    return found[0]


def _mapping(
    session: Session, desk: Desk, mapping_id: str
) -> tuple[MappingRow, OwnerRow]:
    is_number = mapping_id.isascii() and mapping_id.isdigit()
    key = int(mapping_id) if is_number and len(mapping_id) <= _LONGEST_NUMBER else 0
    row = session.get(MappingRow, key)
    if row is None or not importing.may_import(desk.viewer, row.owner_id):
        raise NotFoundError
    return row, session.get_one(OwnerRow, row.owner_id)
