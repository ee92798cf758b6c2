"""The fleet in figures: drawings that say nothing more than their tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response

from parc import resources
from parc.domain.siret import normalise
from parc.storage.devices import owners_seen
from parc.storage.fleet import Fleet, fleet
from parc.web import rendering
from parc.web.deps import CurrentViewer, ReadSession, Today
from parc.web.device_filters import ListQuery
from parc.web.errors import NotFoundError

router = APIRouter()

OLDEST = 12
"""Ages from this one on, in years, are one bar."""

HORIZON = 6
"""Years shown of what reaches the age limit."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a table and its bar: `width` in percent of the longest."""

    label: str
    count: int
    width: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its table: what each row is, and what is counted."""

    id: str
    title: str
    about: str
    head: str
    bars: Sequence[Bar]


@router.get("/fleet")
def show_fleet(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    owner: str = "",
) -> Response:
    """Show the fleet by age, state and category, and what reaches the age limit.

    Raises:
        NotFoundError: an owner whose devices the viewer may not see.
    """
    owners = owners_seen(session, viewer)
    chosen = next((o for o in owners if o.siret == normalise(owner)), None)
    if owner and chosen is None:
        raise NotFoundError
    limit = resources.law()["reuse_age_limit"].in_force(today).value
    years = limit if isinstance(limit, int) else 10
    counted = fleet(session, viewer, today, years, chosen.id if chosen else None)
    return rendering.page(
        request,
        "fleet/fleet.html",
        charts=charts(counted, today, years, owner),
        total=counted.total,
        owners=owners,
        owner=chosen,
    )


def charts(counted: Fleet, today: date, limit: int, owner: str) -> list[Chart]:
    """Lay the counts out."""
    categories = resources.categories()
    plurals = {
        key: categories[key].plural if key in categories else key
        for key in counted.by_category
    }
    by_size = sorted(counted.by_category.items(), key=lambda item: (-item[1], item[0]))
    ahead = range(today.year, today.year + HORIZON)
    return [
        Chart(
            "age",
            "Pyramide des âges",
            "Années depuis l'acquisition, matériels présents.",
            "Âge",
            _bars(_ages(counted.by_year, today.year)),
        ),
        Chart(
            "limit",
            f"Passage des {limit} ans",
            f"Matériels non réformés, par année où ils dépassent {limit} ans : "
            "réformés ensuite, ils ne comptent plus dans le taux de réemploi.",
            "Année",
            _bars(
                (f"{year}" if year > today.year else f"{year} ou avant", n, "")
                for year, n in ((year, counted.reaching.get(year, 0)) for year in ahead)
            ),
        ),
        Chart(
            "state",
            "États",
            "Matériels présents, par étape de leur vie.",
            "État",
            _bars(
                (s.label, n, ListQuery(state=(s.value,), owner=owner).address())
                for s, n in counted.by_state.items()
            ),
        ),
        Chart(
            "category",
            "Catégories",
            "Matériels présents, les plus nombreux d'abord.",
            "Catégorie",
            _bars(
                (plurals[key], n, ListQuery(category=key, owner=owner).address())
                for key, n in by_size
            ),
        ),
    ]


def _ages(by_year: Mapping[int | None, int], now: int) -> list[tuple[str, int, str]]:
    ages = dict.fromkeys(range(OLDEST + 1), 0)
    for year, count in by_year.items():
        if year is not None:
            ages[min(max(now - year, 0), OLDEST)] += count
    rows = [(_age(age), count, "") for age, count in ages.items()]
    unknown = by_year.get(None, 0)
    return [*rows, ("Inconnu", unknown, "")] if unknown else rows


def _age(age: int) -> str:
    if age == OLDEST:
        return f"{OLDEST} ans et plus"
    return {0: "Moins d'un an", 1: "1 an"}.get(age, f"{age} ans")


def _bars(rows: Iterable[tuple[str, int, str]]) -> list[Bar]:
    listed = list(rows)
    longest = max((count for _, count, _ in listed), default=0) or 1
    return [
        Bar(label, count, round(100 * count / longest, 2), address)
        for label, count, address in listed
    ]
