"""Two records of one device: compared, merged, taken back."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage.database import reading
from parc.storage.journal import history
from parc.storage.tables import DeviceRow
from tests.factories import BOB, DOCUMENT, LOOS, TODAY, a_command
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import DAY
from tests.web.test_device_page import in_section, text_of, words

REASON = "Saisi deux fois"
TODAY_S = {"effective_on": TODAY.isoformat()}


def row_of(engine: Engine, tag: str) -> DeviceRow:
    """Read a device's row."""
    with reading(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        session.expunge(row)
        return row


def actions(engine: Engine, tag: str) -> list[str]:
    """List what happened to a device."""
    with reading(engine) as session:
        key = session.exec(select(DeviceRow.id).where(DeviceRow.tag == tag)).one()
        return [event.action.value for event in history(session, key)]


def merged(client: TestClient, kept: str, duplicate: str, **sent: str) -> str:
    """Merge through the page, which must accept it; give the page that follows."""
    data = {"with": kept, "keep": kept, "reason": REASON, **sent}
    answer = client.post(f"/devices/{duplicate}/merge", data=data)
    assert answer.status_code == 303, words(answer.text)
    assert answer.headers["location"] == f"/devices/{kept}"
    return client.get(answer.headers["location"]).text


def checked(page: str, name: str) -> str:
    """Give the value that is ticked among the choices of a name."""
    found = re.findall(
        rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"[^>]*\schecked', page
    )
    assert len(found) == 1, (name, found)
    return str(found[0])


def test_the_page_asks_for_the_other_and_proposes_those_with_the_same_serial(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, twin, other = make_device(), make_device(), make_device(serial="OTHER")

    page = alice.get(f"/devices/{tag}/merge")

    assert page.status_code == 200
    alike = text_of(in_section(page.text, "alike-title"))
    assert twin in alike
    assert other not in alike
    assert f"/devices/{tag}/merge" in alice.get(f"/devices/{tag}").text


@pytest.mark.parametrize("code", ["tag", "serial"])
def test_both_are_shown_side_by_side(
    alice: TestClient, make_device: MakeDevice, record: Record, code: str
) -> None:
    tag, twin = make_device(), make_device(model="Latitude 5430")
    record(twin, a_command(Action.ASSIGN, DAY))

    page = alice.get(
        f"/devices/{tag}/merge", params={"with": twin if code == "tag" else "640HP72"}
    )

    assert page.status_code == 200
    shown = words(page.text)
    assert "Modèle Latitude 5420 (Modèle, " in shown
    assert "État Différent En stock En service" in shown
    assert "Supports de stockage 640HP72-DISK (SSD) 640HP72-DISK (SSD)" in shown
    assert "Événements Différent 1, depuis le 02/03/2020 2, depuis le" in shown
    # What both tell alike is no choice; the one that lived most is proposed.
    assert "Numéro de série" not in shown
    assert checked(page.text, "keep") == twin
    # Nothing is picked for the person who changes which one is kept.
    assert not re.search(r'name="fact-model"[^>]*checked', page.text)


def test_what_only_one_knows_is_proposed_whichever_is_kept(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, twin = make_device(), make_device(supplier="Bureau Services")

    page = alice.get(f"/devices/{tag}/merge?with={twin}").text

    assert checked(page, "keep") == tag
    assert checked(page, "fact-supplier") == twin


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("itself", "Ce code est celui du même matériel."),
        ("loos", "Aucun matériel"),
        ("out", "est lui-même hors de l'inventaire"),
        ("LL-000099-Z", ""),
        ("?", ""),
    ],
)
def test_what_cannot_be_merged_is_said(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    make_device: MakeDevice,
    record: Record,
    code: str,
    why: str,
    engine: Engine,
) -> None:
    tag, out = make_device(), make_device(serial="OUT")
    record(out, a_command(Action.DISCARD, reason=REASON))
    named = {"itself": tag, "out": out, "loos": make_device(owner=LOOS, serial="L")}
    code = named.get(code, code)

    for answer in (
        alice.get(f"/devices/{tag}/merge", params={"with": code}),
        alice.post(f"/devices/{tag}/merge", data={"with": code, "keep": tag}),
    ):
        assert answer.status_code == 422
        assert why in words(answer.text)
    assert actions(engine, tag) == ["register"]


def test_what_is_out_is_compared_with_nothing(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag, twin = make_device(), make_device()
    record(tag, a_command(Action.DISCARD, reason=REASON))

    answer = alice.get(f"/devices/{tag}/merge?with={twin}")

    assert answer.status_code == 422
    assert "a été écarté de l'inventaire" in words(answer.text)
    assert f"/devices/{tag}/merge" not in alice.get(f"/devices/{tag}").text


def test_one_is_kept_with_the_facts_that_were_chosen(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    kept = make_device(supplier="Bureau Services")
    duplicate = make_device(serial="640HP73", model="Latitude 5430", price_cents=9_900)

    merged(
        alice,
        kept,
        duplicate,
        **{
            "fact-serial": kept,
            "fact-model": duplicate,
            "fact-price_cents": duplicate,
            "fact-supplier": duplicate,  # which knows of none: nothing is erased
        },
    )

    row = row_of(engine, kept)
    assert (row.serial, row.label) == ("640HP72", "Dell Latitude 5430")
    assert '"price_cents":9900' in row.facts
    assert '"supplier":"Bureau Services"' in row.facts
    assert actions(engine, kept) == ["register", "describe"]
    assert actions(engine, duplicate) == ["register", "merge"]
    assert row_of(engine, duplicate).label == "Dell Latitude 5430"


def test_without_a_choice_the_kept_one_stays_as_it_is(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    kept, duplicate = make_device(), make_device(model="Latitude 5430")

    merged(alice, kept, duplicate)

    assert row_of(engine, kept).label == "Dell Latitude 5420"
    assert actions(engine, kept) == ["register"]


def test_either_page_keeps_either_device(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    one, other = make_device(), make_device()
    data = {"with": other, "keep": one, "reason": REASON}

    answer = alice.post(f"/devices/{one}/merge", data=data)

    assert answer.headers["location"] == f"/devices/{one}"
    assert row_of(engine, other).void == "merged"
    assert row_of(engine, one).void is None


def test_the_notice_takes_the_merging_back(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    kept, duplicate = make_device(), make_device()

    page = merged(alice, kept, duplicate)

    notice = page.partition('id="notice"')[2].partition("</form>")[0]
    assert f"{duplicate} est fusionné avec {kept}" in words(notice)
    assert f'action="/devices/{duplicate}/split"' in notice
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', notice))
    assert alice.post(f"/devices/{duplicate}/split", data=fields).status_code == 303
    assert row_of(engine, duplicate).void is None
    page = alice.get(f"/devices/{kept}").text
    assert duplicate not in page.partition('id="codes"')[2].partition("</section>")[0]


def test_the_kept_one_lists_what_leads_to_it_and_the_merged_one_says_where(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    kept, duplicate = make_device(), make_device(serial="X9", foreign_tag="GLPI-17")
    merged(alice, kept, duplicate)

    codes = text_of(in_section(alice.get(f"/devices/{kept}").text, "codes-title"))
    assert "fusionné avec ce matériel" in codes
    assert duplicate in codes
    assert "étiquette d'un autre outil GLPI-17" in codes
    assert "numéro de série X9" in codes
    page = alice.get(f"/devices/{duplicate}").text
    assert f"Fusionné avec {kept} le 24/11/2026" in words(page)
    assert "Il n'est compté nulle part." in words(page)
    shown = text_of(in_section(page, "actions-title"))
    assert "Défaire la fusion" in shown
    assert "Affecter" not in shown
    assert "Pas possible pour l'instant" not in page
    seen = auditor.get(f"/devices/{kept}").text
    assert duplicate in seen
    assert "/split" not in seen


@pytest.mark.parametrize("code", ["tag", "GLPI-17", "X9"])
def test_every_code_of_the_merged_one_opens_the_kept_one(
    alice: TestClient, make_device: MakeDevice, code: str
) -> None:
    kept, duplicate = make_device(), make_device(serial="X9", foreign_tag="GLPI-17")
    merged(alice, kept, duplicate)
    code = duplicate if code == "tag" else code

    found = alice.get("/devices/find", params={"code": code})
    assert found.headers["location"] == f"/devices/{kept}"
    listed = alice.get("/api/v1/devices", params={"tag": code}).json()["devices"]
    assert [device["tag"] for device in listed] == [kept]


def test_programs_are_told_what_is_out(
    alice: TestClient, make_device: MakeDevice
) -> None:
    kept, duplicate = make_device(), make_device()
    merged(alice, kept, duplicate)

    told = alice.get(f"/api/v1/devices/{duplicate}").json()
    assert (told["void"], told["merged_into"]) == ("merged", kept)
    assert told["actions"] == ["split"]
    kept_told = alice.get(f"/api/v1/devices/{kept}").json()
    assert (kept_told["void"], kept_told["merged_into"]) == (None, None)
    listed = alice.get("/api/v1/devices").json()["devices"]
    assert [device["tag"] for device in listed] == [kept]


def test_programs_merge_and_split_too(
    alice: TestClient, make_device: MakeDevice, engine: Engine
) -> None:
    kept, duplicate = make_device(), make_device()

    def act(action: str, **details: str) -> int:
        json = {**TODAY_S, "details": details}
        address = f"/api/v1/devices/{duplicate}/{action}"
        return alice.post(address, json=json).status_code

    assert act("merge", into=kept.lower(), reason=REASON) == 200
    assert row_of(engine, duplicate).void == "merged"
    assert act("assign") == 409
    assert act("split") == 200
    assert act("split") == 409
    assert act("merge", into="LL-1", reason=REASON) in {409, 422}


def test_who_is_told_no_merges_nothing(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag, twin = make_device(), make_device(model="Latitude 5430")

    answer = alice.post(
        f"/devices/{tag}/merge",
        data={"with": twin, "keep": twin, "fact-model": tag, "reason": " "},
    )

    assert answer.status_code == 422
    assert "« Motif » est à renseigner." in words(answer.text)
    # What was chosen is kept.
    assert checked(answer.text, "keep") == twin
    assert checked(answer.text, "fact-model") == tag
    assert actions(engine, tag) + actions(engine, twin) == ["register"] * 2


def test_what_has_left_is_not_the_one_that_goes(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    tag, twin = make_device(), gone(make_device, record)
    page = alice.get(f"/devices/{tag}/merge?with={twin}").text
    assert checked(page, "keep") == twin

    answer = alice.post(
        f"/devices/{tag}/merge", data={"with": twin, "keep": tag, "reason": REASON}
    )

    assert answer.status_code == 409
    assert "a été remis ou enlevé" in words(answer.text)
    assert actions(engine, tag) == ["register"]


def gone(make_device: MakeDevice, record: Record) -> str:
    """Give a laptop that the waste collector took."""
    tag = make_device()
    paper = {"dated_on": DAY.isoformat(), "document": DOCUMENT}
    disk = {"serial": "640HP72-DISK", "outcome": "destroyed", "document": DOCUMENT}
    for command in (
        a_command(Action.PROPOSE_DECOMMISSION, DAY, reason="Âge"),
        a_command(
            Action.DECOMMISSION, DAY, by=BOB, act_number="1", act_on=DAY.isoformat()
        ),
        a_command(Action.CONDEMN, DAY, reason="Cassé"),
        a_command(Action.SETTLE_MEDIUM, DAY, disk),
        a_command(Action.PUT_IN_WASTE_LOT, DAY, lot="P-7"),
        a_command(Action.FILE_EVIDENCE, DAY, paper, kind="collection"),
        a_command(Action.COLLECT_WASTE, DAY, collector="Éco-organisme"),
    ):
        record(tag, command)
    return tag


@pytest.mark.parametrize("changed", ["kept", "duplicate"])
def test_a_device_that_changed_since_the_comparison_is_looked_at_again(
    alice: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    record: Record,
    changed: str,
) -> None:
    kept, duplicate = make_device(), make_device()
    record(kept if changed == "kept" else duplicate, a_command(Action.ASSIGN, DAY))
    data = {"with": kept, "keep": kept, "reason": REASON}
    data |= {f"version-{kept}": "1", f"version-{duplicate}": "1"}

    answer = alice.post(f"/devices/{duplicate}/merge", data=data)

    assert answer.status_code == 409
    assert "vient d'être modifié" in words(answer.text)
    assert row_of(engine, duplicate).void is None
