"""What a foreign file says of one device, before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from parc.domain.device import Medium
from parc.domain.fields import Json
from parc.domain.labelled import Labelled
from parc.domain.vocabulary import Condition, Route, Security, State


class Destination(Labelled):
    """Where a réformé device went, as old inventories tell it (decision D11)."""

    ASSOCIATION_GIFT = "association_gift", "Don à une association"
    SCHOOL_GIFT = "school_gift", "Don à une école"
    STAFF_GIFT = "staff_gift", "Don à un agent"
    PUBLIC_TRANSFER = "public_transfer", "Cession à une collectivité"
    SALE = "sale", "Vente"
    PRODUCER_TAKEBACK = "producer_takeback", "Reprise par un éco-organisme"
    SUPPLIER_TAKEBACK = "supplier_takeback", "Reprise par le fournisseur"
    RECYCLING = "recycling", "Recyclage"
    MISSING = "missing", "Perdu"
    STOLEN = "stolen", "Volé"


ROUTES: Mapping[Destination, Route] = {
    Destination.ASSOCIATION_GIFT: Route.ORGANISATION_GIFT,
    Destination.SCHOOL_GIFT: Route.ORGANISATION_GIFT,
    Destination.STAFF_GIFT: Route.STAFF_GIFT,
    Destination.PUBLIC_TRANSFER: Route.PUBLIC_TRANSFER,
    Destination.SALE: Route.SALE,
    Destination.PRODUCER_TAKEBACK: Route.PRODUCER_TAKEBACK,
    Destination.SUPPLIER_TAKEBACK: Route.SUPPLIER_TAKEBACK,
}
"""The destinations that are departures for reuse, with their legal route."""


@dataclass(slots=True)  # frozen, its thirty fields would cost five times as much
class DeviceRecord:
    """One row of a file, cell by cell typed; None where the file says nothing.

    Never changed once made.

    Two records are equal when they say the same, wherever they stand. `category`
    is an id of the categories, `price_cents` excludes VAT, `site` and
    `holder_name` are names yet to be resolved: `holder_name` must never reach an
    event (decision D4). `state` is what the file declares, and the last seven
    fields its past (decision D11).
    """

    line: int = field(compare=False)
    sheet: str = field(default="", compare=False)
    tag: str | None = None
    foreign_tag: str | None = None
    serial: str | None = None
    uuid: str | None = None
    accounting_number: str | None = None
    category: str | None = None
    maker: str | None = None
    model: str | None = None
    specifications: str | None = None
    acquired_on: date | None = None
    commissioned_on: date | None = None
    manufactured_on: date | None = None
    price_cents: int | None = None
    condition: Condition | None = None
    supplier: str | None = None
    order_number: str | None = None
    repairability_tenths: int | None = None
    warranty_ends_on: date | None = None
    order_line: str | None = None
    lease_ends_on: date | None = None
    operating_system: str | None = None
    security: Security | None = None
    estimated_value_cents: int | None = None
    notes: str | None = None
    site: str | None = None
    holder_name: str | None = None
    owner_siret: str | None = None
    owner_name: str | None = None
    media: tuple[Medium, ...] = ()
    state: State | None = None
    decommissioned_on: date | None = None
    destination: Destination | None = None
    handed_over_on: date | None = None
    beneficiary: str | None = None
    commitment_on: date | None = None
    proof_on: date | None = None


_FACTS = (
    "accounting_number",
    "acquired_on",
    "category",
    "commissioned_on",
    "condition",
    "estimated_value_cents",
    "lease_ends_on",
    "maker",
    "manufactured_on",
    "model",
    "notes",
    "operating_system",
    "order_line",
    "order_number",
    "price_cents",
    "repairability_tenths",
    "security",
    "serial",
    "specifications",
    "supplier",
    "uuid",
    "warranty_ends_on",
)
"""In the order of the canonical form, which is then quicker to write."""
_told_of = attrgetter(*_FACTS)

FACT_LABELS: Mapping[str, str] = {
    "tag": "Étiquette",
    "serial": "Numéro de série",
    "uuid": "UUID",
    "owner": "Propriétaire",
    "owner_siret": "SIRET",
    "state": "Statut",
    "acquired_on": "Date d'acquisition",
    "commissioned_on": "Date de mise en service",
    "manufactured_on": "Date de fabrication",
    "decommissioned_on": "Date de réforme",
    "destination": "Destination",
    "handed_over_on": "Date de remise",
    "beneficiary": "Bénéficiaire",
    "commitment_on": "Engagement de réemploi",
    "proof_on": "Preuve de réemploi",
}
"""How a remark names a field when the file's own heading is not known."""


def facts_of(record: DeviceRecord) -> dict[str, Json]:
    """Give what the row says as an event's details; what it leaves empty is absent."""
    facts: dict[str, Json] = {}
    for name, told in zip(_FACTS, _told_of(record), strict=True):
        if told is None:
            continue
        if type(told) is str:
            # As a registration keeps it: the same row again must say the same.
            text = told.strip()
            if "\r" in text:
                text = text.replace("\r\n", "\n")
            if text:
                facts[name] = text
        elif isinstance(told, date):
            facts[name] = told.isoformat()
        else:
            facts[name] = told.value if isinstance(told, Labelled) else told
    return facts
