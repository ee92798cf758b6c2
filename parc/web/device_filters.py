"""The filters of a list of devices, as addresses carry them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Query

from parc import resources
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import State
from parc.operations.device_export import FIELDS
from parc.storage.device_list import Filters, Need, Sort
from parc.storage.tables import OwnerRow

_LONGEST_NUMBER = 9
_LONGEST_QUERY = 2_000
_LONGEST_ADDRESS = 20_000
_MOST_PAIRS = 100
_SHOWN = 40
VOID = "void"
"""Instead of what has left or not: what was discarded or merged."""

ALL = "0"
"""The view that is none: every device, whatever view one's list opens with."""

COLUMNS = {field.key: field for field in FIELDS if field.key != "tag"}
"""What may be chosen to be shown beside the tag, which always is."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What an address asks, as typed: each value may be empty or wrong.

    `owner` is a SIRET; `sort` is a column, with `-` before it to go down; `cols`
    are the columns to show, `view` the saved view that this list is.
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
    cols: tuple[str, ...] = ()
    view: str = ""
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
    def pairs(self) -> list[tuple[str, str]]:
        """List names and values as a form carries them, the page left out."""
        return [
            (name, value)
            for name in self.__slots__
            if name != "page"
            for value in _several(getattr(self, name))
            if value
        ]

    @property
    def text(self) -> str:
        """Write what is asked as an address says it, without page nor view."""
        return urlencode([pair for pair in self.pairs if pair[0] != "view"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns chosen that exist, in their usual order."""
        return tuple(key for key in COLUMNS if key in self.cols)

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
    cols: Annotated[list[str] | None, Query()] = None,
    view: str = "",
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
        cols=_listed(cols or ()),
        view=view,
        page=page,
    )


def read(text: str) -> ListQuery:
    """Read what `ListQuery.text` wrote; what it does not know is left out."""
    try:
        given = parse_qs(text[:_LONGEST_ADDRESS], max_num_fields=_MOST_PAIRS)
    except ValueError:
        return ListQuery()
    single = {
        name: given[name][0].strip()
        for name in ListQuery.__slots__
        if name in given and name not in {"state", "cols", "page"}
    }
    single["q"] = single.get("q", "")[:_LONGEST_QUERY]
    return ListQuery(
        **single,
        state=tuple(given.get("state", ())),
        cols=_listed(given.get("cols", ())),
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
        void=query.gone == VOID,
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
        "cols": len(query.columns) == len(set(query.cols)),
        "view": _number(query.view) is not None,
        "page": bool(_number(query.page)),
        "gone": query.gone in {"0", "1", VOID},
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


def _listed(values: Iterable[str]) -> tuple[str, ...]:
    """Read names given one by one or parted by commas."""
    names = (name.strip() for value in values for name in value.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
