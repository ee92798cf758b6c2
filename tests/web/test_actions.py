"""Every action of the lifecycle through a device's page: done, or refused whole."""

import html
import re

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select
from starlette.testclient import TestClient

from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, State
from parc.storage.database import reading
from parc.storage.tables import DeviceRow, EventRow
from tests.factories import BOB, LOOS
from tests.htmx import HEADERS, assert_same, swapped
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import AFTERWARDS, DAY, DETAILS, PATHS, PDF, actor_of, reach

STATES = [*PATHS, *AFTERWARDS]
OUT_AND_BACK = {Action.DISCARD, Action.MERGE, Action.RESTORE, Action.SPLIT}
"""What takes a device out of the inventory has its own tests."""

LEGAL = [
    (action, state)
    for action, row in TRANSITIONS.items()
    for state in STATES
    if state in row.sources and action not in OUT_AND_BACK
]
FILES = {Action.SETTLE_MEDIUM, Action.FILE_EVIDENCE}


def state_of(engine: Engine, tag: str) -> State:
    """Read a device's state from its row."""
    with reading(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        return State(row.state)


def events(engine: Engine) -> int:
    """Count all events."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def before_annulment(state: State) -> State:
    """Tell what annulling the latest event of `reach` goes back to."""
    path = AFTERWARDS.get(state, ())
    if not path:
        return state  # the latest event filed a paper
    if len(path) == 1:
        return State.DECOMMISSIONED
    return next(s for s, steps in AFTERWARDS.items() if steps == path[:-1])


def test_every_state_can_be_reached_by_these_tests() -> None:
    assert set(STATES) == set(State)


@pytest.mark.parametrize(
    ("action", "state"), LEGAL, ids=[f"{a.value}-{s.value}" for a, s in LEGAL]
)
def test_an_action_from_a_legal_state_is_recorded(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    bob: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    record: Record,
    action: Action,
    state: State,
) -> None:
    tag = reach(make_device, record, state)
    who = bob if actor_of(action) is BOB else alice
    files = {"document": ("proof.pdf", PDF)} if action in FILES else None

    answer = who.post(
        f"/devices/{tag}/{action.value}",
        data={"effective_on": DAY.isoformat(), **DETAILS.get(action, {})},
        files=files,
    )

    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)
    assert answer.headers["location"] == f"/devices/{tag}"
    after = state_of(engine, tag)
    if action is Action.ANNUL:
        assert after is before_annulment(state)
    else:
        assert after in (TRANSITIONS[action].targets or (state,))
    assert action.label in html.unescape(who.get(f"/devices/{tag}").text)


@pytest.mark.parametrize("state", STATES)
def test_an_action_from_an_illegal_state_is_refused_whole(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    bob: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    record: Record,
    state: State,
) -> None:
    tag = reach(make_device, record, state)
    before = events(engine)
    for action, row in TRANSITIONS.items():
        if state in row.sources or action is Action.REGISTER:
            continue
        who = bob if actor_of(action) is BOB else alice

        answer = who.post(
            f"/devices/{tag}/{action.value}",
            data={"effective_on": DAY.isoformat(), **DETAILS.get(action, {})},
            headers=HEADERS,
        )

        assert answer.status_code == 409, action
        assert f"« {action.label} » n'est pas possible" in answer.text.replace(
            "&#39;", "'"
        )
    assert events(engine) == before
    assert state_of(engine, tag) is state


def test_all_reasons_are_shown_and_what_was_typed_is_kept(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    answer = alice.post(
        f"/devices/{tag}/lend",
        data={"effective_on": "2027-01-01", "comment": "Pour l'école", "due_on": "x"},
    )

    assert answer.status_code == 422
    assert "La date d&#39;effet est dans le futur." in answer.text
    assert "date attendue au format AAAA-MM-JJ" in answer.text
    assert "Pour l&#39;école" in answer.text
    assert '<details id="action-lend" open>' in answer.text


def test_an_action_of_another_role_is_403_and_writes_nothing(
    bob: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    before = events(engine)

    answer = bob.post(f"/devices/{tag}/assign", data={"effective_on": "2026-11-24"})

    assert answer.status_code == 403
    assert "réservé au rôle" in answer.text
    assert events(engine) == before


@pytest.mark.parametrize("action", ["register", "explode", "REGISTER"])
def test_what_is_no_action_is_404(
    alice: TestClient, make_device: MakeDevice, action: str
) -> None:
    tag = make_device()

    assert alice.post(f"/devices/{tag}/{action}").status_code == 404


def test_the_fragment_shows_what_a_reload_shows(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    page = alice.get(f"/devices/{tag}").text

    answer = alice.post(
        f"/devices/{tag}/assign",
        data={
            "effective_on": DAY.isoformat(),
            "holder": "Service accueil",
            "site_new": "Mairie",
        },
        headers=HEADERS,
    )

    assert answer.status_code == 200
    assert "En service" in answer.text
    after = swapped(page, answer.text, target="device")
    assert_same(after, alice.get(f"/devices/{tag}").text)


def test_a_refused_fragment_replaces_the_same_place(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    page = alice.get(f"/devices/{tag}").text

    answer = alice.post(f"/devices/{tag}/decommission", headers=HEADERS)

    assert answer.status_code in {403, 409}
    after = swapped(page, answer.text, target="device")
    assert after.by_id("device") is not None


def test_a_name_typed_in_a_form_is_never_in_the_journal(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    alice.post(
        f"/devices/{tag}/assign",
        data={"effective_on": DAY.isoformat(), "holder": "Hélène Dupont"},
    )

    assert "Hélène Dupont" in alice.get(f"/devices/{tag}").text
    with reading(engine) as session:
        written = " ".join(session.exec(select(EventRow.details)))
    assert "Dupont" not in written
    assert re.search(r'"holder":"P-[0-9A-Z]{8}"', written)


def test_correcting_the_record_keeps_only_what_changed(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    same = {
        "maker": "Dell",
        "model": "Latitude 5420",
        "estimated_value_cents": "120,00",
    }

    nothing = alice.post(
        f"/devices/{tag}/describe", data={"effective_on": "2026-11-24", **same}
    )
    answer = alice.post(
        f"/devices/{tag}/describe",
        data={"effective_on": "2026-11-24", **same, "model": "Latitude 5430"},
    )

    assert nothing.status_code == 409
    assert "Rien n&#39;a été modifié" in nothing.text
    assert answer.status_code == 303
    with reading(engine) as session:
        last = session.exec(
            select(EventRow.details).order_by(col(EventRow.id).desc())
        ).first()
    assert last == '{"model":"Latitude 5430"}'
    assert "Latitude 5420 → Latitude 5430" in re.sub(
        r"\s+", " ", alice.get(f"/devices/{tag}").text
    )


def test_another_owner_s_site_is_unknown(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    theirs = make_device(LOOS)
    charlie.post(
        f"/devices/{theirs}/move",
        data={"effective_on": "2026-11-24", "site_new": "Atelier"},
    )
    ours = make_device()

    answer = alice.post(
        f"/devices/{ours}/move", data={"effective_on": "2026-11-24", "site": "1"}
    )

    assert answer.status_code == 422
    assert "pas connu de ce propriétaire" in answer.text
