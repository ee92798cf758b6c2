"""Tables of how people say that files are read: columns by headings, and words."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class MappingRow(SQLModel, table=True):
    """How the columns of a set of headings are read for an owner.

    `digest` sums up the headings, in any order; `columns` is the JSON of what each
    is, by its heading's plain form. No cell of a file is kept (decision D4).
    """

    __tablename__: ClassVar[str] = "import_mapping"
    __table_args__ = (UniqueConstraint("owner_id", "digest"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    digest: str = Field(max_length=64)
    origin: str
    sheet: str
    columns: str = Field(sa_column=Column(Text, nullable=False))
    changed_at: datetime
    changed_by: str


class WordRow(SQLModel, table=True):
    """What a word of a column of labels means, in an owner's lists of one origin."""

    __tablename__: ClassVar[str] = "import_word"
    __table_args__ = (UniqueConstraint("owner_id", "origin", "kind", "word"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="owner.id")
    origin: str
    kind: str
    word: str
    meaning: str
    changed_at: datetime
    changed_by: str
