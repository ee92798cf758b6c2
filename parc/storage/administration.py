"""Who administers whom: the accounts and API tokens that somebody may know of.

Who administers some owners only sees and touches what is theirs: their own roles
of an account that serves elsewhere too, and neither its password nor its life.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

from sqlmodel import Session, col, select

from parc.domain.access import Grant, Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage import accounts
from parc.storage.tables import AccountRow, GrantRow, TokenRow

Row = TypeVar("Row", AccountRow, TokenRow)

ACCOUNT_ROLES = tuple(role for role in Role if role is not Role.AGENT)
"""What a person may be; inventory agents are programs."""

TOKEN_ROLES = (
    Role.AGENT,
    Role.TECHNICIAN,
    Role.FLEET_LEAD,
    Role.REUSE_OFFICER,
    Role.COMMUNE_MANAGER,
    Role.AUDITOR,
)
"""What a program may be: it neither signs nor administers."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who administers; `owner_ids`: for which owners, None for all."""

    actor: str
    owner_ids: frozenset[int] | None

    @classmethod
    def of(cls, viewer: Viewer) -> Self | None:
        """Tell what a viewer administers; None when nothing."""
        held = {g.owner_id for g in viewer.grants if g.role is Role.ADMIN}
        if not held:
            return None
        everywhere = None in held
        some = frozenset(owner for owner in held if owner is not None)
        return cls(viewer.actor, None if everywhere else some)

    def covers(self, owner_id: int | None) -> bool:
        """Tell whether an owner is theirs to administer; None: all owners."""
        return self.owner_ids is None or owner_id in self.owner_ids


@dataclass(frozen=True, slots=True)
class Granted(Generic[Row]):
    """An account or a token, and its roles."""

    row: Row
    grants: frozenset[Grant]

    def is_within(self, admin: Administrator) -> bool:
        """Tell whether all of its roles are the administrator's to give."""
        return all(admin.covers(grant.owner_id) for grant in self.grants)

    def is_seen_by(self, admin: Administrator) -> bool:
        """Tell whether the administrator may know of it."""
        return admin.owner_ids is None or any(
            admin.covers(grant.owner_id) for grant in self.grants
        )


def accounts_seen(session: Session, admin: Administrator) -> list[Granted[AccountRow]]:
    """List the accounts that somebody administers: enabled first, by address."""
    rows = list(session.exec(select(AccountRow).order_by(col(AccountRow.email))))
    rows.sort(key=lambda row: row.disabled_at is not None)
    return _seen(session, admin, rows)


def account_seen(
    session: Session, admin: Administrator, actor: str
) -> Granted[AccountRow] | None:
    """Find an account that somebody administers; None: not theirs to know of."""
    rows = session.exec(select(AccountRow).where(AccountRow.actor == actor))
    return next(iter(_seen(session, admin, list(rows))), None)


def tokens_seen(session: Session, admin: Administrator) -> list[Granted[TokenRow]]:
    """List the tokens that somebody administers: those that open first, by name."""
    rows = list(session.exec(select(TokenRow).order_by(col(TokenRow.name))))
    rows.sort(key=lambda row: row.revoked_at is not None)
    return _seen(session, admin, rows)


def open_token(
    session: Session,
    admin: Administrator,
    name: str,
    grants: Collection[Grant],
    at: datetime,
) -> str:
    """Add an API token on behalf of an administrator; return its secret.

    Raises:
        Refused: with every reason; nothing is added.
    """
    cleaned = " ".join(name.split())
    reasons = (
        *accounts.token_name_reasons(cleaned),
        *grant_reasons(admin, grants, TOKEN_ROLES),
    )
    if reasons:
        raise Refused(reasons)
    return accounts.insert_token(session, cleaned, grants, at)


def revoke(
    session: Session, admin: Administrator, token: Granted[TokenRow], at: datetime
) -> None:
    """Close a token for good.

    Raises:
        Refused: it serves other owners too.
    """
    must_be_within(admin, token)
    token.row.revoked_at = token.row.revoked_at or at
    session.add(token.row)


def grant_reasons(
    admin: Administrator,
    grants: Collection[Grant],
    roles: Collection[Role],
    *,
    required: bool = True,
) -> Iterator[Refusal]:
    """Say why an administrator may not give these roles."""
    if required and not grants:
        yield Refusal("no_role", "Donnez au moins un rôle.", "role")
    if any(not admin.covers(grant.owner_id) for grant in grants):
        message = "Vous n'administrez pas tous les propriétaires choisis."
        yield Refusal("unknown_owner", message, "role")
    for role in sorted({grant.role for grant in grants} - set(roles)):
        message = f"Le rôle « {role.label} » ne se donne pas ici."
        yield Refusal("invalid_role", message, "role")


def outside_reasons(admin: Administrator, held: Granted[Row]) -> Iterator[Refusal]:
    """Say why an account or a token is not an administrator's alone to change."""
    if not held.is_within(admin):
        message = (
            "Ses rôles dépassent les propriétaires que vous administrez : "
            "demandez à l'administration de tous les propriétaires."
        )
        yield Refusal("serves_others", message)


def must_be_within(admin: Administrator, held: Granted[Row]) -> None:
    """Stop who would change what serves other owners too.

    Raises:
        Refused: with the reason.
    """
    if reasons := tuple(outside_reasons(admin, held)):
        raise Refused(reasons)


def _seen(
    session: Session, admin: Administrator, rows: list[Row]
) -> list[Granted[Row]]:
    wanted = select(GrantRow.actor, GrantRow.role, GrantRow.owner_id)
    if len(rows) == 1:
        wanted = wanted.where(GrantRow.actor == rows[0].actor)
    held: dict[str, set[Grant]] = {}
    for actor, role, owner_id in session.exec(wanted):
        held.setdefault(actor, set()).add(Grant(Role(role), owner_id))
    found = [Granted(row, frozenset(held.get(row.actor, ()))) for row in rows]
    return [granted for granted in found if granted.is_seen_by(admin)]
