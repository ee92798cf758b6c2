"""Labels: when each was printed, and numbers printed before their devices are known.

A reserved number is taken from the same counter as every tag (`journal.next_tags`),
in one statement: two people never get the same, and no device gets it by itself.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.command import Command, Rules
from parc.domain.fields import Json
from parc.domain.refusal import Refusal, Refused
from parc.storage import aliases
from parc.storage.bulk import insert_rows
from parc.storage.journal import next_tags, register_device
from parc.storage.label_tables import (
    LabelPrintRow,
    LabelRangeRow,
    LabelRunRow,
    ReservedLabelRow,
)
from parc.storage.tables import DeviceRow, OwnerRow

MOST_RESERVED = 2_000
"""Numbers of one range: some hundred sheets."""

_CHUNK = 400
_PRINTS: Table = LabelPrintRow.__table__  # type: ignore[attr-defined]
_RESERVED: Table = ReservedLabelRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a label is for: a device, a place, or none yet."""

    code: str
    owner_id: int
    device_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """When a label was printed, by whom, on what; and how many times in all."""

    at: datetime
    by: str
    layout: str
    run_id: str
    times: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """A number printed in advance, and the device that it ended on, if any."""

    code: str
    owner_id: int
    range_id: int
    device_id: int | None

    @property
    def is_bound(self) -> bool:
        """Tell whether its label is on a device."""
        return self.device_id is not None


@dataclass(frozen=True, slots=True)
class Range:
    """A range of numbers, its first and last, and how many are on a device."""

    row: LabelRangeRow
    first: str
    last: str
    bound: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """A run by value: what it takes to make the same file again (JSON texts)."""

    layout: str
    stock: str
    printer: str
    codes: str
    start: int
    labels: str


def record_run(
    session: Session,
    subjects: Sequence[Subject],
    frozen: Frozen,
    at: datetime,
    actor: str,
) -> LabelRunRow:
    """Write that labels were printed together."""
    row = LabelRunRow(
        id=secrets.token_hex(8),
        printed_at=at,
        printed_by=actor,
        layout=frozen.layout,
        stock=frozen.stock,
        printer=frozen.printer,
        codes=frozen.codes,
        start=frozen.start,
        labels=frozen.labels,
    )
    session.add(row)
    session.flush()
    insert_rows(
        session,
        _PRINTS,
        [
            {
                "run_id": row.id,
                "position": position,
                "code": subject.code,
                "owner_id": subject.owner_id,
                "device_id": subject.device_id,
                "site_id": subject.site_id,
            }
            for position, subject in enumerate(subjects)
        ],
    )
    return row


def run_seen(session: Session, viewer: Viewer, key: str) -> LabelRunRow | None:
    """Give a run, if the viewer sees the owner of every label of it."""
    row = session.get(LabelRunRow, key)
    if row is None:
        return None
    owners = session.exec(
        select(LabelPrintRow.owner_id).where(LabelPrintRow.run_id == key).distinct()
    )
    return row if all(map(viewer.sees, owners)) else None


def prints_of(session: Session, key: str) -> list[LabelPrintRow]:
    """List the labels of a run in order."""
    return list(
        session.exec(
            select(LabelPrintRow)
            .where(LabelPrintRow.run_id == key)
            .order_by(col(LabelPrintRow.position))
        )
    )


def latest_runs(
    session: Session, viewer: Viewer, most: int
) -> list[tuple[LabelRunRow, int]]:
    """List the latest runs of somebody, with their number of labels."""
    found = session.exec(
        select(LabelRunRow, func.count())
        .join(LabelPrintRow, col(LabelPrintRow.run_id) == col(LabelRunRow.id))
        .where(LabelRunRow.printed_by == viewer.actor)
        .group_by(col(LabelRunRow.id))
        .order_by(col(LabelRunRow.printed_at).desc(), col(LabelRunRow.id))
        .limit(most)
    )
    return [(row, count) for row, count in found if run_seen(session, viewer, row.id)]


def printed(session: Session, device_ids: Collection[int]) -> dict[int, Printed]:
    """Tell when each device's label was printed last; those never are left out."""
    found: dict[int, Printed] = {}
    wanted = sorted(set(device_ids))
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(LabelPrintRow.device_id, LabelRunRow)
            .join(LabelRunRow, col(LabelRunRow.id) == col(LabelPrintRow.run_id))
            .where(col(LabelPrintRow.device_id).in_(wanted[start : start + _CHUNK]))
            .order_by(col(LabelRunRow.printed_at), col(LabelRunRow.id))
        )
        for device_id, run in rows:
            if device_id is None:
                continue
            times = found[device_id].times + 1 if device_id in found else 1
            found[device_id] = Printed(
                run.printed_at, run.printed_by, run.layout, run.id, times
            )
    return found


def reserve(
    session: Session, owner: OwnerRow, count: int, at: datetime, actor: str
) -> list[Subject]:
    """Take the owner's next numbers, to be printed before their devices are known.

    Raises:
        Refused: none or too many asked for, or the owner's numbers are used up.
    """
    if not 1 <= count <= MOST_RESERVED:
        message = f"De 1 à {MOST_RESERVED} étiquettes à la fois."
        raise Refused((Refusal("out_of_bounds", message, "reserve"),))
    row = LabelRangeRow(
        owner_id=owner.id, count=count, reserved_at=at, reserved_by=actor
    )
    session.add(row)
    session.flush()
    tags = next_tags(session, owner, count)
    insert_rows(
        session,
        _RESERVED,
        [
            {
                "code": str(tag),
                "range_id": row.id,
                "owner_id": owner.id,
                "number": tag.number,
                "device_id": None,
                "bound_at": None,
                "bound_by": None,
            }
            for tag in tags
        ],
    )
    return [Subject(str(tag), owner.id) for tag in tags]


def reserved(session: Session, codes: Iterable[str]) -> dict[str, Reserved]:
    """Find, among codes, the numbers printed in advance, whoever owns them.

    One is on a device as soon as a device bears it as its tag, however it came to
    be (registered, imported), or was bound to it.
    """
    wanted = sorted({_written(code) for code in codes})
    found: dict[str, Reserved] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(ReservedLabelRow, DeviceRow.id)
            .outerjoin(DeviceRow, col(DeviceRow.tag) == col(ReservedLabelRow.code))
            .where(col(ReservedLabelRow.code).in_(wanted[start : start + _CHUNK]))
        )
        for row, own in rows:
            device = row.device_id if row.device_id is not None else own
            found[row.code] = Reserved(row.code, row.owner_id, row.range_id, device)
    return found


def ranges_of(session: Session, owner_ids: Collection[int] | None) -> list[Range]:
    """List the ranges of some owners (None: of all), the latest first."""
    wanted = (
        select_columns(
            LabelRangeRow,
            func.min(col(ReservedLabelRow.number)),
            func.max(col(ReservedLabelRow.number)),
            func.count(
                func.coalesce(col(ReservedLabelRow.device_id), col(DeviceRow.id))
            ),
            col(OwnerRow.prefix),
        )
        .join(ReservedLabelRow, col(ReservedLabelRow.range_id) == col(LabelRangeRow.id))
        .join(OwnerRow, col(OwnerRow.id) == col(LabelRangeRow.owner_id))
        .outerjoin(DeviceRow, col(DeviceRow.tag) == col(ReservedLabelRow.code))
        .group_by(col(LabelRangeRow.id), col(OwnerRow.prefix))
        .order_by(col(LabelRangeRow.id).desc())
    )
    if owner_ids is not None:
        wanted = wanted.where(col(LabelRangeRow.owner_id).in_(sorted(owner_ids)))
    return [
        Range(row, str(AssetTag(prefix, first)), str(AssetTag(prefix, last)), bound)
        for row, first, last, bound, prefix in session.execute(wanted)
    ]


def subjects_of_range(session: Session, key: int) -> list[Subject]:
    """List the numbers of a range that are on no device yet, in order."""
    rows = session.exec(
        select(ReservedLabelRow)
        .outerjoin(DeviceRow, col(DeviceRow.tag) == col(ReservedLabelRow.code))
        .where(
            ReservedLabelRow.range_id == key,
            col(ReservedLabelRow.device_id).is_(None),
            col(DeviceRow.id).is_(None),
        )
        .order_by(col(ReservedLabelRow.number))
    )
    return [Subject(row.code, row.owner_id) for row in rows]


def register_under(
    session: Session,
    code: str,
    command: Command,
    rules: Rules,
    *,
    media: Iterable[Mapping[str, Json]] = (),
) -> DeviceRow:
    """Register a new device under a number printed in advance: its label is on it.

    Raises:
        Refused: no such number, already on a device, or the domain's own reasons.
    """
    found = _free(session, code)
    owner = session.get_one(OwnerRow, found.owner_id)
    tag = AssetTag.parse(found.code)
    row = register_device(session, owner, command, rules, media=media, tag=tag)
    _take(session, found.code, row.id, command.at, command.actor.id)
    return row


def bind(session: Session, code: str, row: DeviceRow, at: datetime, actor: str) -> None:
    """Say that a label printed in advance was stuck on a device that has its tag.

    From then on its number leads to the device, as any other code stuck on it.

    Raises:
        Refused: no such number, another owner's, or already on a device.
    """
    found = _free(session, code)
    if found.owner_id != row.owner_id:
        raise Refused((_unknown(code),))
    _take(session, found.code, row.id, at, actor)
    aliases.stick(session, row, found.code, at, actor)


def frozen_labels(run: LabelRunRow) -> list[dict[str, str]]:
    """Give what each label of a run said."""
    said: list[dict[str, str]] = json.loads(run.labels)
    return said


def _free(session: Session, code: str) -> Reserved:
    found = reserved(session, [code]).get(_written(code))
    if found is None:
        raise Refused((_unknown(code),))
    if found.device_id is not None:
        raise Refused((_bound(session, found.code, found.device_id),))
    return found


def _take(
    session: Session, code: str, device_id: int, at: datetime, actor: str
) -> None:
    """Bind in one statement: of two at once, the second finds nothing to change."""
    done = session.execute(
        update(_RESERVED)
        .where(_RESERVED.c.code == code, _RESERVED.c.device_id.is_(None))
        .values(device_id=device_id, bound_at=at, bound_by=actor)
        .returning(_RESERVED.c.code)
    ).first()
    if done is None:
        message = f"L'étiquette {code} vient d'être posée sur un autre matériel."
        raise Refused((Refusal("label_bound", message, "label"),))


def _unknown(code: str) -> Refusal:
    message = f"« {code} » n'est pas une étiquette réservée de ce propriétaire."
    return Refusal("unknown_label", message, "label")


def _bound(session: Session, code: str, device_id: int) -> Refusal:
    tag = session.exec(select(DeviceRow.tag).where(DeviceRow.id == device_id)).one()
    message = f"L'étiquette {code} est déjà sur le matériel {tag}."
    return Refusal("label_bound", message, "label")


def _written(code: str) -> str:
    ours = AssetTag.parse(code)
    return str(ours) if ours else code.strip()
