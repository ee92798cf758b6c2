"""The repairs of a device, on its page: a few lines that lead to maintenance."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.maintenance import REPAIRABLE, WORKERS, Outcome, Stage
from parc.domain.vocabulary import State
from parc.storage import repair_orders
from parc.storage.repair_orders import Listed
from parc.storage.tables import DeviceRow


@dataclass(frozen=True, slots=True)
class Repair:
    """One order: what came of it, or where it is."""

    listed: Listed
    told: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RepairsBox:
    """The repairs that the viewer may know of, and what all of them cost."""

    repairs: Sequence[Repair]
    cost_cents: int
    may_open: bool


def repairs_box(session: Session, viewer: Viewer, row: DeviceRow) -> RepairsBox:
    """Gather the repairs of a device."""
    listed = repair_orders.of_device(session, viewer, row.id)
    repairs = [
        Repair(
            one,
            Outcome(one.order.outcome).label
            if one.order.outcome
            else Stage(one.order.stage).label,
            is_open=one.order.stage == Stage.OPEN.value,
        )
        for one in listed
    ]
    able = row.void is None and State(row.state) in REPAIRABLE
    works = not viewer.roles(row.owner_id).isdisjoint(WORKERS)
    return RepairsBox(
        repairs,
        sum(
            one.cost_cents for one in listed if one.order.stage != Stage.CANCELLED.value
        ),
        may_open=able and works and not any(repair.is_open for repair in repairs),
    )
