"""Owners, people's accounts and API tokens: who may do what, for whom."""

import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import count, product
from string import ascii_uppercase
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from parc.domain import siret as sirets
from parc.domain.access import Grant
from parc.domain.asset_tag import is_prefix, one_letter_apart
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal, Refused
from parc.domain.search import fold
from parc.domain.vocabulary import Role
from parc.storage.sessions import key_of
from parc.storage.tables import AccountRow, GrantRow, OwnerRow, TokenRow

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 256
_LONGEST_NAME = 200
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^\s@\x00-\x20<>,;]+@[^\s@\x00-\x20<>,;]+", re.ASCII)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SMALL_WORDS = frozenset(
    {"a", "au", "aux", "commune", "d", "de", "des", "du", "en", "et"}
    | {"l", "la", "le", "les", "lez", "sous", "sur", "ville"}
)
_LONGEST_PREFIX = 5

_hashing = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB: a burst of sign-ins must not take them all at once."""


class OwnerKind(Labelled):
    """What sort of public body an owner is."""

    EPCI = "epci", "Intercommunalité"
    COMMUNE = "commune", "Commune"
    PUBLIC_BODY = "public_body", "Autre organisme public"


def add_owner(
    session: Session, siret: str, name: str, kind: str, prefix: str | None = None
) -> OwnerRow:
    """Add a legal person; without `prefix`, a free one is drawn from its name.

    Raises:
        Refused: with every reason; nothing is added.
    """
    number, cleaned = sirets.normalise(siret), " ".join(name.split())
    wanted = prefix.strip().upper() if prefix else None
    taken = set(session.exec(select(OwnerRow.prefix)))
    reasons = [*_owner_reasons(session, number, cleaned, kind)]
    if wanted is not None and not is_prefix(wanted):
        message = "Préfixe d'étiquette attendu : 2 à 5 lettres sans accent."
        reasons.append(Refusal("invalid_prefix", message, "prefix"))
    if wanted in taken:
        message = f"Le préfixe {wanted} est déjà celui d'un autre propriétaire."
        reasons.append(Refusal("prefix_taken", message, "prefix"))
    for near in sorted(p for p in taken if wanted and one_letter_apart(p, wanted)):
        message = (
            f"Le préfixe {wanted} est à une lettre de {near}, déjà pris : une lettre "
            "perdue à la lecture désignerait le matériel d'un autre. Choisissez-en un "
            "autre."
        )
        reasons.append(Refusal("prefix_too_near", message, "prefix"))
    if reasons:
        raise Refused(tuple(reasons))
    row = OwnerRow(
        siret=number,
        name=cleaned,
        kind=kind,
        prefix=wanted or free_prefix(cleaned, taken),
    )
    session.add(row)
    session.flush()
    return row


def owners(session: Session) -> list[OwnerRow]:
    """List the legal persons by name."""
    return list(session.exec(select(OwnerRow).order_by(col(OwnerRow.name))))


def name_reasons(name: str) -> Iterator[Refusal]:
    """Say why a text is no name of a legal person."""
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        message = f"Raison sociale attendue : de 1 à {_LONGEST_NAME} caractères."
        yield Refusal("invalid_name", message, "name")


def kind_reasons(kind: str) -> Iterator[Refusal]:
    """Say why a text is no kind of legal person."""
    if kind not in set(OwnerKind):
        accepted = ", ".join(f"{k.value} ({k.label})" for k in OwnerKind)
        yield Refusal("invalid_kind", f"Nature attendue : {accepted}.", "kind")


def free_prefix(name: str, taken: Iterable[str]) -> str:
    """Draw a tag prefix from a name: its initials, or its first letters."""
    used = set(taken)

    def is_free(prefix: str) -> bool:
        return prefix not in used and not any(
            one_letter_apart(prefix, other) for other in used
        )

    words = [
        word
        for word in re.findall("[a-z]+", fold(name).replace("œ", "oe"))
        if word not in _SMALL_WORDS
    ]
    initials = "".join(word[0] for word in words)
    letters = words[0] if words else ""
    drawn = [initials[:_LONGEST_PREFIX], *(letters[:size] for size in range(2, 6))]
    for candidate in (text.upper() for text in drawn):
        if is_prefix(candidate) and is_free(candidate):
            return candidate
    for size in count(2):
        for combination in product(ascii_uppercase, repeat=size):
            if is_free(candidate := "".join(combination)):
                return candidate
    raise AssertionError


def add_account(  # noqa: PLR0917 - the order that the command line reads
    session: Session,
    email: str,
    roles: Iterable[Role],
    owner_sirets: Iterable[str],
    password: str,
    at: datetime,
    name: str | None = None,
) -> AccountRow:
    """Add a person who signs in; no owner named means every owner.

    Raises:
        Refused: with every reason; nothing is added.
    """
    granted = set(roles)
    owner_ids, unknown = _grant_reasons(session, granted, owner_sirets)
    grants = {Grant(role, owner_id) for role in granted for owner_id in owner_ids}
    reasons = (
        *email_reasons(session, email),
        *password_reasons(password),
        *unknown,
    )
    address = normalised_email(email)
    if address is None or reasons:
        raise Refused(reasons)
    hashed = hash_password(password)
    return insert_account(session, address, grants, hashed, at, name)


def insert_account(  # noqa: PLR0917 - the order of `add_account`
    session: Session,
    email: str,
    grants: Iterable[Grant],
    password_hash: str,
    at: datetime,
    name: str | None = None,
) -> AccountRow:
    """Write an account whose parts were all found right, its address folded."""
    row = AccountRow(
        actor=_new_actor("U"),
        email=email,
        name=shown_name(name),
        password_hash=password_hash,
        created_at=at,
    )
    session.add(row)
    write_grants(session, row.actor, grants)
    return row


def add_token(
    session: Session,
    name: str,
    roles: Iterable[Role],
    owner_sirets: Iterable[str],
    at: datetime,
) -> str:
    """Add an API token and return its secret, which is stored nowhere.

    Raises:
        Refused: with every reason; nothing is added.
    """
    cleaned, granted = " ".join(name.split()), set(roles)
    owner_ids, reasons = _grant_reasons(session, granted, owner_sirets)
    reasons += token_name_reasons(cleaned)
    if reasons:
        raise Refused(tuple(reasons))
    grants = {Grant(role, owner_id) for role in granted for owner_id in owner_ids}
    return insert_token(session, cleaned, grants, at)


def insert_token(
    session: Session, name: str, grants: Iterable[Grant], at: datetime
) -> str:
    """Write a token whose parts were all found right; return its secret."""
    # A fixed beginning lets secret scanners recognise a token left in a file.
    secret = f"parc_{secrets.token_urlsafe(32)}"
    actor = _new_actor("T")
    session.add(TokenRow(key=key_of(secret), actor=actor, name=name, created_at=at))
    write_grants(session, actor, grants)
    return secret


def token_name_reasons(name: str) -> Iterator[Refusal]:
    """Say why a text does not name a token."""
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        message = f"Nom du jeton attendu : de 1 à {_LONGEST_NAME} caractères."
        yield Refusal("invalid_name", message, "name")


def write_grants(session: Session, actor: str, grants: Iterable[Grant]) -> None:
    """Add roles to an account or a token."""
    session.add_all(
        GrantRow(actor=actor, role=grant.role.value, owner_id=grant.owner_id)
        for grant in sorted(grants, key=lambda g: (g.role, g.owner_id or 0))
    )
    session.flush()


def email_reasons(session: Session, email: str) -> Iterator[Refusal]:
    """Say why an address cannot be that of a new account."""
    address = normalised_email(email)
    if address is None:
        message = f"Adresse électronique attendue, lu : {email[:80]}."
        yield Refusal("invalid_email", message, "email")
    elif session.exec(select(AccountRow.id).where(AccountRow.email == address)).first():
        message = f"Un compte existe déjà pour {address}."
        yield Refusal("email_taken", message, "email")


def password_reasons(password: str) -> Iterator[Refusal]:
    """Say why a password is refused: its length alone counts."""
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        message = (
            f"Mot de passe attendu : de {SHORTEST_PASSWORD} à {_LONGEST_PASSWORD} "
            "caractères."
        )
        yield Refusal("invalid_password", message, "password")


def new_password() -> str:
    """Draw a password to be shown once: 96 random bits."""
    return secrets.token_urlsafe(12)


def shown_name(text: str | None) -> str | None:
    """Keep what can be read of a person's name; None when nothing is left."""
    readable = "".join(c if c.isprintable() else " " for c in text or "")
    return " ".join(readable.split())[:_LONGEST_NAME] or None


def normalised_email(text: str) -> str | None:
    """Fold an e-mail address for comparison; None when it cannot be one."""
    address = text.strip().lower()
    if len(address) > _LONGEST_EMAIL or _EMAIL.fullmatch(address) is None:
        return None
    return address


def account_named(session: Session, email: str) -> AccountRow | None:
    """Find an account that may sign in."""
    address = normalised_email(email)
    if address is None:
        return None
    return session.exec(
        select(AccountRow).where(
            AccountRow.email == address, col(AccountRow.disabled_at).is_(None)
        )
    ).first()


def hash_password(password: str) -> str:
    """Hash a password with argon2id."""
    with _hashing:
        return _hasher().hash(password)


def is_password(account: AccountRow | None, password: str) -> bool:
    """Check a password; without an account, take the same time to say no."""
    from argon2.exceptions import VerificationError

    expected = account.password_hash if account else _nobodys_hash()
    if len(password) > _LONGEST_PASSWORD:
        return False
    try:
        with _hashing:
            _hasher().verify(expected, password)
    except VerificationError:
        return False
    return account is not None


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def _owner_reasons(
    session: Session, number: str, name: str, kind: str
) -> Iterable[Refusal]:
    if not sirets.is_siret(number):
        message = (
            "SIRET attendu : 14 chiffres dont les deux clés sont justes ; "
            f"lu : {number[:40]}."
        )
        yield Refusal("invalid_siret", message, "siret")
    elif session.exec(select(OwnerRow.id).where(OwnerRow.siret == number)).first():
        message = f"Le propriétaire {sirets.formatted(number)} existe déjà."
        yield Refusal("siret_taken", message, "siret")
    yield from name_reasons(name)
    yield from kind_reasons(kind)


def _grant_reasons(
    session: Session, roles: set[Role], owner_sirets: Iterable[str]
) -> tuple[list[int | None], list[Refusal]]:
    """Find the owners of grants; none named stands for all: a null owner."""
    reasons = []
    if not roles:
        reasons.append(Refusal("no_role", "Donnez au moins un rôle.", "roles"))
    ids: list[int | None] = []
    for number in dict.fromkeys(map(sirets.normalise, owner_sirets)):
        owner = session.exec(select(OwnerRow.id).where(OwnerRow.siret == number))
        if (found := owner.first()) is None:
            message = f"Propriétaire inconnu : {number[:40]}."
            reasons.append(Refusal("unknown_owner", message, "owner"))
        else:
            ids.append(found)
    return ids or [None], reasons


def _new_actor(kind: str) -> str:
    return f"{kind}-" + "".join(secrets.choice(_CROCKFORD) for _ in range(8))
