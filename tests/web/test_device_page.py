"""The page of a device: what may be done, what waits and why, what happened."""

import re
from html import unescape

from starlette.testclient import TestClient

from parc.domain.vocabulary import Action, State
from tests.factories import DOCUMENT, a_command
from tests.htmx import HEADERS, Element, parsed
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import DAY, DETAILS, actor_of, reach

LATER = DAY.replace(day=5)


def words(html: str) -> str:
    """Give the words of a page, without its tags and its line breaks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def text_of(element: Element) -> str:
    """Give the words inside an element."""
    return " ".join(
        child for e in element.walk() for child in e.children if isinstance(child, str)
    )


def in_section(page: str, title_id: str) -> Element:
    """Give the section that a heading names."""
    return next(
        e
        for e in parsed(page).walk()
        if e.attributes.get("aria-labelledby") == title_id
    )


def cells_of_a_row(page: str) -> int:
    """Count the cells beside the title of the last row of a page's table."""
    row = [e for e in parsed(page).walk() if e.name == "tr"][-1]
    return sum(e.name == "td" for e in row.walk())


def being_reconditioned(make_device: MakeDevice, record: Record) -> str:
    """Give a laptop in reconditioning whose disk and tests wait."""
    tag = make_device()
    record(tag, a_command(Action.PROPOSE_DECOMMISSION, DAY, reason="Obsolète"))
    signed = DETAILS[Action.DECOMMISSION]
    signer = actor_of(Action.DECOMMISSION)
    record(tag, a_command(Action.DECOMMISSION, DAY, signed, by=signer))
    record(tag, a_command(Action.RECONDITION, DAY))
    return tag


def test_what_waits_says_why_and_leads_to_what_helps(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = being_reconditioned(make_device, record)
    waiting = in_section(alice.get(f"/devices/{tag}").text, "blocked-title")
    links = {e.attributes["href"] for e in waiting.walk() if e.name == "a"}

    assert "La fiche de tests manque" in text_of(waiting)
    assert "ni effacé et vérifié, ni détruit" in text_of(waiting)
    assert links == {"#form-file_evidence", "#form-settle_medium"}


def test_a_remedy_leads_to_a_form_of_the_page(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    root = parsed(
        alice.get(f"/devices/{being_reconditioned(make_device, record)}").text
    )
    targets = [
        e.attributes["href"][1:]
        for e in root.walk()
        if e.attributes.get("href", "").startswith("#form-")
    ]

    assert targets
    assert all(root.by_id(target) is not None for target in targets)


def test_who_cannot_do_it_is_told_the_role_and_offered_no_remedy(
    auditor: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = being_reconditioned(make_device, record)
    page = auditor.get(f"/devices/{tag}").text
    blocked = in_section(page, "blocked-title")

    assert "Déclarer prêt au réemploi Rôle" in text_of(blocked)
    assert "La fiche de tests manque" in text_of(blocked)
    assert "#form-" not in page
    assert "Aucune action ne vous est ouverte" in page


def test_an_action_of_another_step_says_from_where_it_starts(
    alice: TestClient, make_device: MakeDevice
) -> None:
    page = alice.get(f"/devices/{make_device()}").text

    assert "Constater le réemploi Depuis : Remis." in words(page)


def test_a_screen_has_no_storage_to_speak_of(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    laptop = make_device(serial="S1")

    assert "Supports de stockage" in alice.get(f"/devices/{laptop}").text
    # Registered by hand: the laptop of these tests always has a disk.
    answer = alice.post(
        "/devices/new",
        data={
            "category": "monitor",
            "target": "in_stock",
            "effective_on": "2026-11-24",
            "serial": "S2",
        },
    )
    screen = alice.get(answer.headers["location"]).text
    assert "Supports de stockage" not in screen


def test_a_choice_that_says_nothing_is_not_shown(
    alice: TestClient, make_device: MakeDevice
) -> None:
    silent = make_device(serial="S1", condition="unknown", security="none")
    telling = make_device(serial="S2", condition="new", maker="unknown")

    facts = text_of(in_section(alice.get(f"/devices/{silent}").text, "facts-title"))
    assert "État à l'achat" not in facts
    assert "Mention de sécurité" not in facts
    facts = text_of(in_section(alice.get(f"/devices/{telling}").text, "facts-title"))
    assert "État à l'achat Neuf" in facts
    assert "Marque unknown" in facts


def test_the_first_field_to_correct_takes_the_focus(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    answer = alice.post(
        f"/devices/{tag}/lend",
        data={"effective_on": "2026-11-24", "due_on": "x"},
        headers=HEADERS,
    )
    focused = [e for e in parsed(answer.text).walk() if "autofocus" in e.attributes]

    assert [e.attributes["id"] for e in focused] == ["lend-f-due_on"]
    assert focused[0].attributes["aria-invalid"] == "true"
    assert "required" in focused[0].attributes


def test_a_refusal_of_no_field_takes_the_focus_itself(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    data = {"effective_on": "2026-11-24", "holder": "Accueil", "version": "99"}
    answer = alice.post(f"/devices/{tag}/move", data=data, headers=HEADERS)
    focused = [e for e in parsed(answer.text).walk() if "autofocus" in e.attributes]

    assert answer.status_code == 409
    assert [e.attributes["role"] for e in focused] == ["alert"]


def test_what_is_recorded_takes_the_focus_to_its_notice(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    data = {"effective_on": "2026-11-24", "holder": "Accueil"}
    answer = alice.post(f"/devices/{tag}/move", data=data, headers=HEADERS)
    focused = [e for e in parsed(answer.text).walk() if "autofocus" in e.attributes]

    assert [text_of(e) for e in focused] == ["« Déplacer » : c'est enregistré."]
    page = alice.get(f"/devices/{tag}").text
    assert "autofocus" not in page


def test_history_says_the_hour_and_the_day_of_typing_if_another(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.ASSIGN, DAY, recorded=DAY))
    record(tag, a_command(Action.RETURN, DAY, DETAILS[Action.RETURN], recorded=LATER))

    told = words(alice.get(f"/devices/{tag}").text)
    assert "Le 02/03/2026 · enregistré à 13:00 par" in told
    assert "Le 02/03/2026 · enregistré le 05/03/2026 à 13:00 par" in told


def test_a_filed_paper_opens_from_the_history(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = reach(make_device, record, State.HANDED_OVER)
    history = in_section(alice.get(f"/devices/{tag}").text, "history-title")
    papers = [e for e in history.walk() if e.name == "a"]

    assert papers
    assert {e.attributes["href"] for e in papers} == {f"/documents/{DOCUMENT}"}
    assert {text_of(e) for e in papers} == {"ouvrir"}


def test_an_annulled_event_says_so_in_words(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.ASSIGN, DAY))
    record(tag, a_command(Action.ANNUL, DAY, reason="Erreur"))
    history = in_section(alice.get(f"/devices/{tag}").text, "history-title")
    annulled = [e for e in history.walk() if e.attributes.get("class") == "annulled"]

    assert len(annulled) == 1
    assert "Affecter" in text_of(annulled[0])
    assert "Annulé" in text_of(annulled[0])


def test_a_day_whose_knowledge_has_not_changed_is_shown_once(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    once = alice.get(f"/devices/{tag}?on=2026-03-01").text
    record(tag, a_command(Action.ASSIGN, DAY, recorded=LATER))
    twice = alice.get(f"/devices/{tag}?on={DAY.isoformat()}").text

    assert "Tel que connu" not in once
    assert cells_of_a_row(once) == 1
    assert "Tel que connu ce jour-là" in twice
    assert "Différent" in twice
    assert cells_of_a_row(twice) == 2
