"""The help page says what the lifecycle table says, and nothing else."""

import html
import re

import pytest
from starlette.testclient import TestClient

from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Role, State
from parc.web import diagram
from parc.web.help_pages import ROLE_HELP, rows, states_in_words
from tests.htmx import parsed


def test_every_action_is_in_the_table_with_its_conditions(
    anonymous: TestClient,
) -> None:
    page = html.unescape(anonymous.get("/aide").text)

    for transition in TRANSITIONS.values():
        assert transition.action.label in page
        assert all(guard.label in page for guard in transition.guards)
        assert all(role.label in page for role in transition.roles)
    assert len(rows()) == len(TRANSITIONS)


def test_every_state_has_its_place_and_none_covers_another() -> None:
    nodes = diagram.diagram().nodes

    assert {node.state for node in nodes} == set(State)
    for number, node in enumerate(nodes):
        for other in nodes[number + 1 :]:
            apart = (
                abs(node.x - other.x) >= diagram.BOX_WIDTH
                or abs(node.y - other.y) >= diagram.BOX_HEIGHT
            )
            assert apart, f"{node.state} covers {other.state}"


def test_every_arrow_is_drawn_or_named_as_left_out() -> None:
    drawn = {
        int(number)
        for edge in diagram.diagram().edges
        for number in edge.numbers.split(", ")
    }
    numbers = diagram.numbered()
    left_out = {numbers[action] for action in diagram.left_out()}

    moving = {
        numbers[t.action] for t in TRANSITIONS.values() if t.sources and t.targets
    }
    assert drawn | left_out == moving


def test_every_arrow_ends_inside_the_drawing() -> None:
    drawing = diagram.diagram()

    for edge in drawing.edges:
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d", edge.path)]
        assert all(0 <= x <= drawing.width for x in numbers[::2]), edge.title
        assert all(-10 <= y <= drawing.height + 10 for y in numbers[1::2]), edge.title


def test_every_role_is_explained() -> None:
    assert set(ROLE_HELP) == set(Role)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (frozenset[State](), "—"),
        (frozenset(State), "tout état"),
        (frozenset({State.READY, State.ORDERED}), "Commandé, Prêt au réemploi"),
        (frozenset(State) - {State.ORDERED}, "tout état sauf Commandé"),
    ],
)
def test_many_states_are_named_by_those_left_out(
    states: frozenset[State], words: str
) -> None:
    assert states_in_words(states) == words


def test_the_pages_are_well_formed(anonymous: TestClient) -> None:
    for address in ("/aide", "/accessibilite", "/sign-in", "/nowhere"):
        assert parsed(anonymous.get(address).text).by_id("contenu") is not None


def test_the_accessibility_page_claims_no_audit(anonymous: TestClient) -> None:
    page = anonymous.get("/accessibilite").text

    assert "non conforme" in page
    assert "aucun audit" in page
