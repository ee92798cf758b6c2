"""Erasure evidence through the browser, without a script."""

import re
from datetime import date

from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage.database import reading
from parc.storage.tables import MediumRow
from tests.factories import a_command
from tests.imports.erasure_reports import HDD, NVME, nwipe_log
from tests.web.conftest import MakeDevice, Record
from tests.web.test_bulk import words as marked

DAY = date(2026, 2, 20)
LOG = nwipe_log(HDD, NVME)


def words(answer: Response) -> str:
    """Give what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", "", marked(answer)).split())


def handed_in(client: TestClient, *contents: bytes, **said: str) -> str:
    """Hand in files; give the address of the only one."""
    files = [("files", (f"{n}.log", c)) for n, c in enumerate(contents)]
    answer = client.post("/erasures", files=files, data=said)
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def described(record: Record, tag: str, serial: str, kind: str) -> None:
    """Describe a medium of a device."""
    details = {"medium_serial": serial, "medium_kind": kind, "category": "laptop"}
    record(tag, a_command(Action.DESCRIBE, DAY, details))


def settled(engine: Engine) -> set[str]:
    """Give the serials of the media that are settled."""
    with reading(engine) as session:
        wanted = select(MediumRow.serial).where(MediumRow.settlement != None)  # noqa: E711
        return set(session.exec(wanted))


def test_a_report_is_read_applied_and_its_doubt_accepted(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device(serial="S1")
    described(record, tag, HDD[4], "hdd")
    described(record, tag, NVME[4], "nvme")
    address = handed_in(alice, LOG)
    page = words(alice.get(address))
    assert "Effacement établi : 1" in page
    assert "cellules hors d'atteinte" in page
    assert settled(engine) == set()

    answer = alice.post(f"{address}/apply")

    assert answer.headers["location"] == address
    assert settled(engine) == {HDD[4]}
    refused = alice.post(f"{address}/1/accept", data={"reason": ""})
    assert refused.status_code == 422
    assert "« Motif » est à renseigner" in words(refused)
    taken = alice.post(f"{address}/1/accept", data={"reason": "Rien de nominatif"})
    assert taken.status_code == 303
    assert settled(engine) == {HDD[4], NVME[4]}
    assert "avec motif : Rien de nominatif" in words(alice.get(address))
    device = words(alice.get(f"/devices/{tag}"))
    assert f"{HDD[4]} : effacé et vérifié, rapport n° 1" in device
    assert "accepté avec motif : Rien de nominatif" in device
    # The report as it came is the document of the event.
    sha256 = re.search(r"/documents/([0-9a-f]{64})", alice.get(address).text)
    assert sha256
    assert alice.get(f"/documents/{sha256[1]}").content == LOG


def test_several_files_are_each_told(alice: TestClient) -> None:
    files = [("files", ("a.log", LOG)), ("files", ("b.txt", b"bonjour"))]
    answer = alice.post("/erasures", files=files)
    assert answer.status_code == 200
    page = words(answer)
    assert "a.log : rapport n° 1." in page
    assert "b.txt : Ce fichier n'est pas un rapport d'effacement" in page
    assert handed_in(alice, LOG) == "/erasures/1"
    assert "Rapports reçus" in words(alice.get("/erasures"))


def test_what_is_wrong_with_the_form_is_said(alice: TestClient) -> None:
    assert "Choisissez un ou plusieurs fichiers" in words(alice.post("/erasures"))
    late = alice.post(
        "/erasures", files=[("files", ("a", LOG))], data={"told_on": "2027-01-01"}
    )
    assert "pas encore venu" in words(late)


def test_a_report_of_lens_is_unknown_in_loos(
    alice: TestClient, charlie: TestClient, auditor: TestClient
) -> None:
    address = handed_in(alice, LOG)
    assert charlie.get(address).status_code == 404
    assert charlie.post(f"{address}/apply").status_code == 404
    assert charlie.post(f"{address}/0/accept").status_code == 404
    assert auditor.get(address).status_code == 200
    assert "Solder" not in words(auditor.get(address))


def test_a_person_designates_the_device_of_an_unknown_medium(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device(serial="S1")
    described(record, tag, "AUTRE-SERIE", "hdd")
    address = handed_in(alice, nwipe_log(HDD))
    assert "Support inconnu : 1" in words(alice.get(address))
    wrong = alice.post(f"{address}/0/accept", data={"reason": "Vu", "code": "RIEN"})
    assert wrong.status_code in {409, 422}
    form = {"reason": "Vu à l'atelier", "code": tag, "serial": "AUTRE-SERIE"}
    assert alice.post(f"{address}/0/accept", data=form).status_code == 303
    assert settled(engine) == {"AUTRE-SERIE"}


def test_three_steps_settle_a_phone(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device(serial="TEL1", category="smartphone")
    assert "Constater la réinitialisation" in words(alice.get(f"/devices/{tag}"))
    days = {"code": tag, "reset_on": "2026-11-20", "unmanaged_on": "2026-11-21"}
    missing = alice.post("/erasures/phones", data=days)
    assert missing.status_code == 422, words(missing)
    assert "Comptes déverrouillés" in words(missing)
    late = {**days, "unlocked_on": "2027-01-01"}
    assert "pas encore venu" in words(alice.post("/erasures/phones", data=late))
    assert settled(engine) == set()

    answer = alice.post("/erasures/phones", data={**days, "unlocked_on": "2026-11-22"})

    assert answer.status_code == 303
    assert settled(engine) == {"TEL1-DISK"}
    page = words(alice.get(f"/devices/{tag}"))
    assert "TEL1-DISK : effacé et vérifié" in page
    assert "retiré de la gestion de parc le 21/11/2026" in page
    again = alice.post("/erasures/phones", data={**days, "unlocked_on": "2026-11-22"})
    assert "déjà soldée" in words(again)


def test_a_laptop_is_no_phone(alice: TestClient, make_device: MakeDevice) -> None:
    days = dict.fromkeys(("reset_on", "unmanaged_on", "unlocked_on"), "2026-11-20")
    answer = alice.post("/erasures/phones", data={"code": make_device(), **days})
    assert "un téléphone ou une tablette seulement" in words(answer)


def test_the_summary_says_each_medium_on_paper_and_in_a_table(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    described(record, one, HDD[4], "hdd")
    address = handed_in(alice, LOG)
    alice.post(f"{address}/apply")
    codes = {"codes": f"{one}\n{two}"}

    table = alice.post("/erasures/summary", data={**codes, "file": "csv"})
    paper = alice.post("/erasures/summary", data={**codes, "file": "pdf"})

    lines = table.text.splitlines()
    told = next(line for line in lines if HDD[4] in line)
    assert "Effacé et vérifié" in told
    assert "Fill With Zeros" in told
    assert "2026-03-02" in told
    assert any(line.startswith(two) for line in lines)
    assert paper.content.startswith(b"%PDF-")
    again = alice.post("/erasures/summary", data={**codes, "file": "pdf"})
    assert paper.content == again.content
    ticked = alice.post("/erasures/summary", data={"tag": [one, two]})
    assert f">{one}\n{two}</textarea>" in ticked.text
    form = {"codes": "RIEN-1", "file": "pdf"}
    unknown = alice.post("/erasures/summary", data=form)
    assert unknown.status_code in {409, 422}
    assert "RIEN-1" in words(unknown)
