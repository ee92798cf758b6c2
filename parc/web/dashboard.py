"""The first page: what waits for somebody, where devices stand, the year's rate."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from parc.domain.vocabulary import GONE, State
from parc.storage.device_list import Filters, Need, count
from parc.storage.devices import counts_by_state
from parc.web import rendering
from parc.web.deps import CurrentViewer, ReadSession, Today
from parc.web.device_filters import ListQuery

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: how many devices, and the list that shows them."""

    label: str
    number: str
    address: str


@router.get("/")
def show_dashboard(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
) -> Response:
    """Show the dashboard of the owners that the viewer may see."""
    counts = counts_by_state(session, viewer)
    asked = [
        (
            "Réformes à signer",
            Filters(states=(State.DECOMMISSION_PROPOSED,)),
            ListQuery(state=(State.DECOMMISSION_PROPOSED.value,)),
        ),
        *(
            (need.label, Filters(need=need), ListQuery(need=need.value))
            for need in Need
        ),
    ]
    tasks = []
    for label, filters, query in asked if counts else []:
        found, exact = count(session, viewer, filters, today)
        if found:
            number = (
                rendering.number(found)
                if exact
                else f"{rendering.number(found)}\u00a0+"
            )
            tasks.append(Task(label, number, query.address()))
    return rendering.page(
        request,
        "dashboard/dashboard.html",
        tasks=tasks,
        counts=_shares(counts),
        held=sum(n for state, n in counts.items() if state not in GONE),
        total=sum(counts.values()),
    )


def _shares(counts: dict[State, int]) -> Sequence[tuple[State, int, str]]:
    """Give each state with its number and the address of its list."""
    return [
        (state, number, ListQuery(state=(state.value,)).address())
        for state, number in counts.items()
    ]
