"""Workbench's snapshots: one device each, its media, nothing of its erasures."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports import snapshots
from imports.rejects import rejects_csv
from imports.snapshots import TITLES
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import IssueLog
from parc.domain.vocabulary import MediumKind
from tests.imports.files import category_of, codes, read, refusal

DEVICE = {
    "type": "Laptop",
    "manufacturer": "Dell",
    "model": "Latitude E7240",
    "serialNumber": "5CQ6VY1",
}


def snapshot(device: object = None, *components: object) -> dict[str, object]:
    known = DEVICE if device is None else device
    return {"type": "Snapshot", "device": known, "components": [*components]}


def raw(**data: object) -> dict[str, object]:
    return {"type": "Snapshot", "data": data}


def made(*items: object) -> list[DeviceRecord]:
    return read(json.dumps([*items]).encode()).records


def one(item: object) -> DeviceRecord:
    (record,) = read(json.dumps(item).encode()).records
    return record


def dmi(**said: str) -> str:
    lines = (f"\t{name.replace('_', ' ')}: {value}" for name, value in said.items())
    return "\n".join(["Handle 0x0001, DMI type 1", "System Information", *lines])


def test_a_snapshot_is_one_device() -> None:
    record = one(snapshot())

    assert record == DeviceRecord(
        1, serial="5CQ6VY1", category="laptop", maker="Dell", model="Latitude E7240"
    )


def test_a_list_of_snapshots_is_as_many_devices() -> None:
    records = made(snapshot(), snapshot({**DEVICE, "serialNumber": "OTHER1"}))

    assert [(r.line, r.serial) for r in records] == [(1, "5CQ6VY1"), (2, "OTHER1")]


def test_what_is_no_snapshot_among_them_is_given_back() -> None:
    found = read(json.dumps([snapshot(), {"type": "EraseBasic"}, 7]).encode())

    assert [row.line for row in found.rejected] == [2, 3]
    assert codes(found) == ["not_a_snapshot", "not_a_snapshot"]
    assert found.read == 3
    lines = rejects_csv(found, found.rejected).decode("utf-8-sig").splitlines()
    assert lines[0].startswith(";".join(TITLES))
    assert len(lines) == 3


def test_the_headings_of_what_is_given_back_are_those_of_a_list() -> None:
    content = ";".join(TITLES) + "\r\n640HP72;;PC portable;Dell;Latitude;DK1\r\n"
    found = read(content.encode())

    assert found.heading.ignored == ()
    assert found.records[0].media[0].serial == "DK1"


@pytest.mark.parametrize("kind", ["HardDrive", "SolidStateDrive", "DataStorage"])
def test_media_are_listed_each_once(kind: str) -> None:
    disk = {"type": kind, "serialNumber": "WD-1", "size": "160042.0 MB"}

    record = one(snapshot(None, disk, disk, {**disk, "serialNumber": "WD-2"}))

    assert [medium.serial for medium in record.media] == ["WD-1", "WD-2"]
    assert {medium.capacity_gb for medium in record.media} == {160}
    assert {medium.settlement for medium in record.media} == {None}


@pytest.mark.parametrize(
    "serial", ["0", "00000000", "To be filled by O.E.M.", "", None, [], True]
)
def test_a_junk_serial_is_none(serial: object) -> None:
    disk = {"type": "HardDrive", "serialNumber": serial}

    record = one(snapshot({**DEVICE, "serialNumber": serial}, disk))

    assert record.serial is None
    assert record.media == ()
    assert record.model == "Latitude E7240"


@pytest.mark.parametrize(
    "uuid",
    [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "880913a7-74fe-d511-8893-24e75bf3a527",
        "sans",
    ],
)
def test_a_junk_uuid_is_none(uuid: str) -> None:
    assert one(raw(dmidecode=dmi(Serial_Number="5CQ6VY1", UUID=uuid))).uuid is None


def test_dmidecode_comes_first_then_inxi_then_lshw() -> None:
    inxi = [{"000#1#0#Machine": [{"001#1#1#System": "B", "002#1#2#product": "b"}]}]
    lshw = {"vendor": "C", "product": "c", "serial": "SN-C", "configuration": 3}

    record = one(raw(dmidecode=dmi(Manufacturer="A"), inxi=json.dumps(inxi), lshw=lshw))

    assert (record.maker, record.model, record.serial) == ("A", "b", "SN-C")


def test_the_board_s_serial_is_not_the_machine_s() -> None:
    text = "Base Board Information\n\tSerial Number: /5CQ6VY1/CN12/\n"

    assert one(raw(dmidecode=text)).serial is None


@pytest.mark.parametrize(
    ("disk", "kind"),
    [
        ({"rotation_rate": 0}, MediumKind.SSD),
        ({"rotation_rate": 7_200}, MediumKind.HDD),
        ({"device": {"protocol": "NVMe"}}, MediumKind.NVME),
        ({}, MediumKind.UNKNOWN),
        ({"rotation_rate": "7200", "device": []}, MediumKind.UNKNOWN),
    ],
)
def test_smartctl_tells_the_technology(disk: dict[str, object], kind: str) -> None:
    said = {**disk, "serial_number": "S1X", "user_capacity": {"bytes": 256 * 10**9}}

    (medium,) = one(raw(smartctl=json.dumps([said]))).media

    assert (medium.kind, medium.capacity_gb) == (kind, 256)


def test_a_raw_output_out_of_bounds_says_nothing() -> None:
    deep = "[" * 100 + "]" * 100
    record = one(
        raw(smartctl=deep, inxi='{"a":', lshw="7", dmidecode=dmi(Serial_Number="X12"))
    )

    assert (record.serial, record.media) == ("X12", ())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"devices": []}', "JSON"),
        (b'{"type": "Snapshot"}', "JSON"),
        (b'{"type": "Snapshot", "device": 3}', "JSON"),
        (b'{"deviceid": "pc-1", "content": {}}', "agent GLPI"),
        (b'[[{"type": "Snapshot"}]]', "JSON"),
    ],
)
def test_other_json_is_refused_by_name(content: bytes, kind: str) -> None:
    error = refusal(content)

    assert error.code == "unknown_format"
    assert kind in str(error)


def test_a_snapshot_is_not_taken_for_what_was_asked() -> None:
    content = json.dumps(snapshot()).encode()

    assert refusal(content, wanted="glpi").code == "other_format"
    assert read(content, wanted="workbench").format == "workbench"


KEYS = (
    *("type", "device", "components", "serialNumber", "size", "model", "data"),
    *("smartctl", "inxi", "lshw", "dmidecode", "user_capacity", "bytes"),
    *("000#1#0#Machine", "007#1#0#Drives", "000#0#1#Type"),
)
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
        )
    ),
    max_leaves=25,
)


@given(WILD, WILD)
def test_whatever_a_snapshot_holds(first: object, second: object) -> None:
    items = [
        {"type": "Snapshot", "device": {}, "components": first},
        {"type": "Snapshot", "device": {"serialNumber": second, "type": first}},
        {"type": "Snapshot", "data": {"smartctl": first, "inxi": second}},
        {"type": "Snapshot", "data": {"lshw": second, "dmidecode": first}},
        first,
    ]
    log = IssueLog()

    told = snapshots.machines(items)
    found = [*snapshots.records(told, category_of, log)]

    assert len(found) == len(items)
    assert [*snapshots.as_sheet(told).rows()]
