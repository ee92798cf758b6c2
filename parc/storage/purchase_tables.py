"""Tables of purchases: orders, lines, deliveries, what the finance office sent."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class OrderRow(SQLModel, table=True):
    """An order, a lump sum or a gift of one owner.

    `spent_on` gives the year of the spend. `finance_file_id`: the finance file that
    it was read from. A cancelled order stays, with who cancelled it and why.
    """

    __tablename__: ClassVar[str] = "purchase_order"
    __table_args__ = (UniqueConstraint("owner_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    number: str
    kind: str
    supplier: str
    ordered_on: date
    spent_on: date = Field(index=True)
    notes: str = Field(sa_column=Column(Text, nullable=False), default="")
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    changed_by: str | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str = Field(sa_column=Column(Text, nullable=False), default="")
    finance_file_id: int | None = Field(
        default=None, foreign_key="finance_file.id", index=True
    )


class LineRow(SQLModel, table=True):
    """A line of an order: `amount_cents` is its total excluding VAT.

    `cancelled_quantity` units will not come; what they cost counts no more. Frozen
    from the first delivery of the order on, but for that.
    """

    __tablename__: ClassVar[str] = "purchase_line"
    __table_args__ = (UniqueConstraint("order_id", "position"),)

    id: int = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="purchase_order.id")
    position: int
    agec_category: str
    category: str | None = None
    maker: str = ""
    model: str = ""
    quantity: int
    amount_cents: int = Field(sa_column=Column(BigInteger, nullable=False))
    condition: str
    clause: str
    index_kind: str
    index_tenths: int | None = None
    index_class: str = ""
    index_source: str = ""
    index_on: date | None = None
    ecolabel: str = ""
    warranty_ends_on: date | None = None
    lease_ends_on: date | None = None
    reference: str = ""
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    changed_by: str | None = None
    cancelled_quantity: int = 0
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str = Field(sa_column=Column(Text, nullable=False), default="")


class DeliveryRow(SQLModel, table=True):
    """Units of a line received together, for ever; `note`: the delivery slip."""

    __tablename__: ClassVar[str] = "purchase_delivery"

    id: int = Field(default=None, primary_key=True)
    line_id: int = Field(foreign_key="purchase_line.id", index=True)
    quantity: int
    received_on: date
    note: str = ""
    recorded_at: datetime
    recorded_by: str


class DeliveredRow(SQLModel, table=True):
    """The line that a device came by: written with its event, never changed."""

    __tablename__: ClassVar[str] = "purchase_device"

    device_id: int = Field(
        sa_column=Column(
            BigKey,
            ForeignKey("device.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        )
    )
    line_id: int = Field(foreign_key="purchase_line.id", index=True)
    delivery_id: int = Field(foreign_key="purchase_delivery.id", index=True)


class FinanceFileRow(SQLModel, table=True):
    """A spreadsheet of spends without devices, read once: one row a file and owner.

    `rows` and `issues` are JSON: what was read of it, and what could not be.
    """

    __tablename__: ClassVar[str] = "finance_file"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    sha256: str = Field(max_length=64)
    rows: str = Field(sa_column=Column(Text, nullable=False))
    issues: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    created_by: str
    applied_at: datetime | None = None
    applied_by: str | None = None
    applied_count: int = 0


class ReconciliationRow(SQLModel, table=True):
    """The finance ledger compared with the inventory one day, frozen by value."""

    __tablename__: ClassVar[str] = "reconciliation"

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    sha256: str = Field(max_length=64)
    with_vat: bool
    made_at: datetime
    made_by: str
    result: str = Field(sa_column=Column(Text, nullable=False))
