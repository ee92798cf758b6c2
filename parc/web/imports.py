"""Import a file through the browser: send, look at what it would do, apply."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.operations import importing
from parc.operations.importing import Asked, Outcome
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.documents import LARGEST
from parc.storage.tables import ImportRow, OwnerRow
from parc.web import rendering
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk

router = APIRouter()

ORDERS = (
    ("", "Selon les valeurs"),
    ("dmy", "jour/mois/année"),
    ("mdy", "mois/jour/année"),
    ("ymd", "année-mois-jour"),
)
SHOWN = 200
"""Remarks shown on the page; the file of rows to correct holds them all."""

_KEY = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Batch:
    """A file sent: its row, its owner, and its bytes while it waits."""

    row: ImportRow
    owner: OwnerRow
    path: Path


@router.get("/imports")
def imports_page(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Show the form and the latest imports.

    Raises:
        ForbiddenError: no role that imports.
    """
    return _page(request, session, desk)


@router.post("/imports")
def send(
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Keep the file and show what it would do; nothing is imported yet."""
    try:
        with transaction() as session:
            key = _kept(session, desk, form)
    except Refused as refused:
        with reading(engine) as session:
            return _page(request, session, desk, refused.reasons)
    return rendering.redirect(request, f"/imports/{key}")


@router.get("/imports/{key}")
def preview(request: Request, session: ReadSession, desk: AtDesk, key: str) -> Response:
    """Show counts and remarks by line; nothing is written."""
    batch = _batch(session, desk, key)
    if batch.row.applied_at is not None:
        outcome = json.loads(batch.row.outcome or "{}")
        return rendering.page(
            request, "imports/applied.html", batch=batch, outcome=outcome
        )
    outcome = _dry_run(session, desk, batch)
    return rendering.page(
        request,
        "imports/preview.html",
        batch=batch,
        outcome=outcome,
        issues=outcome.issues[:SHOWN],
        left_out=max(0, len(outcome.issues) - SHOWN),
    )


@router.post("/imports/{key}/apply")
def apply(
    request: Request, transaction: Transaction, desk: AtDesk, key: str
) -> Response:
    """Import the file in one transaction; the original is then thrown away."""
    with transaction() as session:
        batch = _batch(session, desk, key)
        if batch.row.applied_at is not None:
            raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))
        outcome = importing.run(session, _asked(desk, batch, dry_run=False))
    # It may hold names (decision D4): what was read from it stays.
    batch.path.unlink(missing_ok=True)
    done = (
        f"Import appliqué : {outcome.created} créés, {outcome.updated} modifiés, "
        f"{outcome.unchanged} inchangés."
    )
    return rendering.redirect(request, f"/imports/{key}", done)


@router.get("/imports/{key}/rejects.csv")
def rejects(session: ReadSession, desk: AtDesk, key: str) -> Response:
    """Give back the rows to correct, before the import is applied."""
    batch = _batch(session, desk, key)
    if batch.row.applied_at is not None:
        raise NotFoundError
    outcome = _dry_run(session, desk, batch)
    name = f'attachment; filename="a-corriger-{key}.csv"'
    return Response(
        outcome.rejects,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    reasons: tuple[Refusal, ...] = (),
) -> Response:
    owners = _owners(session, desk.viewer)
    names = {owner.id: owner.name for owner in owners}
    recent = [
        (row, names[row.owner_id], json.loads(row.outcome or "{}"))
        for row in importing.recent(session, list(names))
    ]
    return rendering.page(
        request,
        "imports/page.html",
        status_code=422 if reasons else 200,
        owners=owners,
        orders=ORDERS,
        recent=recent,
        reasons=reasons,
    )


def _owners(session: Session, viewer: Viewer) -> list[OwnerRow]:
    owners = [
        owner
        for owner in owners_seen(session, viewer)
        if importing.may_import(viewer, owner.id)
    ]
    if not owners:
        message = "Importer est réservé aux rôles : technicien, responsable du parc."
        raise ForbiddenError(message)
    return owners


def _kept(session: Session, desk: Desk, form: Sent) -> str:
    owners = {owner.siret: owner for owner in _owners(session, desk.viewer)}
    siret = form.texts.get("owner", "")
    if not siret and len(owners) == 1:
        (siret,) = owners
    content = form.files.get("file", b"")
    reasons = []
    if siret not in owners:
        message = "Choisissez le propriétaire des matériels."
        reasons.append(Refusal("missing_field", message, "owner"))
    if not content:
        message = "Choisissez un fichier .xlsx ou .csv."
        reasons.append(Refusal("missing_field", message, "file"))
    if len(content) > LARGEST:
        message = "Le fichier dépasse 20 Mo : importez-le par la ligne de commande."
        reasons.append(Refusal("too_large", message, "file"))
    order = form.texts.get("date_order", "")
    if order not in {key for key, _ in ORDERS}:
        message = "Ordre des dates inconnu."
        reasons.append(Refusal("invalid_field", message, "date_order"))
    if reasons:
        raise Refused(tuple(reasons))
    owner = owners[siret]
    key = importing.new_id()
    row = ImportRow(
        id=key,
        owner_id=owner.id,
        sha256="",
        format="",
        options=json.dumps({"date_order": order or None}),
        created_at=desk.now,
        created_by=desk.viewer.actor,
    )
    batch = Batch(row, owner, _path(desk, key))
    batch.path.parent.mkdir(parents=True, exist_ok=True)
    batch.path.write_bytes(content)
    try:
        outcome = importing.run(session, _asked(desk, batch, dry_run=True))
    except Refused:
        batch.path.unlink()
        raise
    row.sha256, row.format = outcome.sha256, outcome.format
    session.add(row)
    return key


def _batch(session: Session, desk: Desk, key: str) -> Batch:
    row = session.get(ImportRow, key) if _KEY.fullmatch(key) else None
    if row is None or not importing.may_import(desk.viewer, row.owner_id):
        raise NotFoundError
    return Batch(row, session.get_one(OwnerRow, row.owner_id), _path(desk, key))


def _path(desk: Desk, key: str) -> Path:
    return desk.documents.parent / "imports" / key


def _asked(desk: Desk, batch: Batch, *, dry_run: bool) -> Asked:
    try:
        content = batch.path.read_bytes()
    except OSError:
        message = "Le fichier n'est plus là : envoyez-le de nouveau."
        raise Refused((Refusal("file_gone", message),)) from None
    return Asked(
        content=content,
        owner=batch.owner,
        actor=desk.viewer.actor,
        at=desk.now,
        today=desk.today,
        date_order=json.loads(batch.row.options)["date_order"],
        dry_run=dry_run,
        import_id=batch.row.id,
    )


def _dry_run(session: Session, desk: Desk, batch: Batch) -> Outcome:
    return importing.run(session, _asked(desk, batch, dry_run=True))
