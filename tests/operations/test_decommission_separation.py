"""Whatever people do, in whatever order, nobody decides of what they proposed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.command import Actor
from parc.domain.events import live
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.operations.bulk import Wish, act_on
from parc.storage.database import reading
from parc.storage.decommission_tables import DecommissionLineRow, DecommissionListRow
from parc.storage.journal import history
from tests.factories import ALICE, BOB, LENS, TODAY
from tests.operations.counting import device, laptops, owner_id
from tests.operations.reforming import Reforming, reforming_of

EVERYTHING = frozenset({Role.FLEET_LEAD, Role.COMMUNE_MANAGER, Role.SIGNATORY})
PEOPLE = tuple(Actor(one.id, EVERYTHING) for one in (ALICE, BOB))
DEVICES = 2
_WHAT = (
    *("propose", "alone", "decide", "pronounce") * 3,
    *("withdraw", "take back", "reinstate"),
)
STEPS = st.tuples(
    st.sampled_from(_WHAT),
    st.integers(0, len(PEOPLE) - 1),
    st.lists(st.integers(0, DEVICES - 1), min_size=1, max_size=DEVICES, unique=True),
)
_ALONE = {
    "alone": (Action.PROPOSE_DECOMMISSION, {"reason": "Usé"}),
    "take back": (Action.WITHDRAW_PROPOSAL, {}),
    "pronounce": (
        Action.DECOMMISSION,
        {"act_number": "DEL-2026-1", "act_on": TODAY.isoformat()},
    ),
    "reinstate": (Action.REINSTATE, {"reason": "Besoin"}),
}


@pytest.fixture
def reforming(parc: Engine, tmp_path: Path) -> Reforming:
    """Seat Alice."""
    return reforming_of(parc, tmp_path)


@given(steps=st.lists(STEPS, min_size=6, max_size=14))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nobody_ever_decides_of_what_they_proposed(
    parc: Engine, reforming: Reforming, steps: list[tuple[str, int, list[int]]]
) -> None:
    tags = laptops(parc, DEVICES)
    keys: list[int] = []
    for what, who, which in steps:
        try:
            _do(reforming.by(PEOPLE[who]), what, [tags[n] for n in which], keys)
        except Refused:
            continue

    with reading(parc) as session:
        for tag in tags:
            events = history(session, device(parc, tag).id)
            proposer = ""
            for event in events:
                if event.action is Action.PROPOSE_DECOMMISSION:
                    proposer = event.actor
                elif event.action is Action.DECOMMISSION:
                    assert event.actor != proposer
            assert live(events)
        decided = session.exec(
            select(DecommissionListRow).where(
                col(DecommissionListRow.id).in_(keys),
                DecommissionListRow.stage == "decided",
            )
        ).all()
        assert all(row.decided_by != row.proposed_by for row in decided)
        waiting = session.exec(
            select(DecommissionLineRow.pending).where(
                col(DecommissionLineRow.pending).is_not(None)
            )
        ).all()
        assert len(waiting) == len(set(waiting))


def _do(desk: Reforming, what: str, tags: list[str], keys: list[int]) -> None:
    if what == "propose":
        key = desk.draft(*tags)
        keys.append(key)
        desk.propose(key)
    elif what in {"decide", "withdraw"}:
        if keys:
            key = keys[-len(tags) % len(keys)]
            desk.decide(key) if what == "decide" else desk.withdraw(key)
    else:
        action, details = _ALONE[what]
        wish = Wish(action, TODAY, {owner_id(desk.engine, LENS): details})
        act_on(desk.engine, desk.desk, tags, wish)
