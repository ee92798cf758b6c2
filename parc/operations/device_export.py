"""Devices as a table that spreadsheets open and that parc reads again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile

from sqlmodel import Session, col, select

from parc import resources
from parc.domain.access import Viewer
from parc.domain.device import Device
from parc.domain.fields import Field as FactField
from parc.domain.fields import Kind
from parc.domain.intake import ROUTES, Destination
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import GONE, LOST, MediumKind, Route, State
from parc.storage import facts, people
from parc.storage.device_list import Filters, every
from parc.storage.tables import DeviceRow, MediumRow, OwnerRow
from reports.render.table_files import Field, Value

_FACTS = tuple(field for field in FACT_FIELDS if field.name != "category")
_TITLES = {
    "price_cents": "Prix d'achat",
    "repairability_tenths": "Indice de réparabilité",
}
"""Headings that the importer knows, where a form says more."""
_WIDTHS = {"specifications": 40, "notes": 40, "model": 28}
_BEFORE = (
    Field("tag", "Étiquette", 14),
    Field("foreign_tag", "Étiquette d'un autre outil", 14),
    Field("owner_siret", "SIRET du propriétaire", 16),
    Field("owner", "Propriétaire", 32),
    Field("category", "Catégorie", 22),
)
_DESTINATIONS: Mapping[Route, Destination] = {
    route: destination for destination, route in reversed([*ROUTES.items()])
}
"""How a list tells a route; of two that are one, the first."""

_OTHER_ENDS: Mapping[State, Destination] = {
    State.WASTE_COLLECTED: Destination.RECYCLING,
    State.RECYCLED: Destination.RECYCLING,
    State.MISSING: Destination.MISSING,
    State.STOLEN: Destination.STOLEN,
}
DEPARTURE = (
    Field("destination", "Destination", 26),
    Field("handed_over_on", "Date de remise", 14),
    Field("beneficiary", "Bénéficiaire", 28),
    Field("commitment_on", "Engagement de réemploi", 14),
    Field("proof_on", "Preuve de réemploi", 14),
)
"""Where a device went, as the importer reads it back (decision D11)."""

_STAYED: Sequence[Value] = (None,) * len(DEPARTURE)
_AFTER = (
    Field("site", "Site", 28),
    Field("holder", "Détenteur", 24),
    Field("state", "Statut", 18),
    Field("since", "Depuis le", 12),
    Field("decommissioned_on", "Date de réforme", 14),
    *DEPARTURE,
    Field("medium_serial", "N° de série du disque", 22),
    Field("medium_kind", "Type de disque", 14),
)
FIELDS: Sequence[Field] = (
    *_BEFORE,
    *(
        Field(f.name, _TITLES.get(f.name, f.label), _WIDTHS.get(f.name, 18))
        for f in _FACTS
    ),
    *_AFTER,
)
"""The columns, under headings that the importer of spreadsheets reads."""


def device_rows(
    session: Session, viewer: Viewer, filters: Filters, today: date
) -> Iterator[list[Value]]:
    """Give one row per device that the viewer may see and the filters let through."""
    owners = {row.id: row for row in session.exec(select(OwnerRow))}
    named = {key: (owner.siret, owner.name) for key, owner in owners.items()}
    for batch in every(session, viewer, filters, today):
        yield from _rows(session, batch, named)


def _rows(
    session: Session,
    batch: Sequence[DeviceRow],
    owners: Mapping[int, tuple[str, str]],
) -> Iterator[list[Value]]:
    sites = people.site_names(session, {r.site_id for r in batch if r.site_id})
    holders = people.person_names(session, {r.holder for r in batch if r.holder})
    media = _first_media(session, [row.id for row in batch])
    categories = resources.categories()
    departures = departures_of(session, batch)
    for row in batch:
        known_facts = json.loads(row.facts)
        known = row.category in categories
        serial, kind = media.get(row.id, ("", ""))
        yield [
            row.tag,
            row.foreign_tag,
            *owners[row.owner_id],
            categories[row.category].label if known else row.category,
            *(_value(field, known_facts.get(field.name)) for field in _FACTS),
            sites.get(row.site_id or 0),
            holders.get(row.holder or "", row.holder),
            State(row.state).label,
            row.since,
            row.decommissioned_on,
            *departures.get(row.id, _STAYED),
            serial,
            kind,
        ]


def departures_of(
    session: Session, rows: Sequence[DeviceRow]
) -> dict[int, Sequence[Value]]:
    """Tell where the devices that are gone or lost went, by row id (`DEPARTURE`)."""
    ids = {
        row.tag: row.id
        for row in rows
        if (state := State(row.state)) in GONE or state in LOST
    }
    if not ids:
        return {}
    return {
        ids[device.tag]: _departure(device)
        for device in facts.rebuilt(session, list(ids.values()))
    }


def _departure(device: Device) -> Sequence[Value]:
    if device.state in _OTHER_ENDS:
        end = _OTHER_ENDS[device.state]
        # When it was collected, not when its treatment was proved since.
        last = takewhile(
            lambda step: _OTHER_ENDS.get(step.state) is end, reversed(device.steps)
        )
        return (end.label, min(step.on for step in last), None, None, None)
    if not device.hand_overs:
        return _STAYED
    left = device.hand_overs[-1]
    # Who takes as an agent is a person: no list names them (decision D4).
    taker = None if left.route is Route.STAFF_GIFT else left.taker
    return (
        _DESTINATIONS[left.route].label,
        left.on,
        taker,
        left.commitment_on,
        left.proof_on,
    )


def _first_media(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Give each device's first medium: a table has one column for it."""
    found = session.exec(
        select(MediumRow.device_id, MediumRow.serial, MediumRow.kind)
        .where(col(MediumRow.device_id).in_(ids))
        .order_by(col(MediumRow.serial).desc())
    )
    return {
        device_id: (serial, MediumKind(kind).label) for device_id, serial, kind in found
    }


def _value(field: FactField, value: object) -> Value:
    if value is None or value == "":
        return None
    if field.kind is Kind.MONEY and isinstance(value, int):
        return Decimal(value).scaleb(-2)
    if field.kind is Kind.TENTHS and isinstance(value, int):
        return Decimal(value).scaleb(-1)
    if field.kind is Kind.DAY:
        return date.fromisoformat(str(value))
    if field.kind is Kind.CHOICE:
        return dict(field.choices).get(str(value), str(value))
    return str(value)
