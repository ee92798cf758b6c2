"""Rows to settle, one after the other: who may, what is shown, what is recorded."""

import html
import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Role
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, DeviceRow, GrantRow
from tests.factories import ALICE, BOB, LENS
from tests.web.conftest import signed_in

HEADING = "Étiquette;N° de série;UUID;Type;Marque;Modèle;Utilisateur\n"
UUID = "4c4c4544-0036-3410-8048-b6c04f485032"
KNOWN = (
    f"PC-17;640HP72;{UUID};PC portable;Dell;Latitude 5420;\n"
    "PC-18;77AB12;;PC portable;Dell;Latitude 5420;\n"
)
DISPUTED = (
    f"PC-18;;{UUID};PC portable;Dell;Latitude 7400;Hélène Dupont\n"
    f"PC-18;;{UUID};PC portable;Dell;Latitude 7420;\n"
)
HERE = "/imports/conflicts"


def sent(client: TestClient, rows: str) -> str:
    """Send a file; return where its preview is."""
    files = {"file": ("liste.csv", (HEADING + rows).encode())}
    answer = client.post("/imports", files=files)
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    return location


def applied(client: TestClient, rows: str) -> str:
    """Import a file; return where it is."""
    address = sent(client, rows)
    assert client.post(f"{address}/apply").status_code == 303
    return address


def text_of(client: TestClient, address: str) -> str:
    """Read a page as a person does."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    plain = html.unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", plain)


def queue(engine: Engine) -> list[ConflictRow]:
    """List the whole queue."""
    with reading(engine) as session:
        return list(session.exec(select(ConflictRow).order_by(col(ConflictRow.id))))


def device(engine: Engine, tag: str) -> DeviceRow:
    """Find a device."""
    with reading(engine) as session:
        return session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()


@pytest.fixture
def waiting(alice: TestClient, engine: Engine) -> list[ConflictRow]:
    """Import two devices, then two rows whose tag and UUID disagree."""
    applied(alice, KNOWN)
    applied(alice, DISPUTED.splitlines()[0] + "\n")
    applied(alice, DISPUTED.splitlines()[1] + "\n")
    rows = queue(engine)
    assert [row.state for row in rows] == ["open", "open"]
    return rows


def test_the_preview_says_how_many_will_wait_and_why(
    alice: TestClient, engine: Engine
) -> None:
    applied(alice, KNOWN)
    address = sent(alice, DISPUTED)

    page = text_of(alice, address)

    assert "À départager" in page
    assert "Ses identifiants désignent des matériels différents : 1" in page
    assert "Une autre ligne du fichier dit autre chose : 1" in page
    assert queue(engine) == []
    assert alice.post(f"{address}/apply").status_code == 303
    assert len(queue(engine)) == 2
    page = text_of(alice, address)
    assert "2 lignes attendent" in page
    assert f'href="{HERE}?import={address.rpartition("/")[2]}"' in page
    assert "Lignes à départager" in text_of(alice, "/imports")


def test_the_list_shows_what_waits_and_of_which_import(
    alice: TestClient, waiting: list[ConflictRow]
) -> None:
    page = text_of(alice, HERE)

    assert page.count("Ses identifiants désignent des matériels différents") == 2
    assert "PC-18, 4c4c4544-0036-3410-8048-b6c04f485032, Dell Latitude 7400" in page
    of_one = text_of(alice, f"{HERE}?import={waiting[0].import_id}")
    assert "Latitude 7400" in of_one
    assert "Latitude 7420" not in of_one
    assert "Aucune ligne" in text_of(alice, f"{HERE}?settled=1")


def test_the_row_stands_beside_each_device_with_what_differs(
    alice: TestClient, waiting: list[ConflictRow]
) -> None:
    page = text_of(alice, f"{HERE}/{waiting[0].id}")

    assert "L'étiquette est celle de PC-18, mais l'UUID est celui de PC-17." in page
    assert "Hélène Dupont" in page
    assert page.index("PC-18</a>") < page.index("PC-17</a>")
    two = waiting[0].candidates.strip("[]").split(", ")
    assert f'name="take-{two[0]}-model" value="1" checked' in page
    assert "Enregistrer, le" in page


def test_it_is_this_device_then_the_next_row_comes(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    key = device(engine, "PC-18").id
    answer = alice.post(
        f"{HERE}/{waiting[0].id}",
        data={
            "choice": f"same-{key}",
            f"version-{key}": "1",
            f"take-{key}-model": "1",
        },
    )

    assert answer.headers["location"] == f"{HERE}/{waiting[1].id}"
    assert device(engine, "PC-18").label == "Dell Latitude 7400"
    page = text_of(alice, answer.headers["location"])
    assert "c'est PC-18" in page
    assert "Revenir sur ce choix" in page
    assert "PC-18" in text_of(alice, f"{HERE}?settled=1")
    assert "« C'est un matériel connu »" in text_of(alice, f"{HERE}/{waiting[0].id}")


def test_a_fact_that_was_not_ticked_is_not_taken(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    key = device(engine, "PC-18").id
    alice.post(f"{HERE}/{waiting[0].id}", data={"choice": f"same-{key}"})

    assert device(engine, "PC-18").label == "Dell Latitude 5420"
    assert queue(engine)[0].state == "same"


def test_it_is_another_device_then_nothing_is_left(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    alice.post(f"{HERE}/{waiting[0].id}", data={"choice": "ignored", "reason": "Vendu"})
    answer = alice.post(f"{HERE}/{waiting[1].id}", data={"choice": "other"})

    assert answer.headers["location"] == HERE
    page = text_of(alice, HERE)
    assert "Il ne reste rien à départager" in page
    made = queue(engine)[1].device_id
    with reading(engine) as session:
        assert session.get_one(DeviceRow, made).label == "Dell Latitude 7420"


def test_the_next_row_is_one_of_the_same_import_when_one_was_chosen(
    alice: TestClient, waiting: list[ConflictRow]
) -> None:
    answer = alice.post(
        f"{HERE}/{waiting[0].id}?import={waiting[0].import_id}",
        data={"choice": "ignored", "reason": "Vendu"},
    )

    assert answer.headers["location"] == f"{HERE}?import={waiting[0].import_id}"


@pytest.mark.parametrize(
    ("form", "told", "status"),
    [
        ({}, "Choisissez", 422),
        ({"choice": "same-x"}, "Choisissez", 422),
        ({"choice": "same-999"}, "parmi ceux", 409),
        ({"choice": "same-" + "9" * 40}, "Choisissez", 422),
        ({"choice": "ignored"}, "Motif", 422),
    ],
)
def test_what_cannot_be_done_is_said_and_the_row_waits(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    engine: Engine,
    waiting: list[ConflictRow],
    form: dict[str, str],
    told: str,
    status: int,
) -> None:
    answer = alice.post(f"{HERE}/{waiting[0].id}", data=form)

    assert answer.status_code == status
    assert told in answer.text
    assert "Rien n&#39;a été changé" in answer.text
    assert queue(engine)[0].state == "open"


def test_what_was_ticked_is_kept_after_a_refusal(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    key = device(engine, "PC-18").id
    answer = alice.post(
        f"{HERE}/{waiting[0].id}",
        data={"choice": "ignored", f"take-{key}-uuid": "1"},
    )

    page = re.sub(r"\s+", " ", answer.text)
    assert f'name="take-{key}-uuid" value="1" checked' in page
    assert f'name="take-{key}-model" value="1">' in page.replace(" >", ">")


def test_the_second_of_two_people_is_told(
    alice: TestClient, app: FastAPI, engine: Engine, waiting: list[ConflictRow]
) -> None:
    with writing(engine) as session:
        owner = session.exec(
            select(GrantRow.owner_id).where(GrantRow.actor == ALICE.id)
        ).first()
        session.add(GrantRow(actor=BOB.id, role=Role.TECHNICIAN.value, owner_id=owner))
        session.exec(
            select(AccountRow).where(AccountRow.actor == BOB.id)
        ).one().name = "Bob Martin"
    bob = signed_in(app, engine, BOB.id)
    address = f"{HERE}/{waiting[0].id}"
    bob.post(address, data={"choice": "ignored", "reason": "Vendu"})

    answer = alice.post(address, data={"choice": "other"})

    assert answer.status_code == 409
    assert "Bob Martin vient de départager cette ligne" in answer.text
    assert len(queue(engine)) == 2


def test_a_device_that_changed_meanwhile_is_not_written(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    key = device(engine, "PC-18").id
    applied(
        alice,
        KNOWN.replace(
            "77AB12;;PC portable;Dell;Latitude 5420",
            "77AB12;;PC portable;Dell;Latitude 5430",
        ),
    )

    answer = alice.post(
        f"{HERE}/{waiting[0].id}",
        data={
            "choice": f"same-{key}",
            f"version-{key}": "1",
            f"take-{key}-model": "1",
        },
    )

    assert answer.status_code == 409
    assert device(engine, "PC-18").label == "Dell Latitude 5430"


def test_a_choice_is_taken_back_from_its_page(
    alice: TestClient, engine: Engine, waiting: list[ConflictRow]
) -> None:
    key = device(engine, "PC-18").id
    address = f"{HERE}/{waiting[0].id}"
    alice.post(address, data={"choice": f"same-{key}", f"take-{key}-model": "1"})

    assert alice.post(f"{address}/reopen").headers["location"] == address

    assert device(engine, "PC-18").label == "Dell Latitude 5420"
    assert "de nouveau à départager" in text_of(alice, address)
    again = alice.post(f"{address}/reopen")
    assert again.status_code == 303
    assert "déjà à départager" in text_of(alice, address)


def test_another_owner_s_conflict_does_not_exist(
    charlie: TestClient, auditor: TestClient, waiting: list[ConflictRow]
) -> None:
    for person in (charlie, auditor):
        for key in (str(waiting[0].id), "999", "0", "x", "9" * 30):
            assert person.get(f"{HERE}/{key}").status_code == 404
            form = {"choice": "other"}
            assert person.post(f"{HERE}/{key}", data=form).status_code == 404
    page = charlie.get(HERE)
    assert "PC-18" not in page.text
    of_lens = charlie.get(f"{HERE}?import={waiting[0].import_id}")
    assert of_lens.status_code == 404
    assert LENS not in page.text


def test_cells_of_the_file_are_shown_as_text(alice: TestClient, engine: Engine) -> None:
    applied(alice, KNOWN)
    applied(alice, f"PC-18;;{UUID};PC portable;<b>Dell</b>;<script>x</script>;\n")
    (row,) = queue(engine)

    for address in (HERE, f"{HERE}/{row.id}"):
        assert "<script>x" not in alice.get(address).text
