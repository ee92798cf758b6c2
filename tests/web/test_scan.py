"""The bench without a script: one code and Enter, the answer on the same page."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.mode_card import cards
from parc.domain.place_tag import PlaceTag
from parc.domain.scan_keyboard import Keyboard, encode
from parc.domain.vocabulary import State
from parc.storage import people
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import LENS, LOOS
from tests.htmx import HEADERS
from tests.web.conftest import MakeDevice

RUN = "0123456789abcdef"
CARDS = {card.word: code for code, card in cards().items()}


def scan(client: TestClient, code: str, key: str = "", run: str = RUN) -> str:
    """Scan a code and follow to the page."""
    data = {"run": run, "code": code, "key": key}
    answer = client.post("/scan", data=data)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/scan?run={run}"
    return client.get(answer.headers["location"]).text


def arm(client: TestClient, action: str, **fields: str) -> None:
    """Arm an action on the screen."""
    answer = client.post("/scan/arm", data={"run": RUN, "action": action, **fields})
    assert answer.status_code == 303, answer.text


def heading(page: str) -> str:
    """Give the big word of the answer."""
    found = re.search(r'id="answer-title">([^<]*)<', page)
    return found[1] if found else ""


def state(engine: Engine, tag: str) -> State:
    """Give a device's state."""
    with reading(engine) as session:
        found = select(DeviceRow.state).where(DeviceRow.tag == tag)
        return State(session.exec(found).one())


def test_a_run_begins_in_pause_and_shows_the_device(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    page = scan(alice, tag)

    assert "EN PAUSE" in page
    assert heading(page) == "Trouvé"
    assert "Dell Latitude 5420" in page
    assert "640HP72" in page
    assert state(engine, tag) is State.IN_STOCK


def test_an_armed_action_is_done_and_tallied(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tags = [make_device(serial=f"S{n}") for n in range(2)]
    arm(alice, "assign")
    pages = [scan(alice, tag) for tag in tags]

    assert "ARMÉ" in pages[0]
    assert [heading(page) for page in pages] == ["Fait", "Fait"]
    assert {state(engine, tag) for tag in tags} == {State.IN_SERVICE}
    assert re.search(r"<dt>Fait</dt>\s*<dd>\s*2\s*</dd>", pages[1])


def test_a_card_arms_and_the_cancel_card_undoes(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "assign")
    scan(alice, tag)
    page = scan(alice, CARDS["RETOUR-TRI"])
    assert heading(page) == "Ordre"
    assert "Retourner : À qualifier" in page
    assert heading(scan(alice, tag)) == "Fait"
    assert state(engine, tag) is State.TO_QUALIFY

    assert heading(scan(alice, CARDS["ANNULER"])) == "Annulé"
    assert state(engine, tag) is State.IN_SERVICE


def test_a_place_is_kept_for_the_scans_that_follow(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    with writing(engine) as session:
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        site = people.site_id(session, lens, "Mairie annexe")
    scan(alice, str(PlaceTag(site)))
    scan(alice, CARDS["DEPLACER"])
    page = scan(alice, tag)

    assert heading(page) == "Fait"
    assert "Déplacer, Mairie annexe" in page


def test_the_wrong_keyboard_is_understood_and_named(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    page = scan(alice, encode(tag, Keyboard.FRENCH_CAPS))

    assert heading(page) == "Trouvé"
    assert "verrouillage majuscule" in page
    trial = scan(alice, encode(CARDS["ESSAI"], Keyboard.FRENCH))
    assert "réglez la douchette" in trial
    assert "le même clavier" in scan(alice, CARDS["ESSAI"])


def test_a_refusal_says_every_reason(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "return_from_repair", target="in_service")
    page = scan(alice, tag)

    assert heading(page) == "Refusé"
    assert "En stock" in page


def test_a_device_of_another_owner_is_unknown_and_not_named(
    charlie: TestClient, alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(LENS, model="Modèle secret")
    make_device(LOOS)
    page = scan(charlie, tag, run="fedcba9876543210")

    assert heading(page) == "Inconnu"
    assert "Modèle secret" not in page


def test_somebody_else_s_run_does_not_exist(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    scan(alice, make_device())

    assert charlie.get(f"/scan?run={RUN}").status_code == 404
    for address in ("/scan", "/scan/arm", "/scan/pause", "/scan/undo"):
        data = {"run": RUN, "code": "X", "action": "assign"}
        assert charlie.post(address, data=data).status_code == 404


@pytest.mark.parametrize("run", ["x", "0123456789ABCDEF", "../../etc", "0" * 17])
def test_a_made_up_run_is_refused(alice: TestClient, run: str) -> None:
    assert alice.get("/scan", params={"run": run}).status_code == 404
    assert alice.post("/scan", data={"run": run, "code": "X"}).status_code == 404


def test_the_same_form_sent_twice_counts_once(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "assign")
    for _ in range(2):
        page = scan(alice, tag, key="0123456789")

    assert re.search(r"<dt>Fait</dt>\s*<dd>\s*1\s*</dd>", page)
    assert heading(page) == "Fait"


@pytest.mark.parametrize("action", ["describe", "settle_medium", "nowhere", ""])
def test_an_action_that_is_not_for_the_bench_is_not_found(
    alice: TestClient, action: str
) -> None:
    data = {"run": RUN, "action": action}

    assert alice.post("/scan/arm", data=data).status_code == 404


def test_arming_asks_for_what_is_missing(alice: TestClient) -> None:
    answer = alice.post("/scan/arm", data={"run": RUN, "action": "lend"})

    assert answer.status_code == 422
    assert "« À rendre le » est à renseigner" in answer.text
    form = alice.get("/scan", params={"run": RUN, "action": "assign"}).text
    assert 'name="site"' in form
    assert 'name="holder"' not in form


def test_what_was_scanned_is_escaped(alice: TestClient) -> None:
    page = scan(alice, "<script>alert(1)</script>")

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_script_gets_the_board_alone(
    alice: TestClient, make_device: MakeDevice
) -> None:
    data = {"run": RUN, "code": make_device(), "key": "abcdefgh-1"}
    answer = alice.post("/scan", data=data, headers=HEADERS)

    assert answer.status_code == 200
    assert 'data-outcome="shown"' in answer.text
    assert "<html" not in answer.text


def test_cards_are_printed_with_their_bars(alice: TestClient) -> None:
    page = alice.get("/scan/cards").text

    assert all(code in page for code in cards())
    assert page.count("<svg viewBox") >= len(cards())


def test_who_does_nothing_to_devices_has_no_bench(auditor: TestClient) -> None:
    assert auditor.get("/scan").status_code == 403
    assert 'href="/scan"' not in auditor.get("/devices").text


def send_late(
    client: TestClient, code: str, key: str, **told: str
) -> tuple[str, str, str]:
    """Send a scan that waited on a telephone; give what the page is told of it."""
    data = {"run": RUN, "code": code, "key": key, **told}
    answer = client.post("/scan", data=data, headers=HEADERS)
    assert answer.status_code == 200
    found = {
        name: re.search(rf'data-{name}="([^"]*)"', answer.text)
        for name in ("key", "told", "reasons")
    }
    key_, outcome, reasons = (part[1] if part else "" for part in found.values())
    return key_, outcome, reasons


def test_a_scan_that_waited_is_answered_by_its_key(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "assign")

    first = send_late(alice, tag, "key-late-1", age="1200000", armed="assign")
    send_late(alice, "LL-000009-Z", "key-late-2", age="1200000", armed="assign")
    again = send_late(alice, tag, "key-late-1", age="1300000", armed="assign")

    assert first == ("key-late-1", "applied", "")
    assert again == first
    assert state(engine, tag) is State.IN_SERVICE


def test_a_scan_that_waited_under_another_action_is_a_conflict(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "return", target="to_qualify")

    _, outcome, reasons = send_late(
        alice, tag, "key-late-3", age="60000", armed="assign"
    )

    assert outcome == "conflict"
    assert "« Affecter »" in reasons.replace("\u00a0", " ")
    assert state(engine, tag) is State.IN_STOCK


@pytest.mark.parametrize("age", ["", "-1", "x", "٣", "9" * 40])
def test_no_age_is_too_strange(
    alice: TestClient, make_device: MakeDevice, age: str
) -> None:
    tag = make_device()

    _, outcome, _ = send_late(alice, tag, "key-strange", age=age, armed="nonsense")

    assert outcome in {"shown", "conflict"}
