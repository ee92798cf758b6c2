"""What a report of erasure would settle, worked out against the media as they are.

Nothing of this is kept: a medium described later is found the next time it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from parc import resources
from parc.domain.device import Device, Medium
from parc.domain.erasure import (
    Erasure,
    Judgement,
    Verdict,
    find_medium,
    is_identified,
    judge,
    keys,
)
from parc.domain.labelled import Labelled
from parc.domain.lifecycle import replay
from parc.operations.selection import Desk
from parc.storage import erasures
from parc.storage.erasure_tables import ErasureMatchRow, ErasureReportRow
from parc.storage.journal import history
from parc.storage.tables import DeviceRow, MediumRow

_SUPERSEDED = "Un passage suivant du même rapport concerne le même support."


class Standing(Labelled):
    """Where one record of a report is."""

    SETTLED = "settled", "Support soldé par ce rapport"
    ELSEWHERE = "elsewhere", "Support déjà soldé par une autre pièce"
    READY = "ready", "Effacement établi"
    WAITS = "waits", "À accepter par une personne"
    REFUSED = "refused", "Ne prouve pas l'effacement"
    UNKNOWN = "unknown", "Support inconnu"
    SEVERAL = "several", "Plusieurs matériels possibles"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One record, the medium that it concerns, and what it is worth for it."""

    index: int
    erasure: Erasure
    standing: Standing
    reasons: tuple[str, ...] = ()
    device: DeviceRow | None = None
    medium: Medium | None = None
    judgement: Judgement | None = None
    others: tuple[DeviceRow, ...] = ()
    match: ErasureMatchRow | None = None


def proposals(session: Session, desk: Desk, row: ErasureReportRow) -> list[Proposal]:
    """Judge each record of a report against the media as they are now."""
    records = erasures.records_of(row)
    known = erasures.matches(session, [row.id])
    serials = [one.serial for one in records if is_identified(one.serial)]
    found = erasures.candidates(session, row.owner_id, serials)
    devices: dict[int, Device] = {}
    last = {keys(one.serial)[:1]: index for index, one in enumerate(records)}
    shown: list[Proposal] = []
    for index, one in enumerate(records):
        match = known.get((row.id, index))
        device_row = session.get(DeviceRow, match.device_id) if match else None
        if match and device_row and _holds(session, row, match):
            medium = Medium(match.serial, one.kind)
            settled = Standing.SETTLED
            shown.append(
                Proposal(index, one, settled, (), device_row, medium, match=match)
            )
            continue
        later = bool(keys(one.serial)) and last[keys(one.serial)[:1]] != index
        made = _propose(session, desk, row, index, one, found, devices, later)
        shown.append(replace(made, match=match))
    return shown


def _holds(session: Session, row: ErasureReportRow, match: ErasureMatchRow) -> bool:
    """Tell whether what a record settled still is: not annulled, not used again."""
    medium = session.get(MediumRow, (match.device_id, match.serial))
    return (
        medium is not None
        and medium.settlement is not None
        and medium.document == row.sha256
    )


def _propose(  # noqa: PLR0917 - what, where, by what rules
    session: Session,
    desk: Desk,
    row: ErasureReportRow,
    index: int,
    one: Erasure,
    found: Mapping[str, Sequence[tuple[DeviceRow, str]]],
    devices: dict[int, Device],
    superseded: bool,
) -> Proposal:
    if superseded:
        return Proposal(index, one, Standing.REFUSED, (_SUPERSEDED,))
    rows = {
        device.id: device
        for key in keys(one.serial)
        for device, serial in found.get(key, ())
        if find_medium(one.serial, [Medium(serial)])
    }
    if not rows:
        why = (
            "Aucun matériel de ce propriétaire n'a ce support : décrivez-le sur sa "
            "fiche, ou désignez le matériel."
            if is_identified(one.serial)
            else "Le rapport ne donne pas le numéro de série du support : désignez-le."
        )
        return Proposal(index, one, Standing.UNKNOWN, (why,))
    if len(rows) > 1:
        tags = ", ".join(device.tag for device in rows.values())
        why = f"Ce numéro est celui d'un support de plusieurs matériels : {tags}."
        several = Standing.SEVERAL
        return Proposal(index, one, several, (why,), others=tuple(rows.values()))
    (device_row,) = rows.values()
    device = devices.get(device_row.id) or device_of(session, device_row)
    devices[device_row.id] = device
    medium = find_medium(one.serial, device.media)
    if medium is None:
        why = "Deux supports de ce matériel portent ce numéro : désignez le bon."
        return Proposal(index, one, Standing.SEVERAL, (why,), others=(device_row,))
    return judged(desk, row, index, one, device_row, device, medium)


def judged(  # noqa: PLR0917 - what, where, by what rules
    desk: Desk,
    row: ErasureReportRow,
    index: int,
    one: Erasure,
    device_row: DeviceRow,
    device: Device,
    medium: Medium,
) -> Proposal:
    """Judge a record for a medium of a device."""
    judgement = judge(one, medium, device, methods(desk.today), row.told_on)
    standing = {
        Verdict.SETTLES: Standing.READY,
        Verdict.WAITS: Standing.WAITS,
        Verdict.REFUSED: Standing.REFUSED,
    }[judgement.verdict]
    if medium.settlement is not None:
        standing = Standing.ELSEWHERE
    return Proposal(
        index, one, standing, judgement.reasons, device_row, medium, judgement
    )


def methods(day: date) -> Mapping[str, Mapping[str, str]]:
    """Give the table of methods in force on a day."""
    table = resources.law()["erasure_methods"].in_force(day).value
    if not isinstance(table, Mapping):
        raise TypeError(table)
    return {
        kind: {str(name): str(level) for name, level in inner.items()}
        for kind, inner in table.items()
        if isinstance(inner, Mapping)
    }


def device_of(session: Session, row: DeviceRow) -> Device:
    """Rebuild a device from its journal."""
    device = replay(history(session, row.id))
    if device is None:
        raise ValueError(row.tag)
    return device
