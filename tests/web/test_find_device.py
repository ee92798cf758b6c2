"""The quick box: from whatever is scanned to the device, or a clear answer."""

import pytest
from starlette.testclient import TestClient

from parc.domain.vocabulary import State
from tests.factories import LENS, LOOS
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import reach


@pytest.mark.parametrize(
    "code", ["{tag}", " {tag}\r\n", "https://parc.example.fr/devices/{tag}", "640 hp72"]
)
def test_an_exact_code_opens_the_device(
    alice: TestClient, make_device: MakeDevice, code: str
) -> None:
    tag = make_device()
    answer = alice.get("/devices/find", params={"code": code.format(tag=tag).lower()})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/devices/{tag}"


def test_a_tag_with_a_slash_opens_too(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(foreign_tag="PC/2020 n°1")
    answer = alice.get("/devices/find", params={"code": "PC/2020 n°1"})

    assert answer.headers["location"] == f"/devices/{tag}"


def test_several_matches_leave_the_choice(
    auditor: TestClient, make_device: MakeDevice
) -> None:
    tags = [make_device(LENS), make_device(LOOS)]
    answer = auditor.get("/devices/find", params={"code": "640HP72"})

    assert answer.status_code == 200
    assert all(tag in answer.text for tag in tags)


def test_an_unknown_code_is_shown_as_understood(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    answer = alice.get("/devices/find", params={"code": "http://x.fr/<b>NOPE</b>?a"})

    assert answer.status_code == 404
    assert "Matériel introuvable" in answer.text
    assert "b&gt;" in answer.text


def test_a_misread_tag_is_told_apart(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    wrong = tag[:-1] + ("0" if tag[-1] != "0" else "1")
    answer = alice.get("/devices/find", params={"code": wrong})

    assert answer.status_code == 404
    assert "caractère de contrôle" in answer.text


def test_another_owner_s_tag_is_unknown(
    charlie: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(LENS)
    answer = charlie.get("/devices/find", params={"code": tag})

    assert answer.status_code == 404


@pytest.mark.parametrize("code", ["640hp", "LL-0000", "latitude"])
def test_a_beginning_or_a_word_leads_to_the_list(
    alice: TestClient, make_device: MakeDevice, code: str
) -> None:
    tag = make_device()
    answer = alice.get("/devices/find", params={"code": code})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/devices?q={code}"
    assert tag in alice.get(answer.headers["location"]).text


def test_what_left_is_found_by_its_beginning_too(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = reach(make_device, record, State.HANDED_OVER)
    address = alice.get("/devices/find", params={"code": "640hp"}).headers["location"]

    assert address == "/devices?q=640hp&gone=1"
    assert tag in alice.get(address).text


def test_the_beginning_of_another_owner_s_tag_leads_nowhere(
    charlie: TestClient, make_device: MakeDevice
) -> None:
    make_device(LENS)

    assert charlie.get("/devices/find", params={"code": "640hp"}).status_code == 404


def test_a_scanner_set_to_qwerty_opens_the_device(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    typed = tag.translate(str.maketrans("1234567890-AQWZM", "&é\"'(-è_çà)QAZW?"))
    answer = alice.get("/devices/find", params={"code": typed})

    assert typed != tag
    assert answer.headers["location"] == f"/devices/{tag}"


def test_only_who_registers_is_offered_to(
    alice: TestClient, auditor: TestClient
) -> None:
    address = "/devices/find?code=NOPE"

    assert "Enregistrer un matériel" in alice.get(address).text
    assert "Enregistrer un matériel" not in auditor.get(address).text
