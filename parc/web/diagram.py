"""The lifecycle as a drawing, made from the table that decides.

Only the places of the states are chosen here; which arrows there are, and
their numbers, come from `TRANSITIONS`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parc.domain.transition import Transition
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    GONE,
    LOST,
    Action,
    State,
)

COLUMN, ROW = 164, 84
BOX_WIDTH, BOX_HEIGHT = 152, 40
MARGIN = 16
CROWD = 8
FAR = 3.0
"""Actions from more than CROWD states, and arrows longer than FAR columns, are left
to the table: they would hide the rest."""

PLACES: Mapping[State, tuple[float, float]] = {
    State.ORDERED: (0, 0),
    State.IN_STOCK: (0, 1.6),
    State.ON_LOAN: (1.25, 0),
    State.IN_REPAIR: (1.3, 1.6),
    State.IN_SERVICE: (1.3, 3.2),
    State.TO_QUALIFY: (2.5, 0.8),
    State.DECOMMISSION_PROPOSED: (2.5, 2.4),
    State.MISSING: (3.1, 0),
    State.STOLEN: (4.05, 0.5),
    State.DECOMMISSIONED: (3.75, 2.4),
    State.READY: (5.3, 0),
    State.RECONDITIONING: (4.6, 1.35),
    State.OFFERED: (6.5, 0),
    State.RESERVED: (6.5, 1.2),
    State.HANDED_OVER: (6.5, 2.4),
    State.REUSE_PROVED: (7.7, 2.4),
    State.TO_RECYCLE: (5.2, 3.6),
    State.DISMANTLED: (3.9, 4.8),
    State.IN_WASTE_LOT: (6.4, 3.9),
    State.WASTE_COLLECTED: (7.7, 4.8),
    State.RECYCLED: (7.7, 3.6),
}
"""Column and row of each state's box."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box: its middle, and the group whose colour it takes."""

    state: State
    group: str
    x: float
    y: float

    @property
    def left(self) -> float:
        """Where its box begins."""
        return self.x - BOX_WIDTH / 2

    @property
    def top(self) -> float:
        """Where its box begins, downwards."""
        return self.y - BOX_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two boxes; `numbers` are those of the table's rows."""

    path: str
    numbers: str
    title: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything the template draws."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    box_width: float = BOX_WIDTH
    box_height: float = BOX_HEIGHT


def numbered() -> dict[Action, int]:
    """Number the actions in the order of the table."""
    return {action: number for number, action in enumerate(TRANSITIONS, start=1)}


def diagram() -> Diagram:
    """Draw every state, and every arrow that stays readable."""
    nodes = {state: _node(state) for state in State}
    edges = [
        _edge(nodes[source], nodes[target], actions)
        for (source, target), actions in _arrows().items()
    ]
    return Diagram(
        width=max(node.x for node in nodes.values()) + BOX_WIDTH / 2 + MARGIN,
        height=max(node.y for node in nodes.values()) + BOX_HEIGHT / 2 + MARGIN,
        nodes=tuple(nodes.values()),
        edges=tuple(edges),
    )


def left_out() -> list[Action]:
    """List the actions that change the state and are not drawn, or not wholly."""
    drawn = {
        (action, *pair) for pair, actions in _arrows().items() for action in actions
    }
    return [
        t.action
        for t in TRANSITIONS.values()
        if any(
            (t.action, s, target) not in drawn
            for s in t.sources
            for target in t.targets
        )
    ]


def _arrows() -> dict[tuple[State, State], list[Action]]:
    arrows: defaultdict[tuple[State, State], list[Action]] = defaultdict(list)
    for transition in TRANSITIONS.values():
        for pair in _pairs(transition):
            arrows[pair].append(transition.action)
    return arrows


def _pairs(transition: Transition) -> Iterator[tuple[State, State]]:
    if len(transition.sources) > CROWD:
        return
    for source in State:
        if source in transition.sources:
            for target in transition.targets:
                if abs(PLACES[source][0] - PLACES[target][0]) <= FAR:
                    yield source, target


def _node(state: State) -> Node:
    column, row = PLACES[state]
    return Node(
        state,
        _group(state),
        MARGIN + BOX_WIDTH / 2 + column * COLUMN,
        MARGIN + BOX_HEIGHT / 2 + row * ROW,
    )


def _group(state: State) -> str:
    groups = {
        "decommissioned": DECOMMISSIONED_AND_HELD,
        "gone": GONE,
        "lost": LOST,
    }
    return next((name for name, states in groups.items() if state in states), "in_use")


def _edge(source: Node, target: Node, actions: list[Action]) -> Edge:
    """Bend an arrow to its right, so that the way back does not cover it."""
    dx, dy = target.x - source.x, target.y - source.y
    length = (dx * dx + dy * dy) ** 0.5
    bend = 12 + length * 0.05
    middle = (
        (source.x + target.x) / 2 - dy / length * bend,
        (source.y + target.y) / 2 + dx / length * bend,
    )
    start, end = _border(source, *middle, gap=0), _border(target, *middle, gap=7)
    numbers = numbered()
    labels = ", ".join(action.label for action in actions)
    return Edge(
        path=f"M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} "
        f"{end[0]:.1f} {end[1]:.1f}",
        numbers=", ".join(str(numbers[action]) for action in actions),
        title=f"{source.state.label} → {target.state.label} : {labels}",
        x=round((start[0] + 2 * middle[0] + end[0]) / 4, 1),
        y=round((start[1] + 2 * middle[1] + end[1]) / 4, 1),
    )


def _border(node: Node, x: float, y: float, *, gap: float) -> tuple[float, float]:
    """Find where the line from a box's middle towards a point leaves the box."""
    dx, dy = x - node.x, y - node.y
    half_width, half_height = BOX_WIDTH / 2 + gap, BOX_HEIGHT / 2 + gap
    scale = min(
        half_width / abs(dx) if dx else float("inf"),
        half_height / abs(dy) if dy else float("inf"),
    )
    return node.x + dx * scale, node.y + dy * scale
