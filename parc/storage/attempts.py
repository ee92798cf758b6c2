"""Failed sign-ins, counted in the database so that every worker counts the same.

Keys are keyed hashes of an e-mail address or of a client address: neither can
be read from the table.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Table, delete, func, text
from sqlmodel import Session, col, select

from parc.storage.database import is_sqlite
from parc.storage.tables import AttemptRow

ATTEMPTS: Table = AttemptRow.__table__  # type: ignore[attr-defined]
WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 30
_IPV6_SITE = 64


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys one attempt is counted."""

    account: str
    address: str


def keys_of(secret: bytes, email: str, address: str) -> Keys:
    """Make the keys of an attempt on an account from a client address.

    An IPv6 client owns at least a /64: the whole of it counts as one.
    """
    return Keys(
        _keyed(secret, f"account:{email.strip().lower()}"),
        _keyed(secret, f"address:{_network(address)}"),
    )


def count(session: Session, keys: Keys, at: datetime) -> int:
    """Count an attempt before its password is checked.

    It counts as failed until `forgive`, so that many at the same time cannot
    slip through. Returns 0, or the seconds to wait when there were too many;
    then nothing more is counted.
    """
    session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at <= at - WINDOW))
    for key, limit in ((keys.account, PER_ACCOUNT), (keys.address, PER_ADDRESS)):
        _one_at_a_time(session, key)
        recent = session.exec(
            select(func.count(), func.min(AttemptRow.at)).where(
                AttemptRow.key == key, col(AttemptRow.at) > at - WINDOW
            )
        ).one()
        number, oldest = recent
        if number >= limit:
            return max(1, round((oldest + WINDOW - at).total_seconds()))
    session.add_all(
        [AttemptRow(key=keys.account, at=at), AttemptRow(key=keys.address, at=at)]
    )
    session.flush()
    return 0


def forgive(session: Session, keys: Keys, at: datetime) -> None:
    """Forget an account's failures, and this one of the address: it succeeded."""
    session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.key == keys.account))
    session.execute(
        delete(ATTEMPTS).where(ATTEMPTS.c.key == keys.address, ATTEMPTS.c.at == at)
    )


def _one_at_a_time(session: Session, key: str) -> None:
    if not is_sqlite(session):
        lock = text("SELECT pg_advisory_xact_lock(:number)")
        session.execute(lock, {"number": int(key[:15], 16)})


def _keyed(secret: bytes, value: str) -> str:
    return hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_SITE), strict=False))
    return str(parsed)
