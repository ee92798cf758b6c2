"""Gather the rules a decision about one owner's device depends on."""

from datetime import date

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from parc import resources
from parc.domain.command import Rules
from parc.storage.tables import OwnerRow

_OWNERS = select_columns(
    col(OwnerRow.id), col(OwnerRow.siret), col(OwnerRow.name), col(OwnerRow.first_day)
).order_by(col(OwnerRow.name))


def rules_for(session: Session, owner: OwnerRow, today: date) -> Rules:
    """Bring together law, categories, owners of this parc and the owner's first day.

    An owner without a first day yet begins today (decision D11).
    """
    names = session.exec(
        select(OwnerRow.siret, OwnerRow.name).order_by(col(OwnerRow.name))
    )
    return _rules(dict(names.all()), owner.first_day, today)


def rules_of_all(session: Session, today: date) -> dict[str, tuple[int, Rules]]:
    """Gather the row id and the rules of every owner of this parc, by its SIRET."""
    rows = session.execute(_OWNERS).all()
    names = {siret: name for _, siret, name, _ in rows}
    return {
        siret: (key, _rules(names, first_day, today))
        for key, siret, _, first_day in rows
    }


def _rules(names: dict[str, str], first_day: date | None, today: date) -> Rules:
    return Rules(
        law=resources.law(),
        categories=resources.categories(),
        owners=names,
        first_day=first_day or today,
        today=today,
    )
