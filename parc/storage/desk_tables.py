"""Tables of the desk: actions on lists of devices, lists kept under a name."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class BatchItemRow(SQLModel, table=True):
    """What an action on a list of devices made of one of them.

    Written in the same transaction as the event that it tells of: a job that
    begins again knows what it has done. `version` is the device's once applied,
    `reasons` a JSON list of French sentences.
    """

    __tablename__: ClassVar[str] = "batch_item"

    job_id: str = Field(primary_key=True, max_length=16, foreign_key="job.id")
    position: int = Field(primary_key=True)
    code: str
    tag: str = ""
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True), default=None
    )
    outcome: str
    version: int | None = None
    reasons: str = Field(sa_column=Column(Text, nullable=False))


class SavedViewRow(SQLModel, table=True):
    """A list of devices kept under a name: `query` is what its address asks.

    `owner_id`: shared with everybody who sees that owner; null: with nobody.
    """

    __tablename__: ClassVar[str] = "saved_view"
    __table_args__ = (UniqueConstraint("actor", "name"),)

    id: int = Field(default=None, primary_key=True)
    actor: str
    name: str
    query: str = Field(sa_column=Column(Text, nullable=False))
    owner_id: int | None = Field(default=None, foreign_key="owner.id", index=True)
    created_at: datetime


class DefaultViewRow(SQLModel, table=True):
    """The saved view that somebody's list of devices opens with."""

    __tablename__: ClassVar[str] = "default_view"

    actor: str = Field(primary_key=True)
    view_id: int = Field(foreign_key="saved_view.id", index=True)
