"""Tables of stocktakes: the frozen list, scans, phones, what was decided."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class StocktakeRow(SQLModel, table=True):
    """A stocktake of one owner: of a site, of a category, or of all.

    `site_id` and `site` say where, `category` which kind (null: all); `away` counts
    what is lent or in repair. Once signed, the two checksums are its report's.
    """

    __tablename__: ClassVar[str] = "stocktake"

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    site_id: int | None = None
    site: str = ""
    category: str | None = None
    stage: str
    away: int = 0
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_by: str | None = None
    explanation: str = Field(sa_column=Column(Text, nullable=False), default="")
    signed_at: datetime | None = None
    signed_by: str | None = None
    remarks: str = Field(sa_column=Column(Text, nullable=False), default="")
    pdf: str | None = Field(default=None, max_length=64)
    xlsx: str | None = Field(default=None, max_length=64)


class StocktakeLineRow(SQLModel, table=True):
    """An expected device as it was known when the stocktake opened, by value.

    `holder` is an opaque id (decision D4). `standing` and `seen_…` come from scans;
    nothing else ever changes.
    """

    __tablename__: ClassVar[str] = "stocktake_line"
    __table_args__ = (
        Index("ix_stocktake_line_standing", "stocktake_id", "standing", "tag"),
    )

    stocktake_id: int = Field(foreign_key="stocktake.id", primary_key=True)
    device_id: int = Field(
        sa_column=Column(
            BigKey,
            ForeignKey("device.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        )
    )
    tag: str
    label: str
    serial: str | None = None
    category: str
    site_id: int | None = None
    site: str = ""
    state: str
    holder: str | None = None
    standing: str
    seen_at: datetime | None = None
    seen_by: str | None = None
    seen_site_id: int | None = None
    seen_place: str = ""


class StocktakeScanRow(SQLModel, table=True):
    """One scan, kept for ever: `key` makes it count once however often it is sent."""

    __tablename__: ClassVar[str] = "stocktake_scan"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "actor", "key"),
        Index("ix_stocktake_scan_outcome", "stocktake_id", "outcome", "id"),
        Index("ix_stocktake_scan_device", "device_id", "at"),
    )

    id: int = Field(
        sa_column=Column(BigKey, primary_key=True, autoincrement=True), default=None
    )
    stocktake_id: int = Field(foreign_key="stocktake.id")
    actor: str
    key: str = Field(max_length=64)
    phone: str = Field(max_length=64)
    code: str
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True), default=None
    )
    at: datetime
    site_id: int | None = None
    place: str = ""
    outcome: str
    reason: str = ""


class StocktakePhoneRow(SQLModel, table=True):
    """A phone that scans: where it is, and how many scans it says it still holds."""

    __tablename__: ClassVar[str] = "stocktake_phone"

    stocktake_id: int = Field(foreign_key="stocktake.id", primary_key=True)
    actor: str = Field(primary_key=True)
    phone: str = Field(primary_key=True, max_length=64)
    waiting: int = 0
    heard_at: datetime
    site_id: int | None = None
    place: str = ""


class StocktakeSettlementRow(SQLModel, table=True):
    """What was decided of one anomaly: `subject` is `d` device or `s` scan, by id.

    Written in the transaction of the event that it tells of.
    """

    __tablename__: ClassVar[str] = "stocktake_settlement"

    stocktake_id: int = Field(foreign_key="stocktake.id", primary_key=True)
    subject: str = Field(primary_key=True, max_length=24)
    anomaly: str
    settlement: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime
    by: str
