"""Repair orders and spare parts as tables that leave in files."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from parc import resources
from parc.domain.maintenance import Outcome, Place, Stage, WarrantyAnswer
from parc.domain.spare_parts import to_order
from parc.storage.maintenance_tables import RepairContractRow, SparePartRow
from parc.storage.repair_orders import Listed
from parc.storage.tables import OwnerRow
from reports.render.table_files import Field, Row

ORDER_FIELDS = (
    Field("number", "Ordre", 8),
    Field("tag", "Étiquette"),
    Field("label", "Modèle", 28),
    Field("category", "Catégorie", 22),
    Field("owner_siret", "SIRET du propriétaire"),
    Field("owner", "Propriétaire", 28),
    Field("stage", "Étape", 10),
    Field("opened_on", "Ouvert le", 12),
    Field("days", "Durée (jours)", 10),
    Field("fault", "Panne ou besoin signalé", 40),
    Field("diagnosis", "Diagnostic", 22),
    Field("place", "Réparé", 18),
    Field("partner", "Contrat", 24),
    Field("warranty_claim", "Demande de garantie", 12),
    Field("warranty_reference", "Référence de la demande"),
    Field("warranty_answer", "Réponse", 20),
    Field("estimate", "Devis HT", 12),
    Field("minutes", "Minutes", 10),
    Field("labour", "Main-d'œuvre", 12),
    Field("parts", "Pièces HT", 12),
    Field("invoice", "Facturé HT", 12),
    Field("cost", "Coût total HT", 12),
    Field("outcome", "Résultat", 22),
    Field("avoids_replacement", "Évite un remplacement", 12),
    Field("closed_on", "Clos le", 12),
)
PART_FIELDS = (
    Field("name", "Désignation", 30),
    Field("fits", "Convient à", 30),
    Field("owner_siret", "SIRET du propriétaire"),
    Field("owner", "Propriétaire", 28),
    Field("level", "Niveau", 8),
    Field("minimum", "Minimum", 8),
    Field("to_order", "À commander", 10),
    Field("unit_cost", "Coût unitaire HT", 12),
)


def order_rows(
    listed: Iterable[Listed],
    owners: Mapping[int, OwnerRow],
    contracts: Mapping[int, RepairContractRow],
    today: date,
) -> Iterator[Row]:
    """Write orders as rows of `ORDER_FIELDS`."""
    diagnoses, kinds = resources.diagnoses(), resources.categories()
    for one in listed:
        order, device, owner = one.order, one.device, owners[one.order.owner_id]
        contract = contracts.get(order.contract_id or 0)
        known = diagnoses.get(order.diagnosis or "")
        answer, parts = order.warranty_answer, order.parts_cents
        yield [
            order.id,
            device.tag,
            device.label,
            kinds[device.category].label,
            owner.siret,
            owner.name,
            Stage(order.stage).label,
            order.opened_on,
            ((order.closed_on or today) - order.opened_on).days,
            order.fault,
            known.label if known else order.diagnosis,
            Place(order.place).label,
            contract.name if contract else None,
            _yes_no(order.warranty_claim),
            order.warranty_reference,
            WarrantyAnswer(answer).label if answer else None,
            _euros(order.estimate_cents),
            order.minutes,
            _euros(order.labour_cents),
            _euros(one.parts_cents if parts is None else parts),
            _euros(order.invoice_cents),
            _euros(one.cost_cents),
            Outcome(order.outcome).label if order.outcome else None,
            _yes_no(order.avoids_replacement),
            order.closed_on,
        ]


def part_rows(
    parts: Iterable[SparePartRow], owners: Mapping[int, OwnerRow]
) -> Iterator[Row]:
    """Write spare parts as rows of `PART_FIELDS`."""
    for part in parts:
        yield [
            part.name,
            part.fits,
            owners[part.owner_id].siret,
            owners[part.owner_id].name,
            part.level,
            part.minimum,
            to_order(part.level, part.minimum),
            _euros(part.unit_cost_cents),
        ]


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def _yes_no(value: bool) -> str:
    return "oui" if value else "non"
