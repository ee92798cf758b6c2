"""Tables of maintenance: repair orders, spare parts and their movements, contracts."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey

_OPEN = text("stage = 'open'")


def _cents() -> Column[int]:
    """An amount of many millions in cents does not fit in four bytes."""
    return Column(BigKey, nullable=True)


class RepairContractRow(SQLModel, table=True):
    """A contract with a partner who repairs; its last day, if any, is within it.

    Never edited: a contract that was mistyped is cancelled, and another is entered.
    `contact` is a service's, never a person's name (decision D4).
    """

    __tablename__: ClassVar[str] = "repair_contract"

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    name: str
    siret: str = Field(max_length=14)
    starts_on: date
    ends_on: date | None = None
    scope: str = Field(sa_column=Column(Text, nullable=False), default="")
    contact: str = ""
    document: str | None = Field(default=None, max_length=64)
    created_at: datetime
    created_by: str
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str = Field(sa_column=Column(Text, nullable=False), default="")


class RepairOrderRow(SQLModel, table=True):
    """A repair of one device; `owner_id` is who owned the device when it opened.

    At most one is open for a device: the partial index says so. `away`: the device
    was sent to repair with it. `parts_cents` is frozen when it closes.
    """

    __tablename__: ClassVar[str] = "repair_order"
    __table_args__ = (
        Index(
            "uq_repair_order_open",
            "device_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_repair_order_device_id", "device_id", "id"),
        Index("ix_repair_order_owner_id", "owner_id", "stage", "closed_on"),
    )

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    device_id: int = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=False)
    )
    stage: str
    away: bool
    opened_on: date
    opened_at: datetime
    opened_by: str
    fault: str = Field(sa_column=Column(Text, nullable=False))
    diagnosis: str | None = None
    place: str
    contract_id: int | None = Field(default=None, foreign_key="repair_contract.id")
    warranty_claim: bool = False
    warranty_reference: str = ""
    warranty_answer: str | None = None
    estimate_cents: int | None = Field(sa_column=_cents(), default=None)
    minutes: int | None = None
    labour_cents: int | None = Field(sa_column=_cents(), default=None)
    invoice_cents: int | None = Field(sa_column=_cents(), default=None)
    parts_cents: int | None = Field(sa_column=_cents(), default=None)
    findings: str = Field(sa_column=Column(Text, nullable=False), default="")
    changed_at: datetime | None = None
    changed_by: str | None = None
    outcome: str | None = None
    avoids_replacement: bool = False
    closed_on: date | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    cancel_reason: str = Field(sa_column=Column(Text, nullable=False), default="")


class SparePartRow(SQLModel, table=True):
    """A kind of spare part of an owner; `level` is the sum of its movements.

    The database itself refuses a level below zero, however many take at once.
    """

    __tablename__: ClassVar[str] = "spare_part"
    __table_args__ = (CheckConstraint("level >= 0", name="ck_spare_part_level"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    name: str
    fits: str = ""
    minimum: int = 0
    unit_cost_cents: int | None = Field(sa_column=_cents(), default=None)
    level: int = 0
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    changed_by: str | None = None


class PartMovementRow(SQLModel, table=True):
    """Units in or out of the stock, kept for ever: triggers refuse any change.

    `quantity` is signed. `order_id`: used in it, or given back from it.
    `device_id`: what it was taken from. `unit_cost_cents` is the part's that day.
    """

    __tablename__: ClassVar[str] = "part_movement"
    __table_args__ = (Index("ix_part_movement_part_id", "part_id", "id"),)

    id: int = Field(
        sa_column=Column(BigKey, primary_key=True, autoincrement=True), default=None
    )
    part_id: int = Field(foreign_key="spare_part.id")
    kind: str
    quantity: int
    unit_cost_cents: int | None = Field(sa_column=_cents(), default=None)
    order_id: int | None = Field(
        default=None, foreign_key="repair_order.id", index=True
    )
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True), default=None
    )
    reason: str = ""
    at: datetime
    by: str
