"""Every table, commented. Rows are plain; the rules live in `parc.domain`.

Integers carry money (cents) and capacities; days are dates; instants are UTC
(SQLModel refuses naive values). Enums are stored by value, as text.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from parc.storage import (  # noqa: F401 - all tables are known
    alias_tables,
    conflict_tables,
    decommission_tables,
    desk_tables,
    erasure_tables,
    label_tables,
    life_tables,
    maintenance_tables,
    mapping_tables,
    metadata,
    purchase_tables,
    scan_tables,
    slip_tables,
    stocktake_tables,
)

METADATA = metadata.METADATA
BigKey = metadata.BigKey


def _big_key() -> Column[int]:
    return Column(BigKey, primary_key=True, autoincrement=True)


def _device_key(*, primary_key: bool = False) -> Column[int]:
    return Column(
        BigKey,
        ForeignKey("device.id"),
        primary_key=primary_key,
        autoincrement=False,
        nullable=False,
    )


class OwnerRow(SQLModel, table=True):
    """A legal person. `first_day`: its first day in parc (decision D11).

    `manager_id`: who operates its new devices (decision D3); null means itself.
    """

    __tablename__: ClassVar[str] = "owner"

    id: int = Field(default=None, primary_key=True)
    siret: str = Field(unique=True, max_length=14)
    name: str
    kind: str
    prefix: str = Field(unique=True, max_length=5)
    last_number: int = 0
    first_day: date | None = None
    manager_id: int | None = Field(default=None, foreign_key="owner.id")


class SiteRow(SQLModel, table=True):
    """A place where devices are kept or used."""

    __tablename__: ClassVar[str] = "site"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    name: str


class PersonRow(SQLModel, table=True):
    """The one purgeable table of names (decision D4); all else holds `id`."""

    __tablename__: ClassVar[str] = "person"
    __table_args__ = (Index("ix_person_owner_id_name_key", "owner_id", "name_key"),)

    id: str = Field(primary_key=True, max_length=10)
    owner_id: int = Field(foreign_key="owner.id")
    name: str | None = None
    name_key: str | None = None
    email: str | None = None
    purged_at: datetime | None = None


class ProductRow(SQLModel, table=True):
    """A maker and a model: few rows, so that searching words in them is quick."""

    __tablename__: ClassVar[str] = "product"
    __table_args__ = (UniqueConstraint("maker", "model"),)

    id: int = Field(default=None, primary_key=True)
    maker: str
    model: str
    search: str


class DeviceRow(SQLModel, table=True):
    """The present picture of a device, rewritten with each of its events.

    `serial_key` is the serial folded for comparison, `label` maker and model
    for sorting, `facts` the canonical JSON of all facts. `void`: why it is out of
    the inventory (discarded, merged); null for nearly all, which are in it.
    """

    __tablename__: ClassVar[str] = "device"
    __table_args__ = (
        # With `void` in them, counts and pages are read from these indexes alone.
        Index("ix_device_owner_id_state_void", "owner_id", "state", "void"),
        Index("ix_device_label_tag", "label", "tag"),
        Index("ix_device_acquired_on_tag", "acquired_on", "tag"),
        Index("ix_device_state_tag_void", "state", "tag", "void"),
        Index(
            "ix_device_out",
            "tag",
            sqlite_where=text("void IS NOT NULL"),
            postgresql_where=text("void IS NOT NULL"),
        ),
    )

    id: int = Field(sa_column=_big_key(), default=None)
    tag: str = Field(unique=True)
    foreign_tag: str | None = Field(default=None, index=True)
    owner_id: int = Field(foreign_key="owner.id")
    manager_id: int = Field(foreign_key="owner.id")
    category: str
    state: str
    version: int
    since: date
    serial: str | None = None
    serial_key: str | None = Field(default=None, index=True)
    accounting_number: str | None = Field(default=None, index=True)
    label: str
    product_id: int = Field(foreign_key="product.id", index=True)
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    holder: str | None = Field(default=None, index=True)
    acquired_on: date | None = None
    decommissioned_on: date | None = None
    facts: str = Field(sa_column=Column(Text, nullable=False))
    void: str | None = None


class MediumRow(SQLModel, table=True):
    """A storage medium of a device; `settlement` is null while unsettled."""

    __tablename__: ClassVar[str] = "medium"

    device_id: int = Field(sa_column=_device_key(primary_key=True))
    serial: str = Field(primary_key=True, index=True)
    kind: str
    capacity_gb: int | None = None
    settlement: str | None = None
    document: str | None = None


class OwnershipRow(SQLModel, table=True):
    """Who owned a device when; `ends_on` (excluded) is null for the present one."""

    __tablename__: ClassVar[str] = "ownership"

    device_id: int = Field(sa_column=_device_key(primary_key=True))
    starts_on: date = Field(primary_key=True)
    owner_id: int = Field(foreign_key="owner.id", primary_key=True)
    ends_on: date | None = None


class EventRow(SQLModel, table=True):
    """The journal (decision D2): appended by `journal` only, never changed.

    `id` is the order in which seals read it. `details` is the canonical JSON
    text that `hash` covers. UNIQUE(device_id, seq) settles two writers.
    """

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (UniqueConstraint("device_id", "seq"),)

    id: int = Field(sa_column=_big_key(), default=None)
    device_id: int = Field(sa_column=_device_key())
    seq: int
    action: str
    effective_on: date
    recorded_at: datetime
    actor: str
    state: str
    owner: str
    level: str
    source: str | None = Field(default=None, index=True)
    details: str = Field(sa_column=Column(Text, nullable=False))
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class SealRow(SQLModel, table=True):
    """A chained hash over all events since the last seal (decision D2)."""

    __tablename__: ClassVar[str] = "seal"

    id: int = Field(default=None, primary_key=True)
    sealed_at: datetime
    reason: str
    last_event_id: int = Field(sa_column=Column(BigKey, nullable=False))
    events: int = Field(sa_column=Column(BigKey, nullable=False))
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class DocumentRow(SQLModel, table=True):
    """A stored file by checksum. Its original name is not kept (decision D4)."""

    __tablename__: ClassVar[str] = "document"

    sha256: str = Field(primary_key=True, max_length=64)
    owner_id: int = Field(foreign_key="owner.id", primary_key=True)
    size: int = Field(sa_column=Column(BigKey, nullable=False))
    media_type: str
    received_at: datetime
    received_by: str
    purge_on: date | None = None


class ImportRow(SQLModel, table=True):
    """A file read: its counts, whether it was applied, the job that does so."""

    __tablename__: ClassVar[str] = "import_batch"

    id: str = Field(primary_key=True, max_length=32)
    owner_id: int = Field(foreign_key="owner.id")
    sha256: str = Field(max_length=64, index=True)
    format: str
    options: str
    created_at: datetime
    created_by: str
    applied_at: datetime | None = None
    outcome: str | None = Field(default=None, sa_column=Column(Text))
    job_id: str | None = Field(default=None, max_length=16)


class AccountRow(SQLModel, table=True):
    """A person who signs in. `actor` is the opaque id that events hold."""

    __tablename__: ClassVar[str] = "account"

    id: int = Field(default=None, primary_key=True)
    actor: str = Field(unique=True)
    email: str = Field(unique=True)
    name: str | None = None
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None


class GrantRow(SQLModel, table=True):
    """A role of an account or a token, for one owner; null means all owners."""

    __tablename__: ClassVar[str] = "role_grant"
    __table_args__ = (UniqueConstraint("actor", "role", "owner_id"),)

    id: int = Field(default=None, primary_key=True)
    actor: str = Field(index=True)
    role: str
    owner_id: int | None = Field(default=None, foreign_key="owner.id")


class SessionRow(SQLModel, table=True):
    """A signed-in browser; `key` is the SHA-256 of the cookie's secret."""

    __tablename__: ClassVar[str] = "web_session"

    key: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class TokenRow(SQLModel, table=True):
    """An API token; `key` is the SHA-256 of the secret printed once."""

    __tablename__: ClassVar[str] = "token"

    key: str = Field(primary_key=True, max_length=64)
    actor: str = Field(unique=True)
    name: str
    created_at: datetime
    revoked_at: datetime | None = None


class AttemptRow(SQLModel, table=True):
    """A failed sign-in, kept long enough to slow down guessing."""

    __tablename__: ClassVar[str] = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: int = Field(sa_column=_big_key(), default=None)
    key: str = Field(max_length=64)
    at: datetime


class JobRow(SQLModel, table=True):
    """A piece of long work and its result, which stays.

    `params` and `result` are JSON; `beat_at` is its last sign of life, `done`
    of `total` (null: unknown) its progress in `stage`, a French phrase.
    """

    __tablename__: ClassVar[str] = "job"
    __table_args__ = (Index("ix_job_state_asked_at", "state", "asked_at"),)

    id: str = Field(primary_key=True, max_length=16)
    kind: str
    owner_id: int | None = Field(default=None, foreign_key="owner.id")
    asked_by: str = Field(index=True)
    asked_at: datetime
    params: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    attempts: int = 0
    started_at: datetime | None = None
    beat_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_at: datetime | None = None
    done: int = 0
    total: int | None = None
    stage: str = ""
    result: str | None = Field(default=None, sa_column=Column(Text))


class MailRow(SQLModel, table=True):
    """A message to send (outbox); its text is purged once it is old."""

    __tablename__: ClassVar[str] = "mail"
    __table_args__ = (Index("ix_mail_next_try_at", "next_try_at"),)

    id: int = Field(sa_column=_big_key(), default=None)
    recipient: str
    subject: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    next_try_at: datetime | None
    attempts: int = 0
    sent_at: datetime | None = None
    error: str | None = None


class NoteRow(SQLModel, table=True):
    """A remark that somebody wrote on a device: its text never changes.

    `owner_id` is who owned the device then: a later owner does not read it.
    """

    __tablename__: ClassVar[str] = "note"
    __table_args__ = (Index("ix_note_device_id", "device_id"),)

    id: int = Field(sa_column=_big_key(), default=None)
    device_id: int = Field(sa_column=_device_key())
    owner_id: int = Field(foreign_key="owner.id")
    text: str = Field(sa_column=Column(Text, nullable=False))
    written_at: datetime
    author: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class AttachmentRow(SQLModel, table=True):
    """A photo or a file of a device: `sha256` and `thumbnail` are documents.

    A photo is what parc itself encoded, with its size in pixels; any other file
    has neither thumbnail nor size. `owner_id` is who owned the device then.
    """

    __tablename__: ClassVar[str] = "attachment"
    __table_args__ = (Index("ix_attachment_device_id", "device_id"),)

    id: int = Field(sa_column=_big_key(), default=None)
    device_id: int = Field(sa_column=_device_key())
    owner_id: int = Field(foreign_key="owner.id")
    sha256: str = Field(max_length=64)
    media_type: str
    caption: str
    thumbnail: str | None = Field(default=None, max_length=64)
    width: int | None = None
    height: int | None = None
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
    removed_by: str | None = None


_WALKED = ("owner", "recorded_at", "id", "actor", "action")
Index("ix_event_owner", *(METADATA.tables["event"].c[name] for name in _WALKED))
"""The audit walks it from the latest typed, owner by owner, never sorting.

Who and what stand in it too: events of others are passed over in it alone. One index
each would be quicker for who did little, and cost each import more.
"""
