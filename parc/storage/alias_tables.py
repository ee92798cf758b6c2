"""The table of aliases: further codes that lead to a device."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class AliasRow(SQLModel, table=True):
    """A code printed somewhere that leads to the device `device_id`.

    `merged_id` is the device that bore it before it was merged: its codes are a
    projection of its history. Without it, somebody stuck it on and said so.
    `key` is the code folded for comparison, `shown` as it is printed.
    """

    __tablename__: ClassVar[str] = "alias"
    __table_args__ = (
        UniqueConstraint("owner_id", "key", "kind", "device_id", "merged_id"),
        Index(
            "uq_alias_manual",
            "owner_id",
            "key",
            unique=True,
            sqlite_where=text("kind = 'manual'"),
            postgresql_where=text("kind = 'manual'"),
        ),
    )

    id: int = Field(
        sa_column=Column(BigKey, primary_key=True, autoincrement=True), default=None
    )
    owner_id: int = Field(foreign_key="owner.id")
    key: str = Field(index=True)
    shown: str
    kind: str
    device_id: int = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=False, index=True)
    )
    merged_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True, index=True),
        default=None,
    )
    created_at: datetime
    created_by: str
