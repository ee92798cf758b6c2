"""Tables of custody slips: what is on them, their numbers, reminders of loans."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


def _device_key() -> "Column[int]":
    return Column(
        BigKey,
        ForeignKey("device.id"),
        primary_key=True,
        autoincrement=False,
        nullable=False,
    )


class SlipRow(SQLModel, table=True):
    """A slip: to one person or service (opaque id), at one site, never deleted.

    Once signed, `frozen` is the canonical text that `sha256` covers, and nothing
    changes but `signature`, which goes with the person's name (decision D4). `scan`
    is the document signed on paper.
    """

    __tablename__: ClassVar[str] = "slip"
    __table_args__ = (
        UniqueConstraint("owner_id", "kind", "year", "number"),
        Index("ix_slip_owner_id_stage", "owner_id", "stage"),
    )

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    kind: str
    year: int
    number: int
    person: str = Field(foreign_key="person.id", index=True, max_length=10)
    site_id: int | None = None
    site: str = ""
    effective_on: date
    due_on: date | None = None
    comment: str = Field(sa_column=Column(Text, nullable=False), default="")
    stage: str
    created_at: datetime
    created_by: str
    signed_at: datetime | None = None
    signed_by: str | None = None
    signing: str | None = None
    signature: str | None = Field(default=None, sa_column=Column(Text))
    scan: str | None = Field(default=None, max_length=64)
    frozen: str | None = Field(default=None, sa_column=Column(Text))
    sha256: str | None = Field(default=None, max_length=64)
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False), default="")


class SlipLineRow(SQLModel, table=True):
    """A device on a slip; `target` is the state it comes back to."""

    __tablename__: ClassVar[str] = "slip_line"
    __table_args__ = (Index("ix_slip_line_device_id", "device_id"),)

    slip_id: int = Field(foreign_key="slip.id", primary_key=True)
    device_id: int = Field(sa_column=_device_key())
    position: int
    note: str = ""
    target: str = ""


class SlipAccessoryRow(SQLModel, table=True):
    """An accessory of a device on a slip: given, returned or missing."""

    __tablename__: ClassVar[str] = "slip_accessory"

    slip_id: int = Field(foreign_key="slip.id", primary_key=True)
    device_id: int = Field(sa_column=_device_key())
    kind: str = Field(primary_key=True)
    standing: str


class SlipNumberRow(SQLModel, table=True):
    """The last number used by an owner for a kind of slip in a year."""

    __tablename__: ClassVar[str] = "slip_number"

    owner_id: int = Field(foreign_key="owner.id", primary_key=True)
    kind: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class LoanReminderRow(SQLModel, table=True):
    """A message about a loan: device and event, day, to whom (opaque id)."""

    __tablename__: ClassVar[str] = "loan_reminder"

    device_id: int = Field(sa_column=_device_key())
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sent_on: date = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", max_length=10)
    reminder: str
