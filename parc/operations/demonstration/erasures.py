"""One report of erasure that waits: a disk to settle, a flash medium to accept.

The text is in the form of nwipe's log, and says that it is a demonstration.
"""

import hashlib
from datetime import UTC, datetime, time
from pathlib import Path

from sqlmodel import Session, col, select

from imports.erasure.report import read_report
from parc.clock import PARIS
from parc.domain.vocabulary import MediumKind, Role, State
from parc.operations.demonstration.world import World
from parc.storage import documents, erasures
from parc.storage.tables import DeviceRow, MediumRow

_AT_THE_BENCH = (State.TO_QUALIFY, State.RECONDITIONING, State.DECOMMISSIONED)
_MOST = 2
_KINDS = {
    MediumKind.HDD: ("ATA", "DEMO HDD"),
    MediumKind.SSD: ("ATA-SSD", "DEMO SSD"),
    MediumKind.NVME: ("NVME", "DEMO NVMe"),
}
_Disk = tuple[str, str, str, int, str]


def add(session: Session, folder: Path, world: World) -> None:
    """Keep the report of a run on media that are not settled yet."""
    for key in sorted(world.owners):
        owner = world.owners[key]
        disks = _disks(session, owner.id)
        if not disks:
            continue
        day = f"{world.end:%Y/%m/%d}"
        content = _log(disks, day).encode()
        at = datetime.combine(world.end, time(11), PARIS).astimezone(UTC)
        able = [v for v in world.viewers if Role.TECHNICIAN in v.roles(owner.id)]
        by = able[0].actor if able else world.viewers[0].actor
        sha256 = hashlib.sha256(content).hexdigest()
        upload = documents.Upload(content, sha256, "text/plain")
        documents.keep(session, folder, upload, owner_id=owner.id, at=at, by=by)
        read = read_report(content)
        erasures.add_report(
            session, owner.id, sha256, read.format, read.records, None, at, by
        )
        return


def _disks(session: Session, owner_id: int) -> list[_Disk]:
    """Choose media of devices at the bench, a few of each technology."""
    found: list[_Disk] = []
    for kind, (bus, model) in _KINDS.items():
        rows = session.exec(
            select(MediumRow)
            .join(DeviceRow, col(DeviceRow.id) == col(MediumRow.device_id))
            .where(
                DeviceRow.owner_id == owner_id,
                col(DeviceRow.void).is_(None),
                col(DeviceRow.state).in_([state.value for state in _AT_THE_BENCH]),
                MediumRow.kind == kind.value,
                col(MediumRow.settlement).is_(None),
            )
            .order_by(col(DeviceRow.tag), col(MediumRow.serial))
            .limit(_MOST)
        )
        for row in rows:
            size = (row.capacity_gb or 256) * 1_000_000_000
            name = f"sd{'abcdefgh'[len(found)]}"
            found.append((name, bus, model, size, row.serial))
    return found


def _log(disks: list[_Disk], day: str) -> str:
    said = ["banner   = nwipe 0.34", "method   = Fill With Zeros", "rounds   = 1"]
    said += ["verify   = 1 (last pass)"]
    lines = [f"[{day} 09:00:00]    info: Document de démonstration, sans valeur"]
    for name, bus, model, size, serial in disks:
        told = f"{bus}, {model}, {size // 1_000_000_000} GB, S/N={serial}"
        lines.append(f"[{day} 09:00:01]  notice: Found /dev/{name}, {told}")
    lines += [f"[{day} 09:00:02]  notice:   {one}" for one in said]
    for name, _, _, size, _ in disks:
        about = f"/dev/{name}, sect/blk/dev 512/4096/{size}"
        run = f"Invoking method 'Fill With Zeros' on /dev/{name}"
        checked = f"Verified pass 1 of 1, round 1 of 1, on '/dev/{name}'."
        ended = f"Finished final round 1 of 1 on /dev/{name}"
        lines += [f"[{day} 09:00:03]  notice: {told}" for told in (about, run)]
        lines += [f"[{day} 10:30:00]  notice: {told}" for told in (checked, ended)]
    stars = "*" * 30
    lines += ["", f"{stars} Error Summary {stars}"]
    lines += [f"  {name} | 0 | 0 | 0" for name, *_ in disks]
    lines += ["", f"{stars} Drive Status {stars}"]
    lines += [
        f"  {name} | Erased | 80 MB/s | 01:29:57 | {model}/{serial}"
        for name, _, model, _, serial in disks
    ]
    return "\n".join([*lines, ""])
