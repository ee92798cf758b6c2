"""Acting on a list through the pages: gather, choose, see who can, do, undo."""

import html
import re

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.job import JobState
from parc.domain.vocabulary import Action, Role, State
from parc.operations.bulk_jobs import AT_ONCE
from parc.operations.jobs import perform
from parc.operations.kinds import KINDS
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, GrantRow, JobRow, OwnerRow, SiteRow
from tests.factories import ALICE, LENS, LOOS, a_command
from tests.htmx import HEADERS
from tests.web.conftest import NOW, MakeDevice, Record, signed_in
from tests.web.lives import PDF
from tests.web.test_actions import events, state_of

DAY = "2026-11-24"


def words(answer: Response) -> str:
    """Give what a page says, on one line."""
    return html.unescape(re.sub(r"\s+", " ", answer.text)).replace("\u00a0", " ")


def ask(client: TestClient, action: Action, *tags: str, **typed: str) -> Response:
    """Ask for an action on a list, as the last page of the steps does."""
    given = {"action": action.value, "list": "\n".join(tags), "effective_on": DAY}
    return client.post("/bulk/act", data={**given, **typed})


def done(client: TestClient, action: Action, *tags: str, **typed: str) -> str:
    """Do an action on a list; return where its results are."""
    answer = ask(client, action, *tags, **typed)
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


@pytest.fixture
def in_both(app: FastAPI, engine: Engine) -> TestClient:
    """Let Alice be a technician in Loos too; give her browser."""
    with writing(engine) as session:
        loos = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LOOS)).one()
        role = Role.TECHNICIAN.value
        session.add(GrantRow(actor=ALICE.id, role=role, owner_id=loos))
    return signed_in(app, engine, ALICE.id)


def test_a_pasted_list_goes_through_the_three_steps(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    first, second = make_device(serial="SN1"), make_device(serial="SN2")

    gathered = alice.post("/bulk", data={"codes": f"{first}\tSN2;RIEN-1\r\n{first},"})
    assert "2 matériels reconnus, 1 répétition comptée une seule fois" in words(
        gathered
    )
    assert "1 code inconnu : RIEN-1" in words(gathered)
    assert "Affecter (2)" in words(gathered)

    listed = {"list": f"{first}\r\nSN2\r\nRIEN-1", "action": "assign"}
    assert "Affecter : 2 matériels" in words(alice.post("/bulk", data=listed))
    address = done(alice, Action.ASSIGN, first, "SN2", "RIEN-1", holder="Accueil")

    page = words(alice.get(address))
    assert "Affecter : résultats" in page
    assert "Aucun matériel que vous pouvez voir ne porte ce code." in page
    assert state_of(engine, first) is state_of(engine, second) is State.IN_SERVICE
    assert "Accueil" in alice.get(f"/devices/{second}").text
    assert "Affecter" in words(alice.get("/bulk"))


def test_the_rows_ticked_in_the_list_are_the_list(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    page = alice.get("/devices").text

    assert re.search(rf'name="tag"\s+value="{tag}"\s+form="selection"', page)
    assert "1 matériel reconnu." in words(alice.post("/bulk", data={"tag": [tag]}))


def test_all_that_a_filter_finds_is_the_list_and_not_one_page(
    alice: TestClient, make_device: MakeDevice
) -> None:
    for n in range(53):
        make_device(serial=f"SN{n:03d}")
    make_device(serial="ECRAN", category="monitor")

    page = words(alice.get("/devices?category=laptop"))
    assert "Agir sur les 53 matériels de cette liste" in page
    answer = alice.post("/bulk", data={"all": "1", "filter": "category=laptop"})

    assert "53 matériels reconnus." in words(answer)


@pytest.mark.parametrize(
    "lines",
    [
        "{0}\n{1}\n",
        "Étiquette\n{0}\n{1}\n",
        "Modèle;Étiquette;Site\nLatitude;{0};Mairie\nLatitude;{1};Mairie\n",
        "1\t{0}\n2\t{1}\n",
        '"Dell, Latitude","{0}"\n"Dell, Latitude","{1}"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_file_gives_the_column_that_stands_for_devices(
    alice: TestClient, make_device: MakeDevice, lines: str, encoding: str
) -> None:
    tags = [make_device(serial="SN1"), make_device(serial="SN2")]
    content = lines.format(*tags).encode(encoding)

    answer = alice.post("/bulk", files={"file": ("n'importe.bin", content)})

    assert "2 matériels reconnus." in words(answer)
    assert "inconnu" not in words(answer)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x00\x00", "n'est pas du texte"),
        (b"\xff\xfe\x00", "n'est pas du texte"),
        (b'"' + b"A" * 200_000, "cellule est trop longue"),
        (b"A1\n" * 700_000, "dépasse 2 Mio"),
        (b"\n;;\n", "aucun code"),
        ("\n".join(f"C{n}" for n in range(5_001)).encode(), "5001 codes, 5000 au plus"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_reason(
    alice: TestClient, content: bytes, said: str
) -> None:
    answer = alice.post("/bulk", files={"file": ("liste.csv", content)})

    assert answer.status_code == 422
    assert said in words(answer)


def test_the_others_reasons_are_said_before_and_after(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    free, broken = make_device(serial="SN1"), make_device(serial="SN2")
    record(broken, a_command(Action.SEND_TO_REPAIR, reason="Écran"))

    listed = {"list": f"{free}\n{broken}", "action": "assign"}
    before = words(alice.post("/bulk", data=listed))
    after = words(alice.get(done(alice, Action.ASSIGN, free, broken)))

    for page in (before, after):
        assert "n'est pas possible depuis l'état « En réparation »" in page
    assert state_of(engine, free) is State.IN_SERVICE
    assert state_of(engine, broken) is State.IN_REPAIR


@pytest.mark.parametrize(
    ("action", "typed", "said"),
    [
        (Action.LEND, {"due_on": "hier"}, "date attendue au format AAAA-MM-JJ"),
        (Action.LEND, {}, "« À rendre le » est à renseigner."),
        (Action.MOVE, {}, "Rien à changer"),
        (Action.ASSIGN, {"effective_on": "2027-01-01"}, "dans le futur"),
        (Action.ASSIGN, {"effective_on": "x"}, "« Date d'effet » est à renseigner"),
        (Action.ASSIGN, {"site": "999999"}, ""),
    ],
)
def test_a_form_that_cannot_be_read_is_shown_again_and_nothing_is_made(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    action: Action,
    typed: dict[str, str],
    said: str,
) -> None:
    tag = make_device()
    before = events(engine)
    extra = {"holder": "", "site_new": "", "comment": ""} | typed
    answer = ask(alice, action, tag, **extra)

    if said:
        assert answer.status_code == 422
        assert said in words(answer)
    else:
        page = words(alice.get(answer.headers["location"]))
        assert "ce site n'est pas connu de ce propriétaire" in page
    assert events(engine) == before


def test_what_a_refused_form_would_have_made_is_not_made(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    answer = ask(alice, Action.LEND, make_device(), site_new="École", due_on="x")

    assert answer.status_code == 422
    with reading(engine) as session:
        assert session.exec(select(SiteRow.name)).all() == []


def test_names_typed_for_a_list_are_not_in_the_queue(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    done(alice, Action.ASSIGN, make_device(), holder="Hélène Dupont")

    with reading(engine) as session:
        assert "Dupont" not in " ".join(session.exec(select(JobRow.params)))


def test_a_paper_is_joined_to_every_device_of_the_list(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tags = [make_device(serial="SN1"), make_device(serial="SN2")]
    given = {
        "action": "file_evidence",
        "list": "\n".join(tags),
        "effective_on": DAY,
        "kind": "lot",
        "dated_on": DAY,
    }
    answer = alice.post("/bulk/act", data=given, files={"document": ("lot.pdf", PDF)})

    assert answer.status_code == 303, words(answer)
    for tag in tags:
        page = alice.get(f"/devices/{tag}").text
        found = re.search(r'href="(/documents/[0-9a-f]{64})"', page)
        assert found is not None
        assert alice.get(found[1]).content == PDF


def test_a_site_is_found_by_its_name_at_each_owner_or_the_device_is_refused(
    in_both: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    mine, theirs = make_device(LENS), make_device(LOOS)
    done(in_both, Action.MOVE, mine, site_new="Mairie")
    with reading(engine) as session:
        lens_site = str(session.exec(select(SiteRow.id)).one())

    page = words(
        in_both.get(done(in_both, Action.ASSIGN, mine, theirs, site=lens_site))
    )
    assert "ce site n'est pas connu de ce propriétaire" in page
    assert state_of(engine, mine) is State.IN_SERVICE
    assert state_of(engine, theirs) is State.IN_STOCK

    done(in_both, Action.MOVE, theirs, site_new="Mairie")
    done(in_both, Action.ASSIGN, theirs, site=lens_site)
    assert state_of(engine, theirs) is State.IN_SERVICE
    with reading(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == theirs)).one()
        site = session.get_one(SiteRow, row.site_id)
        assert (site.name, site.owner_id) == ("Mairie", row.owner_id)


def test_a_tag_of_another_tool_that_holds_a_comma_stays_one(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    with writing(engine) as session:
        session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one().tag = "PC;7,a"

    assert "1 matériel reconnu." in words(alice.post("/bulk", data={"tag": ["PC;7,a"]}))
    done(alice, Action.ASSIGN, "PC;7,a")

    assert state_of(engine, "PC;7,a") is State.IN_SERVICE


def test_another_owners_tag_reads_like_one_of_nobody(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    foreign = make_device(LOOS)
    before = events(engine)

    pages = [
        words(alice.post("/bulk", data={"codes": code})).replace(code, "?")
        for code in (foreign, "LL-000009-Z")
    ]
    results = words(alice.get(done(alice, Action.MOVE, foreign, comment="x")))

    assert pages[0] == pages[1]
    assert "Aucun matériel que vous pouvez voir ne porte ce code." in results
    assert f'href="/devices/{foreign}"' not in results
    assert events(engine) == before


def test_the_list_of_what_was_not_done_is_a_file_to_send_again(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    free, broken = make_device(serial="SN1"), make_device(serial="SN2")
    record(broken, a_command(Action.SEND_TO_REPAIR, reason="Écran"))
    address = done(alice, Action.ASSIGN, free, broken, "=RIEN()")

    content = alice.get(f"{address}/refused.csv").content
    text = content.decode("utf-8-sig")

    assert text.splitlines()[0] == "Code;Étiquette;Résultat;Motifs"
    assert free not in text
    assert "'=RIEN()" in text
    assert "En réparation" in text
    again = alice.post("/bulk", files={"file": ("x.csv", content)})
    assert "1 matériel reconnu." in words(again)


def test_undoing_brings_each_device_back(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tags = [make_device(serial="SN1"), make_device(serial="SN2")]
    address = done(alice, Action.ASSIGN, *tags)
    alice.post(f"/devices/{tags[1]}/describe", data={"effective_on": DAY, "notes": "x"})

    nothing = alice.post(f"{address}/undo", data={"reason": " "})
    answer = alice.post(f"{address}/undo", data={"reason": "Mauvaise liste"})

    assert nothing.status_code == 422
    page = words(alice.get(answer.headers["location"]))
    assert "Annulation d'une action groupée : résultats" in page
    assert "a changé depuis cette action" in page
    assert state_of(engine, tags[0]) is State.IN_STOCK
    assert state_of(engine, tags[1]) is State.IN_SERVICE
    assert "Une annulation a été demandée" in words(alice.get(address))


def test_bob_undoes_what_alice_did_and_sees_no_code_that_she_typed_in_vain(
    alice: TestClient, bob: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    address = done(alice, Action.ASSIGN, tag, "SECRET-DAILLEURS")

    page = bob.get(address)
    answer = bob.post(f"{address}/undo", data={"reason": "Mauvaise liste"})

    assert "par alice" in words(page)
    assert "SECRET" not in page.text + bob.get(f"{address}/refused.csv").text
    assert bob.post(f"{address}/cancel").status_code == 403
    assert answer.status_code == 303
    assert state_of(engine, tag) is State.IN_STOCK


def test_a_batch_that_reaches_beyond_ones_owners_is_not_there(
    in_both: TestClient, bob: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    mine, theirs = make_device(LENS), make_device(LOOS)
    address = done(in_both, Action.ASSIGN, mine, theirs)

    for stranger in (bob, charlie):
        assert stranger.get(address).status_code == 404
        assert stranger.get(f"{address}/refused.csv").status_code == 404
        undo = stranger.post(f"{address}/undo", data={"reason": "x"})
        assert undo.status_code == 404


def test_a_long_list_waits_for_the_worker_and_can_be_stopped(
    alice: TestClient,
    engine: Engine,
    settings: Settings,
    make_device: MakeDevice,
) -> None:
    tag = make_device()
    codes = [tag, *(f"RIEN-{n}" for n in range(AT_ONCE))]
    address, stopped = (done(alice, Action.ASSIGN, *codes) for _ in range(2))
    assert "en cours" in words(alice.get(address))
    assert "HX-Refresh" not in alice.get(address, headers=HEADERS).headers

    assert alice.post(f"{stopped}/cancel").status_code == 303
    perform(KINDS, engine, settings, address.rpartition("/")[2], lambda: NOW)

    assert alice.get(address, headers=HEADERS).headers["HX-Refresh"] == "true"
    assert state_of(engine, tag) is State.IN_SERVICE
    assert "Arrêté à votre demande" in words(alice.get(stopped))
    with reading(engine) as session:
        states = set(session.exec(select(JobRow.state)))
    assert states == {JobState.DONE, JobState.CANCELLED}


@pytest.mark.parametrize("action", ["register", "annul", "explode", ""])
def test_what_is_no_action_for_a_list_is_404(
    alice: TestClient, make_device: MakeDevice, action: str
) -> None:
    answer = alice.post("/bulk/act", data={"action": action, "list": make_device()})

    assert answer.status_code == 404


def test_who_only_reads_is_offered_nothing(
    auditor: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    assert "/bulk" not in auditor.get("/devices").text
    assert ask(auditor, Action.ASSIGN, tag).status_code == 403
