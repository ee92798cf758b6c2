"""Where the stock holds what one is about to buy: reuse comes before any purchase."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.vocabulary import State
from parc.storage import stock
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from parc.web.device_filters import ListQuery

Link = tuple[str, int, str]
"""Who has it (empty: the owner itself), how many, the address of the list."""


def beside(
    session: Session, viewer: Viewer, owner_id: int, categories: Collection[str | None]
) -> Mapping[str, Sequence[Link]]:
    """Say where kinds of devices are in stock, the owner's own first."""
    counts = stock.in_stock(session, viewer, {key for key in categories if key})
    owners = {one.id: one for one in owners_seen(session, viewer)}
    return {
        category: [
            (
                "" if key == owner_id else owners[key].name,
                number,
                stock_address(category, owners[key]),
            )
            for key, number in sorted(
                by_owner.items(), key=lambda item: (item[0] != owner_id, item[0])
            )
            if key in owners
        ]
        for category, by_owner in counts.items()
    }


def stock_address(category: str, owner: OwnerRow) -> str:
    """Give the address of the list of what an owner has in stock of a kind."""
    states = (State.IN_STOCK.value,)
    return ListQuery(state=states, category=category, owner=owner.siret).address()
