"""The first page: what waits for somebody, the year's rate, where devices stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.maintenance import LONG
from parc.domain.vocabulary import HELD, Role, State
from parc.operations import year_rates
from parc.operations.importing import IMPORTERS
from parc.storage import decommissions, purchases, repair_orders, slips
from parc.storage.device_list import Filters, Need, count
from parc.storage.devices import counts_by_state, owners_seen
from parc.web import rendering
from parc.web.dashboard_rates import year_view
from parc.web.deps import CurrentViewer, EngineDep, ReadSession, Today
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
    *,
    request: Request,
    session: ReadSession,
    engine: EngineDep,
    viewer: CurrentViewer,
    today: Today,
    rates: str = "",
) -> Response:
    """Show the dashboard of the owners that the viewer may see.

    The rates come at once when they are at hand, or soon computed. Else the page
    comes without them and asks again with `rates`: as a fragment, or as a whole
    page for who follows the link.
    """
    known = year_rates.rates_at_hand(engine, today)
    if known is None and rates:
        known = year_rates.year_rates(engine, today)
    owners = owners_seen(session, viewer)
    year = year_view(today.year, owners, known)
    if rates and rendering.is_htmx(request):
        return rendering.fragment(request, "dashboard/_rates.html", year=year)
    counts = counts_by_state(session, viewer)
    return rendering.page(
        request,
        "dashboard/dashboard.html",
        tasks=_tasks(session, viewer, today) if counts else [],
        year=year,
        owners=owners,
        may_settle=viewer.holds(Role.ADMIN),
        may_import=viewer.holds(*IMPORTERS),
        may_register=viewer.holds(Role.TECHNICIAN),
        counts=_shares(counts),
        held=sum(n for state, n in counts.items() if state in HELD),
        total=sum(counts.values()),
    )


def _tasks(session: Session, viewer: Viewer, today: Today) -> list[Task]:
    """List what waits for somebody, nothing of what waits for nobody."""
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
    for label, filters, query in asked:
        found, exact = count(session, viewer, filters, today)
        if found:
            more = "" if exact else "\u00a0+"
            tasks.append(
                Task(label, f"{rendering.number(found)}{more}", query.address())
            )
    if orders := purchases.count_awaited(session, viewer):
        number = rendering.number(orders)
        tasks.append(Task("Commandes à recevoir", number, "/purchases?awaited=1"))
    if waiting := slips.drafts_count(session, viewer):
        number = rendering.number(waiting)
        tasks.append(Task("Bons à faire signer", number, "/slips?stage=draft"))
    if lists := decommissions.count_to_decide(session, viewer):
        number = rendering.number(lists)
        address = "/decommissions?stage=proposed"
        tasks.append(Task("Réformes à décider", number, address))
    if long := repair_orders.count_long(session, viewer, today):
        told = f"Réparations de plus de {LONG.days} jours"
        tasks.append(Task(told, rendering.number(long), "/repairs"))
    return tasks


def _shares(counts: dict[State, int]) -> Sequence[tuple[State, int, str]]:
    """Give each state with its number and the address of its list."""
    return [
        (state, number, ListQuery(state=(state.value,)).address())
        for state, number in counts.items()
    ]
