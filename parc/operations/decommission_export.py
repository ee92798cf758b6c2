"""What a decided list says to the finance office, and where its devices went since."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from parc.domain.decommissioning import Line, Verdict, read_back
from parc.domain.device import Device
from parc.domain.vocabulary import Action, HandOverOutcome, Route
from parc.operations.decommission_content import devices_of
from parc.operations.device_export import departures_of
from parc.storage import decommissions
from parc.storage.decommission_tables import DecommissionListRow
from reports.render.table_files import Field, Row, Value

FIELDS = (
    Field("tag", "Étiquette", 14),
    Field("serial", "N° de série", 18),
    Field("accounting_number", "N° d'inventaire comptable", 18),
    Field("label", "Désignation", 36),
    Field("acquired_on", "Date d'acquisition", 14),
    Field("price", "Valeur d'acquisition HT", 14),
    Field("net", "Valeur nette comptable", 14),
    Field("owner_siret", "SIRET du propriétaire", 16),
    Field("act_on", "Date de réforme", 14),
    Field("act_number", "N° de l'acte", 18),
    Field("destination", "Destination", 28),
    Field("handed_over_on", "Date de remise", 14),
    Field("beneficiary", "Bénéficiaire", 28),
)
_REVERSED = {
    Action.REINSTATE: "Réforme annulée (remis en stock)",
    Action.ANNUL: "Réforme annulée",
}
_HELD: Sequence[Value] = (None, None, None)


def rows_of(session: Session, row: DecommissionListRow) -> Iterator[Row]:
    """Write a decided list as rows of `FIELDS`: what it led to réformer, by value."""
    if row.frozen is None:
        return
    content, act = read_back(row.frozen)
    if act is None:  # pragma: no cover - only decided lists are frozen
        return
    found = decommissions.lines(session, row.id)
    seqs = {device.tag: line.seq for line, device in found if line.seq}
    taken_back = decommissions.corrections(
        session, decommissions.accepted(session, row.id)
    )
    gone = departures_of(session, [device for _, device in found])
    devices = devices_of(session, [device for _, device in found])
    since: dict[str, Sequence[Value]] = {}
    for _, device in found:
        said = _handed(devices[device.id], content.siret, seqs.get(device.tag, 0))
        if device.id in taken_back:
            action, on, _ = taken_back[device.id]
            said = (_REVERSED[action], on, None)
        elif said is None and device.id in gone:
            said = gone[device.id][:3]
        since[device.tag] = said or _HELD
    for line in content.those(Verdict.ACCEPTED):
        yield [
            line.tag,
            line.serial,
            line.accounting_number,
            line.label,
            _day(line),
            _euros(line.price_cents),
            _euros(line.net_cents),
            content.siret,
            date.fromisoformat(act.on),
            act.number,
            *since.get(line.tag, _HELD),
        ]


def reason_of(details: str) -> str:
    """Give the reason that an event holds."""
    return str(json.loads(details).get("reason") or "")


def _handed(device: Device, siret: str, seq: int) -> Sequence[Value] | None:
    """Tell to whom the owner handed a device over since its réforme."""
    left = [
        one
        for one in device.hand_overs
        if one.owner == siret
        and one.seq > seq
        and one.outcome is not HandOverOutcome.RETURNED
    ]
    if not left:
        return None
    last = left[-1]
    # Who takes as an agent is a person: no list names them (decision D4).
    taker = None if last.route is Route.STAFF_GIFT else last.taker
    return (last.route.label, last.on, taker)


def _day(line: Line) -> date | None:
    return date.fromisoformat(line.acquired_on) if line.acquired_on else None


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)
