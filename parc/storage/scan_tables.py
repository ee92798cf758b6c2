"""Tables of the bench: what was scanned, in which run, and articles by bar code."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class ArticleRow(SQLModel, table=True):
    """Which model an article number is of: `code` is a GTIN in fourteen digits."""

    __tablename__: ClassVar[str] = "ean"

    code: str = Field(primary_key=True, max_length=14)
    product_id: int = Field(foreign_key="product.id", index=True)
    created_at: datetime
    created_by: str


class ScanRunRow(SQLModel, table=True):
    """A run of scans at somebody's bench, and the action armed, if one is.

    `details` is the JSON of what the action is told, the site by its row id; no
    name of a person is ever in it (decision D4).
    """

    __tablename__: ClassVar[str] = "scan_run"

    id: str = Field(primary_key=True, max_length=16)
    actor: str = Field(index=True)
    started_at: datetime
    action: str | None = None
    details: str = Field(sa_column=Column(Text, nullable=False), default="{}")
    site_id: int | None = None


class ScanRow(SQLModel, table=True):
    """One scan and its answer: `key` makes it count once however often it is sent.

    Written in the transaction of the event that it tells of, of which `version`
    is the device's; `result` is the JSON of the answer.
    """

    __tablename__: ClassVar[str] = "scan"
    __table_args__ = (
        UniqueConstraint("actor", "key"),
        Index("ix_scan_device_id_action_at", "device_id", "action", "at"),
        Index("ix_scan_run_id_id", "run_id", "id"),
    )

    id: int = Field(
        sa_column=Column(BigKey, primary_key=True, autoincrement=True), default=None
    )
    actor: str
    key: str = Field(max_length=64)
    run_id: str | None = Field(default=None, max_length=16, foreign_key="scan_run.id")
    at: datetime
    outcome: str
    action: str | None = None
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True), default=None
    )
    version: int | None = None
    result: str = Field(sa_column=Column(Text, nullable=False))
    undone_at: datetime | None = None
