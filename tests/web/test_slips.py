"""Slips through the browser, without a script: made, corrected, signed, printed."""

import re
from datetime import date

from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage.database import reading
from parc.storage.slip_tables import SlipAccessoryRow, SlipRow
from parc.storage.tables import DeviceRow, PersonRow
from tests.factories import a_command
from tests.web.conftest import MakeDevice, Record
from tests.web.test_bulk import words

ON = "2026-11-24"
INK = "10,100 200,50 300,120"
PDF = b"%PDF-1.7\n" + b"x" * 100


def drafted(client: TestClient, kind: str, *tags: str, **said: str) -> str:
    """Draft a slip; give its address."""
    form = {"kind": kind, "effective_on": ON, "codes": "\n".join(tags), **said}
    answer = client.post("/slips", data=form)
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def signed(client: TestClient, address: str, **said: str) -> str:
    """Sign a slip on the screen; give its page."""
    form = {"seen": seen(client, address), "signature": INK, **said}
    answer = client.post(f"{address}/sign", data=form)
    assert answer.status_code == 303, words(answer)
    return words(client.get(address))


def seen(client: TestClient, address: str) -> str:
    """Give the checksum that a page signs."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(address).text)
    assert found
    return found[1]


def device(engine: Engine, tag: str) -> DeviceRow:
    """Give a device."""
    with reading(engine) as session:
        return session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()


def person(engine: Engine, name: str) -> str:
    """Give somebody's opaque id."""
    with reading(engine) as session:
        return session.exec(select(PersonRow.id).where(PersonRow.name == name)).one()


def test_a_slip_is_made_completed_signed_and_printed(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    address = drafted(alice, "assignment", one, "S2", name="Hélène Dupont")
    first, second = device(engine, one).id, device(engine, two).id
    answer = alice.post(
        address,
        data={
            "effective_on": ON,
            "comment": "Au bureau 12",
            f"acc-{first}": ["charger", "bag"],
            f"note-{second}": "Rayure",
        },
    )
    assert answer.status_code == 303
    assert device(engine, one).state == "in_stock"

    page = signed(alice, address)

    assert device(engine, one).holder == person(engine, "Hélène Dupont")
    for told in ("R-2026-0001", "Signé", "Chargeur, Sacoche", "Rayure", "Au bureau 12"):
        assert told in page
    assert '<polyline points="10,100 200,50 300,120"' in alice.get(address).text
    paper = alice.get(f"{address}.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert "R-2026-0001.pdf" in paper.headers["content-disposition"]
    assert alice.get(f"{address}.pdf").content == paper.content
    with reading(engine) as session:
        kinds = session.exec(select(SlipAccessoryRow.kind)).all()
    assert set(kinds) == {"charger", "bag"}
    assert "R-2026-0001" in words(alice.get("/slips"))
    assert "R-2026-0001 du 24/11/2026, signé" in words(alice.get(f"/devices/{one}"))


def test_without_a_script_the_paper_is_signed_and_joined(
    alice: TestClient, make_device: MakeDevice
) -> None:
    address = drafted(alice, "loan", make_device(), name="Accueil", due_on="2026-12-01")
    form = {"seen": seen(alice, address), "how": "paper"}
    missing = alice.post(f"{address}/sign", data=form)
    assert missing.status_code == 422
    assert "choisissez le fichier" in words(missing)

    answer = alice.post(
        f"{address}/sign", data=form, files={"scan": ("bon-dupont.pdf", PDF)}
    )

    assert answer.status_code == 303
    page = alice.get(address).text
    found = re.search(r"/documents/[0-9a-f]{64}", page)
    assert found
    kept = alice.get(found[0])
    assert kept.content == PDF
    assert "dupont" not in kept.headers["content-disposition"]


def test_rows_ticked_in_the_list_of_devices_are_on_the_slip(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, other = make_device(serial="S1"), make_device(serial="S2")
    listing = alice.get("/devices").text
    assert 'formaction="/slips/new"' in listing

    page = alice.post("/slips/new", data={"filter": "", "tag": [tag, other]})

    assert "2 matériels choisis" in words(page)
    carried = re.search(r'<textarea name="list" hidden>([^<]*)<', page.text)
    assert carried
    address = drafted(alice, "assignment", name="Bob", list=carried[1])
    assert tag in alice.get(address).text
    assert other in alice.get(address).text


def test_a_device_that_refuses_is_named_before_and_after_and_taken_off(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    address = drafted(alice, "loan", one, two, name="Bob", due_on="2026-12-01")
    record(two, a_command(Action.SEND_TO_REPAIR, reason="Écran"))
    page = words(alice.get(address))
    assert "Ce qui empêche de signer" in page

    form = {"seen": seen(alice, address), "signature": INK}
    answer = alice.post(f"{address}/sign", data=form)

    assert answer.status_code == 409
    assert f"{two} : « Prêter » n'est pas possible" in words(answer)
    assert device(engine, one).state == "in_stock"
    dropped = {f"drop-{device(engine, two).id}": "1", "due_on": "2026-12-01"}
    alice.post(address, data={"effective_on": ON, **dropped})
    assert "Signé" in signed(alice, address)
    assert device(engine, one).state == "on_loan"


def test_what_is_typed_wrong_is_shown_again_with_what_was_right(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    for form, told in (
        ({"codes": tag, "name": "Bob"}, "Sorte de bon"),
        ({"kind": "loan", "codes": tag, "name": "Bob"}, "À rendre le"),
        ({"kind": "assignment", "codes": tag}, "Personne ou service"),
        ({"kind": "assignment", "codes": "RIEN-1", "name": "Bob"}, "RIEN-1"),
        ({"kind": "assignment", "codes": tag, "name": "B", "site": "x"}, "Site"),
    ):
        answer = alice.post("/slips", data={"effective_on": ON, **form})
        assert answer.status_code in {409, 422}, form
        assert told in words(answer)
    with reading(engine) as session:
        assert session.exec(select(SlipRow)).all() == []
        assert session.exec(select(PersonRow)).all() == []
    address = drafted(alice, "assignment", tag, name="Bob")
    key = device(engine, tag).id
    form = {"effective_on": ON, "codes": "RIEN-2", f"acc-{key}": "dock"}
    page = alice.post(address, data=form)
    assert "RIEN-2" in page.text
    box = re.search(r'value="dock"[^>]*checked', page.text)
    assert box


def test_a_return_finds_its_person_and_says_what_is_missing(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    address = drafted(alice, "assignment", tag, name="Hélène")
    key = device(engine, tag).id
    alice.post(address, data={"effective_on": ON, f"acc-{key}": ["charger", "mouse"]})
    signed(alice, address)

    back = drafted(alice, "return", tag)
    assert alice.get(back).text.count("checked") == 2
    assert "manquant" not in words(alice.get(back))
    alice.post(
        back,
        data={"effective_on": ON, f"acc-{key}": "charger", f"target-{key}": "in_stock"},
    )
    page = signed(alice, back)

    assert "Manquant : Souris" in page
    assert "Rendu : Chargeur" in page
    assert device(engine, tag).state == "in_stock"
    told = words(alice.get(f"/people/{person(engine, 'Hélène')}"))
    assert "Accessoires qui ne sont pas revenus" in told


def test_a_cancelled_slip_keeps_its_number_and_says_why(
    alice: TestClient, make_device: MakeDevice
) -> None:
    address = drafted(alice, "assignment", make_device(), name="Bob")
    assert alice.post(f"{address}/cancel").status_code == 422
    alice.post(f"{address}/cancel", data={"reason": "Fait deux fois."})

    assert "Fait deux fois." in words(alice.get(address))
    answer = alice.post(f"{address}/cancel", data={"reason": "Encore"})
    assert answer.status_code == 409
    assert "Annulé" in words(alice.get("/slips?stage=cancelled"))
    assert "Aucun bon" in words(alice.get("/slips?kind=loan"))


def test_a_slip_is_found_by_its_number_and_leads_to_its_return(
    alice: TestClient, make_device: MakeDevice
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    signed(alice, drafted(alice, "assignment", one, name="Bob"))
    address = drafted(alice, "loan", two, name="Zoé", due_on="2026-12-01")
    signed(alice, address)

    assert "Zoé" in words(alice.get("/slips?q=p2026-1"))
    assert "Bob" not in words(alice.get("/slips?q=P-2026-0001"))
    for nothing in ("P-2026-0002", "R-2026-0001-9", "Bob"):
        assert "Aucun bon ne répond" in words(alice.get(f"/slips?q={nothing}"))
    page = alice.get(address).text
    found = re.search(
        r'name="list" hidden>([^<]*)<.*?name="person" value="([^"]*)"', page, re.DOTALL
    )
    assert found
    assert found[1] == two
    back = drafted(alice, "return", list=found[1], person=found[2])
    assert "Zoé" in words(alice.get(back))


def test_the_loans_are_listed_with_their_delay(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    late, tag = make_device(serial="S1"), make_device(serial="S2")
    for one, due in ((late, "2026-11-20"), (tag, "2026-12-20")):
        command = a_command(Action.LEND, date(2026, 11, 1), due_on=due)
        record(one, command)

    page = words(alice.get("/slips/loans"))
    only = words(alice.get("/slips/loans?late=1"))

    assert page.index(late) < page.index(tag)
    assert "En retard" in page
    assert late in only
    assert tag not in only
    rows = alice.get("/slips/loans.csv").text.splitlines()
    assert [row.split(";")[0] for row in rows[1:]] == [late, tag]
    assert rows[1].endswith(";2026-11-20;4;0")
    assert alice.get("/slips/loans.xlsx?late=1").content.startswith(b"PK")
    assert alice.get("/slips/loans.exe").status_code == 404


def test_the_dashboard_says_what_waits_for_a_signature(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    drafted(alice, "assignment", make_device(), name="Bob")

    assert "Bons à faire signer" in words(alice.get("/"))
    assert "Bons à faire signer" not in words(charlie.get("/"))


def test_no_name_is_in_what_is_frozen(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    signed(alice, drafted(alice, "assignment", make_device(), name="Hélène Dupont"))

    with reading(engine) as session:
        row = session.exec(select(SlipRow)).one()
    assert row.frozen is not None
    assert "Dupont" not in row.frozen
