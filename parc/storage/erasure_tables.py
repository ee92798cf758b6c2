"""Tables of erasure evidence: reports as received, and what each record settled."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class ErasureReportRow(SQLModel, table=True):
    """A report of erasure, once for an owner: the file itself is a document.

    `records` is the JSON of what was read of it; nothing of it ever changes.
    `told_on` is the day of the erasure where the report does not say it.
    """

    __tablename__: ClassVar[str] = "erasure_report"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    sha256: str = Field(max_length=64)
    format: str
    records: str = Field(sa_column=Column(Text, nullable=False))
    told_on: date | None = None
    created_at: datetime
    created_by: str


class ErasureMatchRow(SQLModel, table=True):
    """What one record of a report settled: written with the event that settles.

    `serial` is the medium's as the device has it; `reason` is why a person accepted
    what the rules alone did not (empty when they did); `event_seq` the event.
    """

    __tablename__: ClassVar[str] = "erasure_match"
    __table_args__ = (Index("ix_erasure_match_device_id", "device_id", "serial"),)

    report_id: int = Field(foreign_key="erasure_report.id", primary_key=True)
    record: int = Field(primary_key=True)
    device_id: int = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=False)
    )
    serial: str
    reason: str = Field(sa_column=Column(Text, nullable=False), default="")
    event_seq: int
    at: datetime
    by: str
