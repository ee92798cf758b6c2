"""Tables of the lists of réforme: what is on them, what was decided, numbers."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class DecommissionListRow(SQLModel, table=True):
    """A list of one owner, never deleted.

    Once decided, `frozen` is the canonical text that `sha256` covers, and nothing
    changes but `report_pdf` and `certificate_pdf`: the documents (by checksum) drawn
    from it. `paper_year` is the year of their numbers.
    """

    __tablename__: ClassVar[str] = "decommission_list"
    __table_args__ = (
        UniqueConstraint("owner_id", "year", "number"),
        UniqueConstraint("owner_id", "paper_year", "report"),
        UniqueConstraint("owner_id", "paper_year", "certificate"),
        Index("ix_decommission_list_owner_id_stage", "owner_id", "stage"),
    )

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    year: int
    number: int
    stage: str
    reason: str = Field(sa_column=Column(Text, nullable=False), default="")
    comment: str = Field(sa_column=Column(Text, nullable=False), default="")
    account: str
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    changed_by: str | None = None
    proposed_at: datetime | None = None
    proposed_by: str | None = None
    proposed_on: date | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    act_number: str | None = None
    act_on: date | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str = Field(sa_column=Column(Text, nullable=False), default="")
    frozen: str | None = Field(default=None, sa_column=Column(Text))
    sha256: str | None = Field(default=None, max_length=64)
    paper_year: int | None = None
    report: int | None = None
    report_pdf: str | None = Field(default=None, max_length=64)
    certificate: int | None = None
    certificate_pdf: str | None = Field(default=None, max_length=64)


class DecommissionLineRow(SQLModel, table=True):
    """A device on a list. `pending` is the device while its list waits: once only.

    `seq` is the event by which it was réformé, 0 when it was not.
    """

    __tablename__: ClassVar[str] = "decommission_line"
    __table_args__ = (
        Index("ix_decommission_line_device_id", "device_id"),
        UniqueConstraint("pending"),
    )

    list_id: int = Field(foreign_key="decommission_list.id", primary_key=True)
    device_id: int = Field(
        sa_column=Column(
            BigKey,
            ForeignKey("device.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        )
    )
    position: int
    reason: str = ""
    value_cents: int | None = Field(default=None, sa_column=Column(BigKey))
    method: str = ""
    valued_on: date | None = None
    valued_by: str = ""
    pending: int | None = Field(default=None, sa_column=Column(BigKey))
    verdict: str = ""
    why: str = ""
    seq: int = 0


class DecommissionNumberRow(SQLModel, table=True):
    """The last number used by an owner for a kind of paper in a year."""

    __tablename__: ClassVar[str] = "decommission_number"

    owner_id: int = Field(foreign_key="owner.id", primary_key=True)
    kind: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
