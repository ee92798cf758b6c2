"""What administrators change in accounts: roles, name, password, life and end.

Somebody must always be left to administer, and nobody locks themselves out.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Table, delete
from sqlmodel import Session, col, select

from parc.domain.access import Grant
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage import accounts
from parc.storage.administration import (
    ACCOUNT_ROLES,
    Administrator,
    Granted,
    grant_reasons,
    must_be_within,
    outside_reasons,
)
from parc.storage.sessions import SESSIONS, key_of
from parc.storage.tables import AccountRow, GrantRow

GRANTS: Table = GrantRow.__table__  # type: ignore[attr-defined]


def open_account(  # noqa: PLR0917 - what an account is made of
    session: Session,
    admin: Administrator,
    email: str,
    name: str,
    grants: Collection[Grant],
    password_hash: str,
    at: datetime,
) -> AccountRow:
    """Add an account on behalf of an administrator.

    Raises:
        Refused: with every reason; nothing is added.
    """
    address = accounts.normalised_email(email)
    reasons = (
        *accounts.email_reasons(session, email),
        *grant_reasons(admin, grants, ACCOUNT_ROLES),
    )
    if address is None or reasons:
        raise Refused(reasons)
    return accounts.insert_account(session, address, grants, password_hash, at, name)


def set_roles(
    session: Session,
    admin: Administrator,
    account: Granted[AccountRow],
    wanted: Collection[Grant],
) -> None:
    """Give an account these roles, in place of those that `admin` may take away.

    Raises:
        Refused: a role that is not theirs to give, no role left, or nobody left
            to administer.
    """
    kept = {
        grant
        for grant in account.grants
        if not admin.covers(grant.owner_id) or grant.role not in ACCOUNT_ROLES
    }
    after = kept | set(wanted)
    reasons = list(grant_reasons(admin, wanted, ACCOUNT_ROLES, required=False))
    if not after:
        message = "Un compte garde au moins un rôle. Pour le fermer, désactivez-le."
        reasons.append(Refusal("no_role", message, "role"))
    lost = _administered(account.grants) - _administered(after)
    if lost and None not in _administered(after):
        reasons += _lost_administration(session, admin, account, lost)
    if reasons:
        raise Refused(tuple(reasons))
    session.execute(delete(GRANTS).where(GRANTS.c.actor == account.row.actor))
    accounts.write_grants(session, account.row.actor, after)


def rename(
    session: Session, admin: Administrator, account: Granted[AccountRow], name: str
) -> None:
    """Change the name that an account shows.

    Raises:
        Refused: it serves other owners too.
    """
    must_be_within(admin, account)
    account.row.name = accounts.shown_name(name)
    session.add(account.row)


def disable(
    session: Session,
    admin: Administrator,
    account: Granted[AccountRow],
    at: datetime,
) -> None:
    """Close an account: it signs in no more, and its sessions end at once.

    Raises:
        Refused: one's own account, one that serves other owners too, or the
            last that administers.
    """
    reasons = list(outside_reasons(admin, account))
    if account.row.actor == admin.actor:
        message = "Vous ne pouvez pas désactiver votre propre compte."
        reasons.append(Refusal("own_account", message))
    reasons += _last_reasons(session, account, _administered(account.grants))
    if reasons:
        raise Refused(tuple(reasons))
    account.row.disabled_at = account.row.disabled_at or at
    session.add(account.row)
    end_sessions(session, account.row)


def enable(
    session: Session, admin: Administrator, account: Granted[AccountRow]
) -> None:
    """Open an account again, with the roles and the password that it had.

    Raises:
        Refused: it serves other owners too.
    """
    must_be_within(admin, account)
    account.row.disabled_at = None
    session.add(account.row)


def reset_password(
    session: Session,
    admin: Administrator,
    account: Granted[AccountRow],
    password_hash: str,
) -> None:
    """Replace a forgotten password; the account's sessions end.

    Raises:
        Refused: one's own account, or one that serves other owners too: a new
            password would open what is theirs.
    """
    reasons = list(outside_reasons(admin, account))
    if account.row.actor == admin.actor:
        message = "Changez votre propre mot de passe dans « Mon compte »."
        reasons.append(Refusal("own_account", message))
    if reasons:
        raise Refused(tuple(reasons))
    account.row.password_hash = password_hash
    session.add(account.row)
    end_sessions(session, account.row)


def change_password(
    session: Session, actor: str, password_hash: str, kept_secret: str
) -> None:
    """Replace one's own password; other sessions than the one in use end."""
    row = session.exec(select(AccountRow).where(AccountRow.actor == actor)).one()
    row.password_hash = password_hash
    session.add(row)
    end_sessions(session, row, but=kept_secret)


def end_sessions(session: Session, account: AccountRow, but: str = "") -> None:
    """Sign an account out of every browser, but the one of a secret."""
    session.execute(
        delete(SESSIONS).where(
            SESSIONS.c.account_id == account.id, SESSIONS.c.key != key_of(but)
        )
    )


def _administered(grants: Collection[Grant]) -> set[int | None]:
    return {grant.owner_id for grant in grants if grant.role is Role.ADMIN}


def _lost_administration(
    session: Session,
    admin: Administrator,
    account: Granted[AccountRow],
    lost: set[int | None],
) -> Iterator[Refusal]:
    if account.row.actor == admin.actor:
        message = (
            "Vous ne pouvez pas vous retirer vous-même l'administration : "
            "demandez-le à une autre personne qui administre."
        )
        yield Refusal("own_account", message, "role")
    yield from _last_reasons(session, account, lost)


def _last_reasons(
    session: Session, account: Granted[AccountRow], lost: set[int | None]
) -> Iterator[Refusal]:
    """Refuse to leave all owners, or one of them, without anybody to administer."""
    if account.row.disabled_at is not None or not lost:
        return
    # All of them are locked, on PostgreSQL, until the end of the transaction: two
    # who take each other's role away at the same time must not both succeed.
    administering = session.exec(
        select(GrantRow.actor, GrantRow.owner_id)
        .join(AccountRow, col(AccountRow.actor) == GrantRow.actor)
        .where(
            GrantRow.role == Role.ADMIN.value,
            col(AccountRow.disabled_at).is_(None),
        )
        .order_by(col(GrantRow.id))
        .with_for_update()
    )
    left = {owner for actor, owner in administering if actor != account.row.actor}
    # Who administers all owners administers each.
    if None not in left and lost - left:
        message = (
            "Il doit rester au moins un compte qui administre. "
            "Donnez d'abord ce rôle à une autre personne."
        )
        yield Refusal("last_admin", message, "role")
