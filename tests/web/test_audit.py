"""The audit page: who changed what, of one's own owners only, page by page."""

import csv
import html

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action, Role, State
from parc.storage.database import writing
from parc.storage.tables import GrantRow
from tests.factories import ALICE, BOB, LENS, LOOS, a_command
from tests.htmx import Element, parsed
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import DAY, reach
from tests.web.test_device_page import text_of, words
from tests.web.test_notes import transferred


def lines(client: TestClient, address: str = "/audit") -> list[Element]:
    """Give the lines of the page's table."""
    answer = client.get(address)
    assert answer.status_code == 200
    root = parsed(answer.text)
    return [e for e in root.walk() if e.name == "tr"][1:]


def table(client: TestClient, address: str = "/audit.csv") -> list[dict[str, str]]:
    """Read the file."""
    text = client.get(address).content.decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def links(line: Element) -> list[str]:
    """Give the addresses that a line leads to."""
    return [e.attributes["href"] for e in line.walk() if e.name == "a"]


def test_a_line_says_who_did_what_to_which_device_and_when(
    bob: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.SEND_TO_REPAIR, DAY, reason="Écran noir"))

    last, first = lines(bob)
    assert text_of(last) == (
        f"02/03/2026 à 13:00 alice {tag} Envoyer en réparation 02/03/2026 "
        "Panne constatée : Écran noir"
    )
    assert "Enregistrer" in text_of(first)
    assert f"/devices/{tag}" in links(last)


def test_who_neither_leads_nor_checks_is_refused_with_the_roles(
    bob: TestClient, engine: Engine
) -> None:
    assert bob.get("/audit").status_code == 200
    with writing(engine) as session:
        leads = GrantRow.role == Role.FLEET_LEAD.value
        for grant in session.exec(
            select(GrantRow).where(GrantRow.actor == BOB.id, leads)
        ):
            session.delete(grant)

    for address in ("/audit", "/audit.csv"):
        answer = bob.get(address)
        assert answer.status_code == 403
        assert "réservé aux rôles" in words(answer.text)


def test_each_filter_keeps_what_it_says(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.ASSIGN, DAY, recorded=DAY))
    moved = DAY.replace(day=5)
    record(tag, a_command(Action.MOVE, moved, recorded=moved, comment="x"))
    record(tag, a_command(Action.ANNUL, moved, recorded=moved, by=BOB, reason="Non"))

    def found(query: str) -> list[str]:
        return [row["Action"] for row in table(alice, f"/audit.csv?{query}")]

    assert found("") == [
        "Annuler le dernier événement",
        "Déplacer",
        "Affecter",
        "Enregistrer",
    ]
    assert found(f"actor={BOB.id}") == ["Annuler le dernier événement"]
    assert found("action=assign") == ["Affecter"]
    assert found("since=2026-03-02&until=2026-03-02") == ["Affecter"]
    assert found("until=2026-03-01") == ["Enregistrer"]
    assert found(f"actor={ALICE.id}&since=2026-03-03") == ["Déplacer"]
    for query in ("", f"actor={BOB.id}", "action=assign", "since=2026-03-03"):
        assert len(lines(alice, f"/audit?{query}")) == len(found(query))


def test_pages_follow_one_another_without_a_gap(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tags = {make_device(serial=f"SN{n:04d}") for n in range(120)}
    seen: list[str] = []
    address = "/audit?action=register"
    while address:
        root = parsed(alice.get(address).text)
        seen += [
            text_of(e)
            for e in root.walk()
            if e.name == "a" and e.attributes.get("class") == "tag"
        ]
        following = [e for e in root.walk() if e.attributes.get("rel") == "next"]
        address = html.unescape(following[0].attributes["href"]) if following else ""
        assert not address or "action=register" in address

    assert len(seen) == 120
    assert set(seen) == tags
    assert len(table(alice)) == 120


@pytest.mark.parametrize("query", ["", f"?owner={LENS}", f"?actor={ALICE.id}"])
def test_another_owners_events_are_never_seen(
    charlie: TestClient, make_device: MakeDevice, query: str
) -> None:
    theirs = make_device()
    own = make_device(owner=LOOS, serial="S2")

    for address in (f"/audit{query}", f"/audit.csv{query}"):
        page = charlie.get(address).text
        assert theirs not in page
        assert own in page
    # Nor who works there: Bob signs for Lens only.
    assert BOB.id not in charlie.get("/audit").text


def test_a_given_device_shows_its_hand_over_and_no_link_to_the_giver(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = reach(make_device, record, State.DECOMMISSIONED)
    transferred(record, tag)

    last = lines(alice)[0]
    assert "Remettre" in text_of(last)
    assert "à un autre propriétaire désormais" in text_of(last)
    assert f"/devices/{tag}" not in links(last)
    (received,) = lines(charlie)
    assert f"/devices/{tag}" in links(received)


@pytest.mark.parametrize(
    "query",
    [
        "action=explode",
        "since=hier",
        "since=0001-01-01",
        "until=9999-12-31",
        "before=x",
        "before=" + "9" * 30,
        "owner=1",
    ],
)
def test_a_filter_that_is_not_understood_is_told_and_left_out(
    alice: TestClient, make_device: MakeDevice, query: str
) -> None:
    make_device()
    answer = alice.get(f"/audit?{query}")

    assert answer.status_code == 200
    assert "valeur inconnue" in words(answer.text)
    assert len(lines(alice, f"/audit?{query}")) == 1


def test_a_formula_in_a_comment_stays_text_in_the_file(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.ASSIGN, DAY, comment="=1+1\nfin"))

    said = table(alice)[0]["Ce qui a été dit"]
    assert "Commentaire : =1+1" in said
    assert not said.startswith("=")
