"""Tables of labels: what was printed, numbers printed in advance, stock, printers."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class LabelRunRow(SQLModel, table=True):
    """Labels printed together, by value: the same file can be made again later.

    `stock`, `printer` and `labels` are JSON: what the stock and the printer's profile
    were then, and what each label said. `layout` is the stock's key.
    """

    __tablename__: ClassVar[str] = "label_run"

    id: str = Field(primary_key=True, max_length=16)
    printed_at: datetime = Field(index=True)
    printed_by: str
    layout: str
    stock: str = Field(sa_column=Column(Text, nullable=False))
    printer: str = Field(sa_column=Column(Text, nullable=False))
    codes: str
    start: int
    labels: str = Field(sa_column=Column(Text, nullable=False))


class LabelPrintRow(SQLModel, table=True):
    """One label of a run: of a device, of a place, or a number printed in advance."""

    __tablename__: ClassVar[str] = "label_print"

    run_id: str = Field(primary_key=True, max_length=16, foreign_key="label_run.id")
    position: int = Field(primary_key=True)
    code: str = Field(index=True)
    owner_id: int = Field(foreign_key="owner.id")
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True, index=True),
        default=None,
    )
    site_id: int | None = Field(
        sa_column=Column(
            ForeignKey("site.id", ondelete="SET NULL"), nullable=True, index=True
        ),
        default=None,
    )


class LabelRangeRow(SQLModel, table=True):
    """Numbers taken together, to be printed before the devices are known."""

    __tablename__: ClassVar[str] = "label_range"

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", index=True)
    count: int
    reserved_at: datetime
    reserved_by: str


class ReservedLabelRow(SQLModel, table=True):
    """A number of a range, and the device on which its label was stuck, once it is.

    A device registered under the number bears it as its tag: no row is needed to
    know that. `device_id` is a device that had a tag of its own already.
    """

    __tablename__: ClassVar[str] = "label_reserved"

    code: str = Field(primary_key=True, max_length=20)
    range_id: int = Field(foreign_key="label_range.id", index=True)
    owner_id: int = Field(foreign_key="owner.id")
    number: int
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True, index=True),
        default=None,
    )
    bound_at: datetime | None = None
    bound_by: str | None = None


class LabelStockRow(SQLModel, table=True):
    """A stock that somebody added for an owner; `definition` is JSON."""

    __tablename__: ClassVar[str] = "label_stock"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    name: str
    definition: str = Field(sa_column=Column(Text, nullable=False))
    changed_at: datetime
    changed_by: str


class LabelPrinterRow(SQLModel, table=True):
    """What corrects a printer: shifts in micrometres, scale in millionths."""

    __tablename__: ClassVar[str] = "label_printer"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    name: str
    dpi: int
    shift_x: int
    shift_y: int
    scale: int
    changed_at: datetime
    changed_by: str


class LabelTextRow(SQLModel, table=True):
    """What an owner's labels say besides the tag; without a row, its name."""

    __tablename__: ClassVar[str] = "label_text"

    owner_id: int = Field(primary_key=True, foreign_key="owner.id")
    name: str
    return_to: str
    changed_at: datetime
    changed_by: str
