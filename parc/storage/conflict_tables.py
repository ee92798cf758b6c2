"""The table of conflicts: rows of files that a person has to tell apart."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from parc.storage.metadata import BigKey


class ConflictRow(SQLModel, table=True):
    """A row that an import set aside, and what somebody decided of it.

    `record` is what the row says, as `domain.intake_written` writes it: no name of
    a person (decision D4); `holder` is the opaque id of whom it names, `digest`
    sums up both. `candidates` is a JSON list of device ids. Once settled, `device_id`
    is the device that it is (chosen or registered), `version` what it then became
    if something was recorded, `aliases` a JSON list of those left on it.
    """

    __tablename__: ClassVar[str] = "import_conflict"
    __table_args__ = (
        Index("ix_import_conflict_owner_id_state_id", "owner_id", "state", "id"),
        Index("ix_import_conflict_owner_id_digest", "owner_id", "digest"),
    )

    id: int = Field(
        sa_column=Column(BigKey, primary_key=True, autoincrement=True), default=None
    )
    import_id: str = Field(max_length=32, foreign_key="import_batch.id", index=True)
    owner_id: int = Field(foreign_key="owner.id")
    line: int
    sheet: str = ""
    doubt: str
    message: str = Field(sa_column=Column(Text, nullable=False))
    record: str = Field(sa_column=Column(Text, nullable=False))
    holder: str | None = Field(default=None, max_length=10)
    digest: str = Field(max_length=64)
    candidates: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    state: str
    settled_at: datetime | None = None
    settled_by: str | None = None
    reason: str | None = Field(default=None, sa_column=Column(Text))
    device_id: int | None = Field(
        sa_column=Column(BigKey, ForeignKey("device.id"), nullable=True), default=None
    )
    version: int | None = None
    aliases: str | None = Field(default=None, sa_column=Column(Text))
