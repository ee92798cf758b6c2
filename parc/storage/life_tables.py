"""Tables of what owners want: equipment profiles, and what a year's rates need."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

_KEPT = text("retired_at IS NULL")


class ProfileRow(SQLModel, table=True):
    """An equipment profile of an owner: of a post, or of a room.

    Retired, it stays with its lines, and a new one may have its name.
    """

    __tablename__: ClassVar[str] = "profile"
    __table_args__ = (
        Index(
            "uq_profile_owner_id_name",
            "owner_id",
            "name",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    name: str
    kind: str
    created_at: datetime
    created_by: str
    changed_at: datetime | None = None
    changed_by: str | None = None
    retired_at: datetime | None = None
    retired_by: str | None = None


class ProfileLineRow(SQLModel, table=True):
    """How many devices of a category a profile holds; one at least."""

    __tablename__: ClassVar[str] = "profile_line"

    profile_id: int = Field(foreign_key="profile.id", primary_key=True)
    category: str = Field(primary_key=True)
    quantity: int


class ProfilePersonRow(SQLModel, table=True):
    """The one profile that a person or a service has (an opaque id, decision D4)."""

    __tablename__: ClassVar[str] = "profile_person"

    person_id: str = Field(foreign_key="person.id", primary_key=True, max_length=10)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    set_at: datetime
    set_by: str


class ProfileSiteRow(SQLModel, table=True):
    """The one profile that a room has; a room is a site."""

    __tablename__: ClassVar[str] = "profile_site"

    site_id: int = Field(foreign_key="site.id", primary_key=True)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    set_at: datetime
    set_by: str


class OwnerYearRow(SQLModel, table=True):
    """What an authorised person enters of an owner's year: agents, its own target.

    `use_target_months` is the length of use that the owner aims at (VIE-01).
    """

    __tablename__: ClassVar[str] = "owner_year"

    owner_id: int = Field(foreign_key="owner.id", primary_key=True)
    year: int = Field(primary_key=True)
    agents: int | None = None
    use_target_months: int | None = None
    entered_at: datetime
    entered_by: str
