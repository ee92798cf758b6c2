"""Further codes stuck on a device: added, refused with the reason, taken back."""

import re

import pytest
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from tests.factories import LOOS, a_command
from tests.web.conftest import MakeDevice, Record
from tests.web.test_device_page import in_section, text_of, words


def test_a_further_code_is_stuck_on_and_taken_back(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    answer = alice.post(f"/devices/{tag}/codes", data={"code": " ASSUR 44/2 "})

    assert answer.headers["location"] == f"/devices/{tag}#codes"
    found = alice.get("/devices/find", params={"code": "ASSUR 44/2"})
    assert found.headers["location"] == f"/devices/{tag}"
    assert tag in alice.get("/devices/find", params={"code": "assur 44/2"}).text
    page = alice.get(f"/devices/{tag}").text
    number = re.search(r'action="/codes/(\d+)/withdraw"', page)
    assert number is not None
    answer = alice.post(f"/codes/{number[1]}/withdraw")
    assert answer.headers["location"] == f"/devices/{tag}#codes"
    assert alice.get("/devices/find?code=ASSUR 44/2").status_code == 404
    assert alice.post(f"/codes/{number[1]}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "est à renseigner"),
        ("x" * 61, "60 signes lisibles au plus"),
        ("a\nb", "signes lisibles"),
        ("LL-000123-A", "est une étiquette de parc"),
        ("640HP72", "mène déjà à ce matériel"),
        ("PRÊT-7", "mène déjà au matériel"),
    ],
)
def test_a_code_that_cannot_be_stuck_on_says_why_and_stays_in_its_box(
    alice: TestClient, make_device: MakeDevice, code: str, why: str
) -> None:
    tag, other = make_device(), make_device(serial="OTHER")
    alice.post(f"/devices/{other}/codes", data={"code": "prêt-7"})

    answer = alice.post(f"/devices/{tag}/codes", data={"code": code})

    assert answer.status_code == 422
    box = in_section(answer.text, "codes-title")
    assert why in text_of(box)
    if code.isprintable():
        assert f'value="{code}"' in answer.text


def test_a_code_says_nothing_of_another_owner_s_devices(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    tag, at_loos = make_device(), make_device(owner=LOOS, serial="SECRET-1")
    assert charlie.post(
        f"/devices/{at_loos}/codes", data={"code": "SHARED"}
    ).has_redirect_location

    for code in ("SECRET-1", "SHARED"):
        answer = alice.post(f"/devices/{tag}/codes", data={"code": code})
        assert answer.status_code == 303
        found = alice.get("/devices/find", params={"code": code})
        assert found.headers["location"] == f"/devices/{tag}"


def test_no_code_is_stuck_on_what_is_out(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.DISCARD, reason="Jamais arrivé"))

    answer = alice.post(f"/devices/{tag}/codes", data={"code": "ASSUR-1"})

    assert answer.status_code in {409, 422}
    assert "hors de l'inventaire" in words(answer.text)


def test_the_bar_code_of_a_model_says_which_model_it_is(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    wrong = alice.post(f"/devices/{tag}/article", data={"code": "4006381333932"})
    assert wrong.status_code == 422
    assert "contrôle les autres" in wrong.text
    answer = alice.post(f"/devices/{tag}/article", data={"code": "4006381333931"})

    assert answer.headers["location"] == f"/devices/{tag}#codes"
    assert "04006381333931" in alice.get(f"/devices/{tag}").text
    told = alice.get("/devices/find?code=4006381333931").text
    assert "le code-barres du modèle" in told
