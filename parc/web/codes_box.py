"""The box of a device's page that shows which other codes lead to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.alias import AliasKind
from parc.domain.fields import Field
from parc.domain.refusal import Refusal
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action
from parc.operations.device_codes import ARTICLE, CODE, STICKERS
from parc.storage import aliases, articles
from parc.storage.tables import DeviceRow


@dataclass(frozen=True, slots=True)
class CodeShown:
    """One code that leads to the device; `number` when it may be taken back."""

    code: str
    kind: str
    number: int | None


@dataclass(frozen=True, slots=True)
class MergedShown:
    """A device that was merged into this one, with the codes that it left.

    `is_direct`: into this one, not into one merged into it since.
    """

    tag: str
    codes: Sequence[CodeShown]
    is_direct: bool


@dataclass(frozen=True, slots=True)
class CodesBox:
    """What leads to a device; `text` and `refusals` are those of a refused try."""

    codes: Sequence[CodeShown]
    merged: Sequence[MergedShown]
    may_stick: bool
    may_split: bool
    text: str = ""
    refusals: Sequence[Refusal] = ()
    field: Field = CODE
    article: Field = ARTICLE
    articles: Sequence[str] = ()


def codes_box(session: Session, viewer: Viewer, row: DeviceRow) -> CodesBox:
    """Gather the codes that lead to a device."""
    roles = viewer.roles(row.owner_id)
    may_stick = row.void is None and not roles.isdisjoint(STICKERS)
    found = aliases.aliases_of(session, row.id)
    tags = _tags(session, {a.merged_id for a in found if a.merged_id is not None})
    by_hand = [
        CodeShown(a.shown, "", a.id if may_stick and a.device_id == row.id else None)
        for a in found
        if a.merged_id is None
    ]
    merged = [
        MergedShown(
            tag,
            [
                CodeShown(a.shown, AliasKind(a.kind).label, None)
                for a in found
                if a.merged_id == key and a.kind != AliasKind.TAG
            ],
            is_direct=any(a.merged_id == key and a.device_id == row.id for a in found),
        )
        for key, tag in tags.items()
    ]
    may_split = not roles.isdisjoint(TRANSITIONS[Action.SPLIT].roles)
    known = articles.codes_of(session, row.product_id) if row.label else []
    return CodesBox(by_hand, merged, may_stick, may_split, articles=known)


def _tags(session: Session, ids: set[int]) -> dict[int, str]:
    found = session.exec(
        select(DeviceRow.id, DeviceRow.tag)
        .where(col(DeviceRow.id).in_(sorted(ids)))
        .order_by(col(DeviceRow.tag))
    )
    return dict(found.all())
