"""Gather the rules a decision about one owner's device depends on."""

from datetime import date

from sqlmodel import Session, col, select

from parc import resources
from parc.domain.command import Rules
from parc.storage.tables import OwnerRow


def rules_for(session: Session, owner: OwnerRow, today: date) -> Rules:
    """Bring together law, categories, owners of this parc and the owner's first day.

    An owner without a first day yet begins today (decision D11).
    """
    return Rules(
        law=resources.law(),
        categories=resources.categories(),
        owners=dict(
            session.exec(
                select(OwnerRow.siret, OwnerRow.name).order_by(col(OwnerRow.name))
            ).all()
        ),
        first_day=owner.first_day or today,
        today=today,
    )
