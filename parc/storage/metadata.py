"""What every table shares: where they are declared, how constraints are named."""

from sqlalchemy import BigInteger, Integer, MetaData
from sqlmodel import SQLModel

METADATA: MetaData = SQLModel.metadata
METADATA.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only numbers rows by itself in a column of type INTEGER."""
