"""The filters of a list of devices, as addresses carry them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from parc import resources
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import State
from parc.storage.device_list import Filters, Need, Sort
from parc.storage.tables import OwnerRow

_LONGEST_NUMBER = 9
_LONGEST_QUERY = 2_000
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What an address asks, as typed: each value may be empty or wrong.

    `owner` is a SIRET; `sort` is a column, with `-` before it to go down.
    """

    q: str = ""
    tag: str = ""
    serial: str = ""
    state: tuple[str, ...] = ()
    owner: str = ""
    category: str = ""
    site: str = ""
    need: str = ""
    gone: str = ""
    sort: str = ""
    page: str = ""

    def address(self, path: str = "/devices", **changes: str) -> str:
        """Give the address of the same list with some values changed."""
        changed = replace(self, **{"page": "", **changes})  # type: ignore[arg-type]
        values = [
            (name, value)
            for name in self.__slots__
            for value in _several(getattr(changed, name))
            if value
        ]
        return f"{path}?{urlencode(values)}" if values else path

    @property
    def narrows(self) -> bool:
        """Tell whether a choice other than the words narrows or widens the list."""
        choices = (self.owner, self.category, self.site, self.gone)
        return bool(self.state) or any(choices)

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        narrowing = (self.q, self.owner, self.category, self.site, self.need)
        return bool(self.state) or any(narrowing)


def asked(
    *,
    q: Annotated[str, Query(max_length=_LONGEST_QUERY)] = "",
    state: Annotated[list[str] | None, Query()] = None,
    owner: str = "",
    category: str = "",
    site: str = "",
    need: str = "",
    gone: str = "",
    sort: str = "",
    page: str = "",
) -> ListQuery:
    """Gather what an address asks of a list."""
    states = tuple(value for value in state or () if value)
    return ListQuery(
        q=q.strip(),
        state=states,
        owner=owner,
        category=category,
        site=site,
        need=need,
        gone=gone,
        sort=sort,
        page=page,
    )


Asked = Annotated[ListQuery, Depends(asked)]


def filters_of(
    query: ListQuery, owners: Sequence[OwnerRow]
) -> tuple[Filters, list[Refusal]]:
    """Read an address's filters; what is not understood is left out, and told."""
    states = tuple(state for state in State if state.value in query.state)
    owner = next((o.id for o in owners if o.siret == query.owner), None)
    categories = resources.categories()
    category = query.category if query.category in categories else ""
    need = next((n for n in Need if n.value == query.need), None)
    column = query.sort.removeprefix("-")
    sort = next((s for s in Sort if s.value == column), None)
    filters = Filters(
        q=query.q,
        tag=query.tag,
        serial=query.serial,
        states=states,
        owner_id=owner,
        category=category,
        site_id=_number(query.site),
        need=need,
        gone=query.gone == "1",
        sort=sort or Sort.TAG,
        descending=query.sort.startswith("-"),
        page=_number(query.page) or 1,
    )
    understood = {
        "state": len(states) == len(set(query.state)),
        "owner": owner is not None,
        "category": bool(category),
        "site": filters.site_id is not None,
        "need": need is not None,
        "sort": sort is not None,
        "page": bool(_number(query.page)),
        "gone": query.gone in {"0", "1"},
    }
    refusals = [
        _unknown(name, ", ".join(_several(getattr(query, name))))
        for name, fine in understood.items()
        if getattr(query, name) and not fine
    ]
    return filters, refusals


def _unknown(name: str, value: str) -> Refusal:
    message = f"Filtre « {name} » : valeur inconnue « {value[:_SHOWN]} »."
    return Refusal("unknown_filter", message, name)


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
