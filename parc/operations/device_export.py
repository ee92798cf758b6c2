"""Devices as a table that spreadsheets open and that parc reads again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from parc import resources
from parc.domain.access import Viewer
from parc.domain.fields import Field as FactField
from parc.domain.fields import Kind
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import MediumKind, State
from parc.storage import people
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
_AFTER = (
    Field("site", "Site", 28),
    Field("holder", "Détenteur", 24),
    Field("state", "Statut", 18),
    Field("since", "Depuis le", 12),
    Field("decommissioned_on", "Date de réforme", 14),
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
    for row in batch:
        facts = json.loads(row.facts)
        known = row.category in categories
        serial, kind = media.get(row.id, ("", ""))
        yield [
            row.tag,
            row.foreign_tag,
            *owners[row.owner_id],
            categories[row.category].label if known else row.category,
            *(_value(field, facts.get(field.name)) for field in _FACTS),
            sites.get(row.site_id or 0),
            holders.get(row.holder or "", row.holder),
            State(row.state).label,
            row.since,
            row.decommissioned_on,
            serial,
            kind,
        ]


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
