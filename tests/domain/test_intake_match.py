"""A row is about one known device, about none, or nobody can tell."""

from dataclasses import replace

import pytest

from parc.domain.asset_tag import AssetTag
from parc.domain.intake import DeviceRecord
from parc.domain.intake_match import Known, match, unusable, updated
from tests.domain.records import a_known, a_record, knowing
from tests.factories import LENS, LOOS

OURS = str(AssetTag("LL", 4217))
OTHERS = str(AssetTag("LG", 12))


def codes(record: DeviceRecord, known: Known | None = None) -> list[str]:
    """Give why a row is unusable."""
    return [reason.code for reason in unusable(record, known or knowing())]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"tag": "pc-17 "},
        {"tag": None},
        {"tag": None, "maker": None},
        {"tag": None, "serial": "640-hp72"},
        {"serial": None},
        {"serial": "To be filled by O.E.M."},
        {"serial": None, "maker": "Lenovo"},
    ],
)
def test_a_device_is_known_by_its_tag_or_by_serial_and_maker(
    said: dict[str, object],
) -> None:
    known = a_known()

    assert match(a_record(**said), knowing(known)) == (known, "")


@pytest.mark.parametrize(
    "said",
    [
        {"tag": "PC-18", "serial": "OTHER"},
        {"tag": None, "serial": "OTHER"},
        {"tag": None, "maker": "Lenovo"},
        {"tag": "PC-18", "serial": "To be filled by O.E.M."},
    ],
)
def test_what_differs_is_another_device(said: dict[str, object]) -> None:
    assert match(a_record(**said), knowing(a_known())) == (None, "")


def test_a_tag_on_another_serial_is_a_conflict() -> None:
    device, reason = match(a_record(serial="OTHER"), knowing(a_known()))

    assert device is None
    assert "numéro de série est différent" in reason


def test_a_placeholder_known_as_a_serial_does_not_contradict_the_real_one() -> None:
    known = replace(a_known(), serial_key=None)

    assert match(a_record(), knowing(known)) == (known, "")


def test_a_serial_under_another_tag_is_a_conflict() -> None:
    device, reason = match(a_record(tag="PC-18"), knowing(a_known()))

    assert device is None
    assert "PC-17" in reason


def test_of_two_devices_with_one_serial_only_the_tag_tells() -> None:
    one, two = a_known(1), replace(a_known(2), tag="PC-18", maker="")

    assert match(a_record(), knowing(one, two)) == (one, "")
    device, reason = match(a_record(tag=None), knowing(one, two))
    assert device is None
    assert "Plusieurs" in reason


def test_a_device_that_went_to_another_owner_is_not_made_anew() -> None:
    gone = replace(a_known(), left=True)

    for record in (a_record(), a_record(tag=None), a_record(serial=None)):
        device, reason = match(record, knowing(gone))
        assert device is None
        assert "cédé" in reason


@pytest.mark.parametrize(
    ("maker", "makers", "is_theirs"),
    [
        ("Dell", {"dell"}, True),
        ("Dell", {""}, True),
        (None, {"dell"}, True),
        ("Dell", {"lenovo"}, False),
    ],
)
def test_a_serial_of_another_owner_s_device_is_a_conflict(
    maker: str | None, makers: set[str], is_theirs: bool
) -> None:
    known = knowing(elsewhere={"640HP72": frozenset(makers)})

    device, reason = match(a_record(maker=maker), known)

    assert device is None
    assert bool(reason) is is_theirs


@pytest.mark.parametrize("serial", [None, "0000", "N/A", "Default string", "-"])
def test_a_row_without_tag_nor_serial_is_unusable(serial: str | None) -> None:
    assert codes(a_record(tag=None, serial=serial)) == ["no_identifier"]
    assert codes(a_record(tag="PC-17", serial=serial)) == []


def test_a_row_of_another_owner_is_unusable() -> None:
    assert codes(a_record(owner_siret=LOOS)) == ["other_owner"]
    assert codes(a_record(owner_siret=LENS)) == []


def test_a_tag_with_our_prefix_has_the_right_check_character() -> None:
    wrong = OURS[:-1] + ("A" if OURS[-1] != "A" else "B")

    assert codes(a_record(tag=OURS)) == []
    assert codes(a_record(tag=OURS.lower())) == []
    assert codes(a_record(tag=wrong)) == ["wrong_check"]


def test_a_tag_of_our_shape_from_another_tool_is_any_tag() -> None:
    assert codes(a_record(tag="PC-000123-4")) == []


def test_a_tag_with_another_owner_s_prefix_is_theirs() -> None:
    known = knowing(other_prefixes=frozenset({"LG"}))

    assert codes(a_record(tag=OTHERS), known) == ["other_owner_tag"]
    assert codes(a_record(tag="LG-000012-?"), known) == []
    assert codes(a_record(tag=OTHERS)) == []


def test_a_device_received_from_another_owner_keeps_their_tag() -> None:
    received = replace(a_known(), tag=OTHERS)
    known = knowing(received, other_prefixes=frozenset({"LG"}))

    assert codes(a_record(tag=OTHERS), known) == []
    assert match(a_record(tag=OTHERS), known) == (received, "")


def test_what_is_known_follows_updates() -> None:
    known = knowing(a_known(1), replace(a_known(2), tag="PC-18", serial_key="OTHER"))

    after = updated(known, {1: {"serial": "ab-12", "maker": "HP"}})

    changed = after.by_tag["PC-17"]
    assert (changed.serial_key, changed.maker) == ("AB12", "hp")
    assert set(after.by_serial) == {"AB12", "OTHER"}
    assert match(a_record(tag=None), after) == (None, "")
