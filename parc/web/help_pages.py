"""Help for users: what parc is, who does what, the lifecycle; accessibility."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from parc.domain.transition import Transition
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Role, State
from parc.web import rendering
from parc.web.deps import Visitor
from parc.web.diagram import diagram, left_out, numbered

router = APIRouter(include_in_schema=False)

ROLE_HELP = {
    Role.ADMIN: "ouvre les comptes et les jetons, voit tout, ne décide de rien",
    Role.FLEET_LEAD: "propose ou annule une réforme, corrige, suit les enlèvements",
    Role.TECHNICIAN: "enregistre, affecte, répare, efface et prépare le matériel",
    Role.COMMUNE_MANAGER: "propose la réforme, signale une perte ou un vol",
    Role.REUSE_OFFICER: "propose au réemploi, réserve, remet et prouve",
    Role.SIGNATORY: "prononce la réforme qu'une autre personne a proposée",
    Role.PARTNER: "reçoit du matériel (association, école, entreprise)",
    Role.AUDITOR: "lit tout, n'écrit rien",
    Role.AGENT: "jeton des outils qui inventorient les postes",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One action of the lifecycle, in words."""

    number: int
    label: str
    sources: str
    targets: str
    roles: str
    conditions: tuple[str, ...]


@router.get("/aide")
def show_help(request: Request, visitor: Visitor) -> HTMLResponse:  # noqa: ARG001 - the layout shows who it is
    """Show the help page; anybody may read it."""
    return rendering.page(
        request,
        "help_pages/help.html",
        rows=rows(),
        drawing=diagram(),
        left_out=[action.label for action in left_out()],
        roles=[(role.label, text) for role, text in ROLE_HELP.items()],
    )


@router.get("/aide/telephone")
def show_telephone_help(request: Request, visitor: Visitor) -> HTMLResponse:  # noqa: ARG001 - the layout shows who it is
    """Show how to scan with a telephone, without a network, and how to set up TLS."""
    return rendering.page(request, "help_pages/telephone.html")


@router.get("/accessibilite")
def show_accessibility(request: Request, visitor: Visitor) -> HTMLResponse:  # noqa: ARG001 - same
    """Show the accessibility statement; anybody may read it."""
    return rendering.page(request, "help_pages/accessibility.html")


@cache
def rows() -> tuple[Row, ...]:
    """Put the whole lifecycle table into words."""
    numbers = numbered()
    return tuple(_row(numbers[t.action], t) for t in TRANSITIONS.values())


def _row(number: int, transition: Transition) -> Row:
    return Row(
        number=number,
        label=transition.action.label,
        sources=states_in_words(transition.sources),
        targets=" ou ".join(t.label for t in transition.targets) or "état inchangé",
        roles=roles_in_words(transition.roles),
        conditions=tuple(guard.label for guard in transition.guards),
    )


def roles_in_words(roles: Iterable[Role]) -> str:
    """List roles in their usual order."""
    held = frozenset(roles)
    return ", ".join(role.label for role in Role if role in held)


def states_in_words(states: Iterable[State]) -> str:
    """List states, or those left out when they are fewer."""
    inside = frozenset(states)
    if not inside:
        return "—"
    outside = [state.label for state in State if state not in inside]
    if not outside:
        return "tout état"
    if len(outside) < len(inside):
        return f"tout état sauf {', '.join(outside)}"
    return ", ".join(state.label for state in State if state in inside)
