"""Reports of erasure kept, the media that they may concern, and what they settled."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.erasure import Checked, Erasure, Method, Status, keys
from parc.domain.fields import Json
from parc.domain.vocabulary import MediumKind
from parc.storage.erasure_tables import ErasureMatchRow, ErasureReportRow
from parc.storage.tables import DeviceRow, MediumRow

MOST_LISTED = 200
_CHUNK = 200
_LEFT_OUT = "- _./"
"""Signs that tools add to a serial or drop from it."""


def add_report(  # noqa: PLR0917 - a row
    session: Session,
    owner_id: int,
    sha256: str,
    form: str,
    records: Iterable[Erasure],
    told_on: date | None,
    at: datetime,
    by: str,
) -> ErasureReportRow:
    """Keep what was read of a report."""
    row = ErasureReportRow(
        owner_id=owner_id,
        sha256=sha256,
        format=form,
        records=json.dumps([_written(one) for one in records], ensure_ascii=False),
        told_on=told_on,
        created_at=at,
        created_by=by,
    )
    session.add(row)
    session.flush()
    return row


def same_report(
    session: Session, owner_id: int, sha256: str
) -> ErasureReportRow | None:
    """Give the row of the very same file, if this owner received it before."""
    return session.exec(
        select(ErasureReportRow).where(
            ErasureReportRow.owner_id == owner_id, ErasureReportRow.sha256 == sha256
        )
    ).first()


def report(session: Session, viewer: Viewer, number: int) -> ErasureReportRow | None:
    """Give a report that the viewer may know of."""
    row = session.get(ErasureReportRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def reports(session: Session, viewer: Viewer) -> list[ErasureReportRow]:
    """List the latest reports."""
    wanted = select(ErasureReportRow)
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(ErasureReportRow.owner_id).in_(sorted(visible)))
    return list(
        session.exec(
            wanted.order_by(col(ErasureReportRow.id).desc()).limit(MOST_LISTED)
        )
    )


def reports_by_sha256(
    session: Session, owner_ids: Iterable[int], checksums: Iterable[str]
) -> dict[tuple[int, str], ErasureReportRow]:
    """Give the reports that are some owners' documents, by owner and checksum."""
    found = session.exec(
        select(ErasureReportRow).where(
            col(ErasureReportRow.owner_id).in_(sorted(set(owner_ids))),
            col(ErasureReportRow.sha256).in_(sorted(set(checksums))),
        )
    )
    return {(row.owner_id, row.sha256): row for row in found}


def records_of(row: ErasureReportRow) -> tuple[Erasure, ...]:
    """Give what was read of a report."""
    return tuple(_read(one) for one in json.loads(row.records))


def matches(
    session: Session, report_ids: Iterable[int]
) -> dict[tuple[int, int], ErasureMatchRow]:
    """Give what records settled, by report and record."""
    found = session.exec(
        select(ErasureMatchRow).where(
            col(ErasureMatchRow.report_id).in_(sorted(set(report_ids)))
        )
    )
    return {(row.report_id, row.record): row for row in found}


def matches_of_devices(
    session: Session, device_ids: Sequence[int]
) -> list[tuple[ErasureMatchRow, ErasureReportRow]]:
    """List what settled media of some devices, with the reports."""
    found: list[tuple[ErasureMatchRow, ErasureReportRow]] = []
    for start in range(0, len(device_ids), _CHUNK):
        rows = session.exec(
            select(ErasureMatchRow, ErasureReportRow)
            .where(
                ErasureMatchRow.report_id == ErasureReportRow.id,
                col(ErasureMatchRow.device_id).in_(device_ids[start : start + _CHUNK]),
            )
            .order_by(col(ErasureMatchRow.device_id), col(ErasureMatchRow.event_seq))
        )
        found += rows.all()
    return found


def candidates(
    session: Session, owner_id: int, serials: Iterable[str]
) -> dict[str, list[tuple[DeviceRow, str]]]:
    """Find the owner's devices with a medium under some serials, as `keys` fold them.

    Gives, by folded serial, devices with the serial as they have it. Devices out of
    the inventory are none.
    """
    wanted = sorted({key for serial in serials for key in keys(serial)})
    folded = func.upper(col(MediumRow.serial))
    for sign in _LEFT_OUT:
        folded = func.replace(folded, sign, "")
    found: dict[str, list[tuple[DeviceRow, str]]] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(DeviceRow, MediumRow.serial, folded)
            .join(MediumRow, col(MediumRow.device_id) == col(DeviceRow.id))
            .where(
                DeviceRow.owner_id == owner_id,
                col(DeviceRow.void).is_(None),
                folded.in_(wanted[start : start + _CHUNK]),
            )
            .order_by(col(DeviceRow.id))
        )
        for device, serial, key in rows:
            found.setdefault(key, []).append((device, serial))
    return found


def _written(one: Erasure) -> dict[str, Json]:
    return {
        "serial": one.serial,
        "model": one.model,
        "size": one.size,
        "kind": one.kind.value,
        "method": one.method.value,
        "method_words": one.method_words,
        "tool": one.tool,
        "version": one.version,
        "started": one.started.isoformat() if one.started else None,
        "ended": one.ended.isoformat() if one.ended else None,
        "rounds": one.rounds,
        "checked": one.checked.value,
        "errors": one.errors,
        "status": one.status.value,
        "lines": list(one.lines),
    }


def _read(said: Mapping[str, Json]) -> Erasure:
    return Erasure(
        serial=str(said["serial"]),
        model=str(said["model"]),
        size=_integer(said["size"]),
        kind=MediumKind(str(said["kind"])),
        method=Method(str(said["method"])),
        method_words=str(said["method_words"]),
        tool=str(said["tool"]),
        version=str(said["version"]),
        started=_moment(said["started"]),
        ended=_moment(said["ended"]),
        rounds=_integer(said["rounds"]),
        checked=Checked(str(said["checked"])),
        errors=_integer(said["errors"]),
        status=Status(str(said["status"])),
        lines=_lines(said["lines"]),
    )


def _lines(said: Json) -> tuple[int, ...]:
    listed = said if isinstance(said, list) else []
    return tuple(line for line in listed if isinstance(line, int))


def _integer(said: Json) -> int | None:
    return said if isinstance(said, int) else None


def _moment(said: Json) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else None
