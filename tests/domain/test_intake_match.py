"""A row is about one known device, about none, or a person tells."""

from dataclasses import replace

import pytest

from parc.domain.asset_tag import AssetTag
from parc.domain.device import Medium
from parc.domain.hardware_id import uuid_key
from parc.domain.intake import DeviceRecord
from parc.domain.intake_dispute import Doubt
from parc.domain.intake_keys import keys_of
from parc.domain.intake_known import Known, KnownDevice, updated
from parc.domain.intake_match import Match, match, unusable
from parc.domain.search import serial_key
from tests.domain.records import a_known, a_record, knowing
from tests.factories import LENS, LOOS

OURS = str(AssetTag("LL", 4217))
OTHERS = str(AssetTag("LG", 12))


def codes(record: DeviceRecord, known: Known | None = None) -> list[str]:
    """Give why a row is unusable."""
    return [
        reason.code for reason in unusable(record, keys_of(record), known or knowing())
    ]


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

    assert match(a_record(**said), knowing(known)) == Match(known)


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
    assert match(a_record(**said), knowing(a_known())) == Match()


def test_a_tag_on_another_serial_is_a_conflict() -> None:
    found = match(a_record(serial="OTHER"), knowing(a_known()))

    assert found.device is None
    assert "numéro de série est différent" in found.reason


def test_a_placeholder_known_as_a_serial_does_not_contradict_the_real_one() -> None:
    known = replace(a_known(), serial_key=None)

    assert match(a_record(), knowing(known)) == Match(known)


def test_a_serial_under_another_tag_is_a_conflict() -> None:
    found = match(a_record(tag="PC-18"), knowing(a_known()))

    assert found.device is None
    assert "PC-17" in found.reason


def test_of_two_devices_with_one_serial_only_the_tag_tells() -> None:
    one, two = a_known(1), replace(a_known(2), tag="PC-18", maker="")

    assert match(a_record(), knowing(one, two)) == Match(one)
    found = match(a_record(tag=None), knowing(one, two))

    assert found.device is None
    assert "Plusieurs" in found.reason


def test_a_device_that_went_to_another_owner_is_not_made_anew() -> None:
    gone = replace(a_known(), left=True)

    for record in (a_record(), a_record(tag=None), a_record(serial=None)):
        found = match(record, knowing(gone))

        assert found.device is None
        assert "cédé" in found.reason


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

    found = match(a_record(maker=maker), known)

    assert found.device is None
    assert bool(found.reason) is is_theirs


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
    assert match(a_record(tag=OTHERS), known) == Match(received)


def test_what_is_known_follows_updates() -> None:
    known = knowing(a_known(1), replace(a_known(2), tag="PC-18", serial_key="OTHER"))

    after = updated(known, {1: {"serial": "ab-12", "maker": "HP"}})

    (changed,) = after.by_tag["PC-17"]
    assert (changed.serial_key, changed.maker) == ("AB12", "hp")
    assert set(after.by_serial) == {"AB12", "OTHER"}
    assert match(a_record(tag=None), after) == Match()


UUID = "4c4c4544-0036-3410-8048-b6c04f485032"
SWAPPED = "44454c4c-3600-1034-8048-b6c04f485032"
JUNK_UUID = "03000200-0400-0500-0006-000700080009"
DISK = Medium("S29NNXAH146409")


def another(number: int = 2, **said: object) -> KnownDevice:
    """Give a second device, that nothing of `a_record` is about."""
    values: dict[str, object] = {"tag": "PC-18", "serial_key": "OTHER9", **said}
    return replace(a_known(number), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", [UUID, UUID.upper(), SWAPPED])
def test_a_device_is_known_by_its_uuid_in_either_byte_order(written: str) -> None:
    known = replace(a_known(), uuid_key=uuid_key(UUID))

    record = a_record(tag=None, serial=None, uuid=written)

    assert match(record, knowing(known)) == Match(known)
    assert codes(record) == []


@pytest.mark.parametrize("junk", [JUNK_UUID, "0" * 32, "F" * 32])
def test_a_placeholder_is_no_uuid(junk: str) -> None:
    known = replace(a_known(), uuid_key=uuid_key(junk))

    assert match(a_record(tag="X-9", serial="N1", uuid=junk), knowing(known)) == Match()
    assert codes(a_record(tag=None, serial=None, uuid=junk)) == ["no_identifier"]


def test_a_device_is_known_by_one_of_its_media() -> None:
    known = a_known()
    record = a_record(tag=None, serial=None, media=(DISK,))

    found = match(record, replace(knowing(known), by_medium={DISK.serial: (known,)}))

    assert found == Match(known)
    assert codes(record) == []


@pytest.mark.parametrize("junk", ["-", "N/A", "0000000000"])
def test_a_medium_without_a_serial_tells_nothing(junk: str) -> None:
    borne = {key: (a_known(),) for key in (junk, serial_key(junk))}
    record = a_record(tag="X-9", serial=None, media=(Medium(junk),))

    assert match(record, replace(knowing(another()), by_medium=borne)) == Match()


def test_a_disk_that_went_to_another_machine_makes_no_doubt_of_this_one() -> None:
    one, other = a_known(), another()
    known = replace(knowing(one, other), by_medium={DISK.serial: (other,)})

    assert match(a_record(media=(DISK,)), known) == Match(one)
    assert match(a_record(media=(DISK,), uuid=UUID), known) == Match(one)
    by_tag_alone = match(a_record(serial=None, media=(DISK,)), known)
    assert by_tag_alone.doubt is Doubt.DISAGREE


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"serial": "OTHER9"}, "le numéro de série est celui de PC-18"),
        ({"serial": None, "uuid": UUID}, "l'UUID est celui de PC-18"),
        ({"uuid": UUID}, "l'UUID est celui de PC-18"),
        ({"serial": None, "media": (DISK,)}, "le numéro d'un support est celui de"),
        ({"foreign_tag": "GLPI-4"}, "l'étiquette d'un autre outil est celle de PC-18"),
    ],
)
def test_identifiers_that_disagree_name_both_devices(
    said: dict[str, object], named: str
) -> None:
    one = replace(a_known(), serial_key="640HP72" if "serial" not in said else None)
    other = another(uuid_key=uuid_key(UUID), foreign_tag="GLPI-4")
    known = replace(knowing(one, other), by_medium={DISK.serial: (other,)})

    found = match(a_record(**said), known)

    assert (found.device, found.doubt) == (None, Doubt.DISAGREE)
    assert found.reason.startswith("L'étiquette est celle de PC-17, mais")
    assert named in found.reason
    assert found.candidates == (1, 2)


def test_two_devices_with_one_serial_are_told_apart_by_the_uuid() -> None:
    one, two = a_known(1), another(2, serial_key="640HP72", uuid_key=uuid_key(UUID))

    assert match(a_record(tag=None, uuid=UUID), knowing(one, two)) == Match(two)


def test_a_known_uuid_on_another_serial_is_a_conflict() -> None:
    known = replace(a_known(), uuid_key=uuid_key(UUID))

    found = match(a_record(tag=None, serial="NEW77", uuid=UUID), knowing(known))

    assert (found.doubt, found.candidates) == (Doubt.OTHER_SERIAL, (1,))
    assert "PC-17" in found.reason


def test_a_tag_alone_does_not_outweigh_another_uuid() -> None:
    known = replace(a_known(), uuid_key=uuid_key(UUID))

    tag_alone = match(a_record(serial=None, uuid="1234" * 8), knowing(known))
    with_serial = match(a_record(uuid="1234" * 8), knowing(known))

    assert tag_alone.doubt is Doubt.OTHER_SERIAL
    assert with_serial == Match(known)


def test_makers_written_otherwise_are_the_same_maker() -> None:
    known = a_known()

    for maker in ("DELL", "Dell Inc.", "Dell Computer Corporation"):
        assert match(a_record(tag=None, maker=maker), knowing(known)) == Match(known)


def test_an_alias_leads_to_its_device_when_no_device_bears_the_code() -> None:
    known = a_known()
    led = replace(
        knowing(known, another()),
        tag_aliases={"OLD-1": (known,)},
        serial_aliases={"OLDS1": (known,), "OTHER9": (known,)},
    )

    assert match(a_record(tag="old-1"), led) == Match(known)
    assert match(a_record(tag="OLD-1", serial=None), led) == Match(known)
    assert match(a_record(tag=None, serial="OLD-S1"), led) == Match(known)
    assert match(a_record(serial="OLD-S1"), led) == Match(known)
    # What a device bears itself comes first.
    assert match(a_record(tag=None, serial="OTHER9"), led) == Match(another())


def test_an_alias_that_leads_elsewhere_than_the_serial_is_a_conflict() -> None:
    one, other = a_known(), another()
    led = replace(knowing(one, other), tag_aliases={"OLD-1": (other,)})

    found = match(a_record(tag="OLD-1"), led)

    assert (found.doubt, set(found.candidates)) == (Doubt.DISAGREE, {1, 2})


def test_a_tag_is_that_of_who_bears_it_rather_than_of_who_has_it_besides() -> None:
    bearer, besides = a_known(), another(foreign_tag="pc-17")

    for devices in ((bearer, besides), (besides, bearer)):
        known = knowing(*devices)
        assert match(a_record(serial=None), known) == Match(bearer)
        assert match(a_record(serial="OTHER9"), known) == Match(besides)


def test_two_devices_with_one_foreign_tag_are_not_told_apart_by_it() -> None:
    one = another(1, tag="LL-1", serial_key="S1", foreign_tag="PC-17")
    two = another(2, tag="LL-2", serial_key="S2", foreign_tag="PC-17")

    found = match(a_record(serial=None), knowing(one, two))

    assert (found.doubt, set(found.candidates)) == (Doubt.SEVERAL, {1, 2})
    assert "LL-1, LL-2" in found.reason


def test_a_discarded_device_is_found_again() -> None:
    known = replace(a_known(), discarded=True)

    assert match(a_record(), knowing(known)) == Match(known)


def test_a_discarded_device_gives_way_to_a_living_one() -> None:
    gone, there = replace(a_known(), discarded=True), another(serial_key="640HP72")

    assert match(a_record(tag=None), knowing(gone, there)) == Match(there)
