"""The quick box: from whatever is scanned to the device, or a clear answer."""

import pytest
from starlette.testclient import TestClient

from tests.factories import LENS, LOOS
from tests.web.conftest import MakeDevice


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
