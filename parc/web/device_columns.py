"""The columns of the list of devices, when a person has chosen them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from parc import resources
from parc.domain import siret
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import MediumKind, State
from parc.operations import device_export
from parc.storage import people
from parc.storage.device_list import Sort
from parc.storage.tables import DeviceRow, MediumRow, OwnerRow
from parc.web import rendering
from parc.web.event_view import Names, value_of
from reports.render.table_files import Value

SORTS = {
    "model": Sort.LABEL,
    "serial": Sort.SERIAL,
    "state": Sort.STATE,
    "acquired_on": Sort.ACQUIRED_ON,
}
"""Columns by which the list sorts."""

_FACTS = {field.name: field for field in FACT_FIELDS}
_NOTHING = "—"
_DEPARTURE = frozenset(field.key for field in device_export.DEPARTURE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows of one page refer to."""

    names: Names
    owners: Mapping[int, OwnerRow]
    media: Mapping[int, MediumRow]
    departures: Mapping[int, Mapping[str, Value]]


def cells(
    session: Session,
    rows: Sequence[DeviceRow],
    owners: Mapping[int, OwnerRow],
    columns: Sequence[str],
) -> dict[int, list[str]]:
    """Write the chosen columns of each device, by row id."""
    categories = resources.categories().items()
    names = Names(
        persons=people.person_names(session, {r.holder for r in rows if r.holder}),
        sites=people.site_names(session, {r.site_id for r in rows if r.site_id}),
        categories={key: kind.label for key, kind in categories},
    )
    media = (
        _media(session, rows) if any(c.startswith("medium_") for c in columns) else {}
    )
    gone = _departures(session, rows) if _DEPARTURE.intersection(columns) else {}
    known = _Known(names, owners, media, gone)
    return {row.id: [_cell(row, column, known) for column in columns] for row in rows}


def _cell(row: DeviceRow, column: str, known: _Known) -> str:
    if column in _OWN:
        return _OWN[column](row, known) or _NOTHING
    if column in _DEPARTURE:
        told = known.departures.get(row.id, {}).get(column)
        return rendering.day(told) if isinstance(told, date) else str(told or _NOTHING)
    value = json.loads(row.facts).get(column)
    if value is None or value == "":
        return _NOTHING
    return value_of(_FACTS[column], value, known.names)


def _medium(row: DeviceRow, known: _Known, attribute: str) -> str:
    medium = known.media.get(row.id)
    if medium is None:
        return ""
    return medium.serial if attribute == "serial" else MediumKind(medium.kind).label


def _departures(
    session: Session, rows: Sequence[DeviceRow]
) -> dict[int, Mapping[str, Value]]:
    """Tell where the devices that are gone went, as the files of the list do."""
    keys = [field.key for field in device_export.DEPARTURE]
    told = device_export.departures_of(session, rows)
    return {key: dict(zip(keys, values, strict=True)) for key, values in told.items()}


def _media(session: Session, rows: Sequence[DeviceRow]) -> dict[int, MediumRow]:
    """Give each device's first medium, as the files of the list do."""
    found = session.exec(
        select(MediumRow)
        .where(col(MediumRow.device_id).in_([row.id for row in rows]))
        .order_by(col(MediumRow.serial).desc())
    )
    return {medium.device_id: medium for medium in found}


_OWN: Mapping[str, Callable[[DeviceRow, _Known], str | None]] = {
    "foreign_tag": lambda row, _: row.foreign_tag,
    "owner_siret": lambda row, k: siret.formatted(k.owners[row.owner_id].siret),
    "owner": lambda row, known: known.owners[row.owner_id].name,
    "category": lambda row, k: k.names.categories.get(row.category, row.category),
    "site": lambda row, known: known.names.sites.get(row.site_id or 0),
    "holder": lambda row, known: known.names.person(row.holder),
    "state": lambda row, _: State(row.state).label,
    "since": lambda row, _: rendering.day(row.since),
    "decommissioned_on": lambda row, _: rendering.day(row.decommissioned_on),
    "medium_serial": lambda row, known: _medium(row, known, "serial"),
    "medium_kind": lambda row, known: _medium(row, known, "kind"),
}
