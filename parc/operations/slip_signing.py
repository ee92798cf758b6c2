"""A slip signed: every device recorded, or none; then nothing on it changes.

The actions go through `bulk`, the one way in which lists of devices are acted on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.custody import (
    ACTIONS,
    Content,
    Seal,
    Signing,
    SlipKind,
    Stage,
    canonical,
    checksum,
    number_of,
)
from parc.domain.drawn_signature import DrawnSignature
from parc.domain.refusal import Refusal, Refused
from parc.operations import slips as drafts
from parc.operations.bulk import Wish, act_all
from parc.operations.selection import Desk, Picked, pick
from parc.storage import documents, slips
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.slip_tables import SlipLineRow, SlipRow
from parc.storage.tables import DeviceRow

SCANS = frozenset({"application/pdf", "image/png", "image/jpeg"})
"""What a slip signed on paper is scanned as."""

LARGEST_SCAN = 10 * 1024 * 1024

KEPT = timedelta(days=5 * 365 + 2)
"""How long a scan, which holds a name, is kept after the signature (decision D4)."""

_CHANGED = (
    "Le bon ou l'un de ses matériels a changé depuis que cette page a été affichée : "
    "relisez-le, puis signez."
)
_NOT_THEIRS = "ce matériel n'est plus chez cette personne."
_MERGED = "cette fiche a été fusionnée avec une autre : retirez-la du bon."
_MEANWHILE = "ce matériel vient d'être modifié par quelqu'un d'autre : recommencez."
_ALREADY_LENT = "ce matériel lui est déjà prêté."


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature: drawn on the screen, or a paper's scan."""

    drawn: DrawnSignature | None = None
    scan: documents.Upload | None = None


def scanned(content: bytes) -> documents.Upload:
    """Judge the scan of a slip signed on paper, by its content.

    Raises:
        Refused: empty, too large, neither a PDF nor a picture.
    """
    upload = documents.examine(content, "scan", largest=LARGEST_SCAN)
    if upload.media_type not in SCANS:
        message = "« Bon signé » : un PDF ou une image (PNG, JPEG) est attendu."
        raise Refused((Refusal("document_type", message, "scan"),))
    return upload


def sign(engine: Engine, desk: Desk, key: int, seen: str, signed: Signed) -> None:
    """Sign a draft: its devices change hands and it is frozen, or nothing happens.

    `seen` is the checksum of the draft as the person who signs saw it.

    Raises:
        Refused: no role; not a draft; changed since it was seen; with every device
            that refuses and why.
    """
    with reading(engine) as session:
        row = session.get_one(SlipRow, key)
        drafts.require_writer(desk.viewer, row.owner_id)
        drafts.require_draft(row)
        _require_unchanged(session, row, seen)
        asked = _asked(session, desk, row)

    def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
        _settle(session, desk, key, seen, signed, asked, outcomes)

    # A refusal in `settle` gives the whole transaction up: no device has changed.
    act_all(engine, [(desk, picked, wish) for picked, wish in asked], settle)


def is_intact(row: SlipRow) -> bool:
    """Tell whether a signed slip is still what was signed."""
    return row.frozen is not None and checksum(row.frozen) == row.sha256


def _require_unchanged(session: Session, row: SlipRow, seen: str) -> None:
    if drafts.draft_checksum(session, row) != seen:
        raise Refused((Refusal("changed_meanwhile", _CHANGED),))


def _asked(session: Session, desk: Desk, row: SlipRow) -> list[tuple[Picked, Wish]]:
    """Give what the slip asks of each device, in the order of their ids.

    In one order for all: two slips never wait for each other.
    """
    lines = sorted(slips.lines(session, row.id), key=lambda one: one[1].id)
    if row.kind == SlipKind.RETURN.value:
        _require_theirs(row, [device for _, device in lines])
    selection = pick(session, desk.viewer, [device.tag for _, device in lines])
    found = {one.row.id: one for one in selection.picked if one.row is not None}
    gone = [device for _, device in lines if device.id not in found]
    if gone:
        raise Refused(tuple(_refusal(device.tag, _MERGED) for device in gone))
    return [(found[device.id], wish) for device, wish in _wishes(row, lines)]


def _require_theirs(row: SlipRow, devices: Sequence[DeviceRow]) -> None:
    strangers = [device for device in devices if device.holder != row.person]
    if strangers:
        raise Refused(tuple(_refusal(one.tag, _NOT_THEIRS) for one in strangers))


def _settle(  # noqa: PLR0917 - what was asked, what came of it
    session: Session,
    desk: Desk,
    key: int,
    seen: str,
    signed: Signed,
    asked: Sequence[tuple[Picked, Wish]],
    outcomes: Sequence[Outcome],
) -> None:
    """Freeze the slip in the transaction of its devices' events, or refuse."""
    row = slips.hold(session, key)
    drafts.require_draft(row)
    _require_unchanged(session, row, seen)
    kind = SlipKind(row.kind)
    if reasons := tuple(_against_all(kind, asked, outcomes)):
        raise Refused(reasons)
    content = drafts.content_of(session, row)
    _freeze_accessories(session, row)
    mark = _keep(session, desk, row, signed)
    row.frozen, row.sha256 = freeze(
        content, Signing(row.signing or ""), mark, at=desk.now, by=desk.viewer.actor
    )
    row.stage = Stage.SIGNED.value
    row.signed_at, row.signed_by = desk.now, desk.viewer.actor
    session.add(row)


def freeze(
    content: Content, signing: Signing, mark: str, *, at: datetime, by: str
) -> tuple[str, str]:
    """Give a signed slip's text and its SHA-256; `mark` is its signature's."""
    seal = Seal(
        signing=signing.value,
        at=at.isoformat(timespec="seconds"),
        by=by,
        signature=mark,
        draft=checksum(canonical(content)),
    )
    text = canonical(content, seal)
    return text, checksum(text)


def _against_all(
    kind: SlipKind, asked: Sequence[tuple[Picked, Wish]], outcomes: Sequence[Outcome]
) -> Iterator[Refusal]:
    for (picked, _), outcome in zip(asked, outcomes, strict=True):
        before = picked.row.version if picked.row is not None else 0
        if outcome.result is Result.APPLIED and outcome.version != before + 1:
            # Between what was looked at and what was recorded, somebody came first.
            yield _refusal(picked.code, _MEANWHILE)
        for reason in _against(kind, outcome):
            yield _refusal(outcome.tag or outcome.code, reason)


def _refusal(tag: str, reason: str) -> Refusal:
    return Refusal("device_refuses", f"{tag} : {reason}")


def _wishes(
    row: SlipRow, lines: Sequence[tuple[SlipLineRow, DeviceRow]]
) -> Iterator[tuple[DeviceRow, Wish]]:
    kind = SlipKind(row.kind)
    name = number_of(kind, row.year, row.number)
    said: dict[str, object] = {"comment": f"{kind.label} {name}"}
    if row.site_id is not None:
        said["site"] = row.site_id
    if kind is not SlipKind.RETURN:
        said["holder"] = row.person
    if kind is SlipKind.LOAN and row.due_on is not None:
        said["due_on"] = row.due_on.isoformat()
    for line, device in lines:
        details = {**said, "target": line.target} if line.target else said
        yield (
            device,
            Wish(ACTIONS[kind], row.effective_on, {row.owner_id: details}),
        )


def _against(kind: SlipKind, outcome: Outcome) -> Sequence[str]:
    if outcome.result is Result.APPLIED:
        return ()
    if outcome.result is Result.ALREADY:
        # They have it already: the slip is the paper that was wanting.
        return () if kind is SlipKind.ASSIGNMENT else (_ALREADY_LENT,)
    return outcome.reasons


def _freeze_accessories(session: Session, row: SlipRow) -> None:
    """Write down what is missing: until now it followed from other slips."""
    told = drafts.accessories_of(session, row)
    items = [
        slips.Item(line.device_id, line.note, line.target)
        for line, _ in slips.lines(session, row.id)
    ]
    slips.fill(session, row.id, items, told)


def _keep(session: Session, desk: Desk, row: SlipRow, signed: Signed) -> str:
    """Keep the signature; give its SHA-256."""
    if signed.scan is not None:
        documents.keep(
            session,
            desk.documents,
            signed.scan,
            owner_id=row.owner_id,
            at=desk.now,
            by=desk.viewer.actor,
            purge_on=_kept_until(desk.today),
        )
        row.signing, row.scan = Signing.PAPER.value, signed.scan.sha256
        return signed.scan.sha256
    if signed.drawn is None:
        message = "Signez dans le cadre, ou joignez le bon signé sur papier."
        raise Refused((Refusal("missing_field", message, "signature"),))
    row.signing, row.signature = Signing.SCREEN.value, signed.drawn.text
    return checksum(signed.drawn.text)


def _kept_until(day: date) -> date:
    return day + KEPT
