"""What a list of réforme says: of each device its age, worth, exclusion and flags."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from sqlmodel import Session

from parc import resources
from parc.domain.command import Actor, Command, Rules
from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    Content,
    Line,
    age_of,
    canonical,
    exclusion_of,
    net_value,
    read_back,
)
from parc.domain.device import Device
from parc.domain.guards import MEDIA_SETTLED, NO_SECURITY_FLAG
from parc.domain.vocabulary import Action, Security
from parc.operations.rules import rules_for
from parc.operations.slips import designation
from parc.storage import decommissions, facts, people
from parc.storage.decommission_tables import DecommissionLineRow, DecommissionListRow
from parc.storage.tables import DeviceRow, OwnerRow

_FLAGS = {
    "media_unknown": "Supports de stockage à décrire",
    "medium_unsettled": "Support de stockage à effacer",
}


def content_of(session: Session, row: DecommissionListRow, day: date) -> Content:
    """Tell what a list says: as it was decided, else as its devices are on a day."""
    if row.frozen is not None:
        return read_back(row.frozen)[0]
    owner = session.get_one(OwnerRow, row.owner_id)
    found = decommissions.lines(session, row.id)
    devices = devices_of(session, [device for _, device in found])
    sites = people.site_names(session, {d.site_id for _, d in found if d.site_id})
    rules = rules_for(session, owner, day)
    words = resources.decommissioning().valuations
    return Content(
        number=decommissions.shown_number(row),
        owner=owner.name,
        siret=owner.siret,
        account=row.account,
        reason=row.reason,
        comment=row.comment,
        proposed_on=row.proposed_on.isoformat() if row.proposed_on else "",
        proposed_by=row.proposed_by or "",
        lines=tuple(
            _line(
                line,
                device,
                devices[device.id],
                sites.get(device.site_id or 0, ""),
                words.get(line.method, ""),
                row.reason,
                day,
                rules,
            )
            for line, device in found
        ),
    )


def checksum_now(session: Session, today: date, row: DecommissionListRow) -> str:
    """Give the SHA-256 of what a list says today: what is done is what was seen."""
    return checksum(canonical(content_of(session, row, today)))


def devices_of(session: Session, rows: Sequence[DeviceRow]) -> dict[int, Device]:
    """Rebuild devices, by row id."""
    ids = {row.tag: row.id for row in rows}
    return {
        ids[device.tag]: device
        for device in facts.rebuilt(session, sorted(ids.values()))
    }


def _line(  # noqa: PLR0917 - a row, its device, the words beside it
    line: DecommissionLineRow,
    row: DeviceRow,
    device: Device,
    site: str,
    method: str,
    reason: str,
    day: date,
    rules: Rules,
) -> Line:
    age = age_of(device, day, rules.law)
    bought = device.day_fact("acquired_on")
    return Line(
        tag=row.tag,
        label=designation(row),
        category=row.category,
        serial=row.serial or "",
        accounting_number=row.accounting_number or "",
        site=site,
        acquired_on=bought.isoformat() if bought else "",
        price_cents=device.amount_fact("price_cents"),
        net_cents=net_value(device, day, rules.law),
        age_basis=age.basis,
        age_since=age.since.isoformat() if age.since else "",
        age_months=age.months,
        exclusion=exclusion_of(device, day, rules.law, rules.categories),
        flags=_flags(device, day, rules),
        value_cents=line.value_cents,
        method=method,
        valued_on=line.valued_on.isoformat() if line.valued_on else "",
        valued_by=line.valued_by,
        reason=line.reason or reason,
        state=device.state.label,
    )


def _flags(device: Device, day: date, rules: Rules) -> tuple[str, ...]:
    """Tell, for information, what the next steps will ask: their own guards say it."""
    told = []
    flag = device.text_fact("security")
    at = datetime.combine(day, time(), UTC)
    command = Command(Action.HAND_OVER, day, at, Actor(""))
    for guard in (NO_SECURITY_FLAG, MEDIA_SETTLED):
        for refusal in guard.check(device, command, rules):
            if refusal.code in _FLAGS:
                told.append(_FLAGS[refusal.code])
            elif flag:
                told.append(Security(flag).label)
    return tuple(dict.fromkeys(told))
