"""What administrators see and change of the owners: name, manager, first day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from parc.domain import siret as sirets
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import GONE
from parc.storage import accounts
from parc.storage.administration import Administrator
from parc.storage.tables import DeviceRow, OwnerRow, SiteRow

EARLIEST = date(2000, 1, 1)
"""A first day before this one is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Owned:
    """An owner, its devices still in the parc, its sites."""

    row: OwnerRow
    devices: int
    sites: int


def owners_administered(session: Session, admin: Administrator) -> list[OwnerRow]:
    """List the owners that somebody administers, by name."""
    return [row for row in accounts.owners(session) if admin.covers(row.id)]


def owner_administered(
    session: Session, admin: Administrator, siret: str
) -> OwnerRow | None:
    """Find an owner that somebody administers; None: not theirs to know of."""
    row = session.exec(select(OwnerRow).where(OwnerRow.siret == siret)).first()
    return row if row is not None and admin.covers(row.id) else None


def with_counts(session: Session, rows: Iterable[OwnerRow]) -> list[Owned]:
    """Count the devices and the sites of owners."""
    devices = dict(
        session.exec(
            select(DeviceRow.owner_id, func.count())
            .where(
                col(DeviceRow.state).not_in(sorted(GONE)), col(DeviceRow.void).is_(None)
            )
            .group_by(col(DeviceRow.owner_id))
        ).all()
    )
    sites = dict(
        session.exec(
            select(SiteRow.owner_id, func.count()).group_by(col(SiteRow.owner_id))
        ).all()
    )
    return [Owned(row, devices.get(row.id, 0), sites.get(row.id, 0)) for row in rows]


def revise(
    session: Session, row: OwnerRow, *, name: str, kind: str, manager_siret: str
) -> None:
    """Change an owner's name, its kind and who operates its new devices.

    Its SIRET and its prefix are for ever: history and tags hold them. An empty
    `manager_siret` stands for the owner itself.

    Raises:
        Refused: with every reason; nothing is changed.
    """
    cleaned = " ".join(name.split())
    reasons = [*accounts.name_reasons(cleaned), *accounts.kind_reasons(kind)]
    manager = None
    number = sirets.normalise(manager_siret)
    if number and number != row.siret:
        manager = _id_of(session, number)
        if manager is None:
            message = f"Gestionnaire inconnu : {number[:40]}."
            reasons.append(Refusal("unknown_owner", message, "manager"))
    if reasons:
        raise Refused(tuple(reasons))
    row.name, row.kind, row.manager_id = cleaned, kind, manager
    session.add(row)


def set_first_day(session: Session, row: OwnerRow, text: str, today: date) -> None:
    """Change an owner's first day in parc, from which papers are asked for (D11).

    Empty, it becomes again the day of the first import: only an owner without
    any device may be without one.

    Raises:
        Refused: with the reason; nothing is changed.
    """
    reasons = tuple(_first_day_reasons(session, row, text, today))
    if reasons:
        raise Refused(reasons)
    row.first_day = date.fromisoformat(text.strip()) if text.strip() else None
    session.add(row)


def _id_of(session: Session, siret: str) -> int | None:
    if not sirets.is_siret(siret):
        return None
    return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).first()


def _first_day_reasons(
    session: Session, row: OwnerRow, text: str, today: date
) -> Iterator[Refusal]:
    if not text.strip():
        devices = select(DeviceRow.id).where(DeviceRow.owner_id == row.id).limit(1)
        if session.exec(devices).first() is not None:
            message = "Ce propriétaire a déjà des matériels : donnez une date."
            yield Refusal("missing_field", message, "first_day")
        return
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        message = "« Premier jour » : date attendue au format AAAA-MM-JJ."
        yield Refusal("invalid_field", message, "first_day")
        return
    if not EARLIEST <= day <= today:
        message = f"« Premier jour » : du {EARLIEST:%d/%m/%Y} à aujourd'hui."
        yield Refusal("invalid_field", message, "first_day")
