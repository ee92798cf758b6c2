"""Real files of other tools, when they are at hand: read as their makers meant."""

from datetime import date
from pathlib import Path

import pytest

from imports import Extract
from tests.imports.files import codes, read, refusal

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def sample(name: str) -> bytes:
    """Give a real file's bytes, or leave the test out."""
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"{name} n'est pas là")
    return path.read_bytes()


def months(found: Extract) -> set[date | None]:
    return {record.acquired_on for record in found.records}


def test_snipe_it_s_assets() -> None:
    found = read(sample("snipe-it/assets-sample.csv"))

    assert found.format == "snipe-it"
    assert (len(found.records), found.rejected) == (22, [])
    first, second = found.records[:2]
    assert first.tag == "ICC-2065556"  # the byte order mark hides no heading
    assert first.model == 'Macbook Pro 13"'
    assert first.acquired_on == date(2023, 1, 23)  # the column proves US dates
    assert first.price_cents == 226_613
    assert first.serial is None
    assert second.holder_name == "Gage McCrackem"
    assert None not in months(found)


def test_snipe_it_s_assets_from_an_old_mac() -> None:
    found = read(sample("snipe-it/assets-sample-BAD.csv"))

    assert found.format == "snipe-it"
    assert (len(found.records), found.rejected) == (200, [])
    assert found.heading.ignored.count("Category") == 1
    assert found.heading.ignored.count("Company") == 1
    first = found.records[0]
    assert first.tag == "970882174-8"
    assert first.specifications is None  # 6.37702E+15
    assert first.acquired_on == date(2016, 4, 5)
    assert first.warranty_ends_on == date(2017, 6, 5)
    assert codes(found).count("mangled_identifier") == 1


def test_snipe_it_s_licences_are_refused_by_name() -> None:
    error = refusal(sample("snipe-it/licenses-sample.csv"))

    assert error.code == "other_list"
    assert "licences" in str(error)


@pytest.mark.parametrize("kind", ["csv", "xls", "xlsx", "ods"])
def test_the_same_donor_s_list_in_four_kinds(kind: str) -> None:
    found = read(sample(f"ereuse-devicehub/placeholder_test.{kind}"))

    assert (found.format, found.rejected) == ("ereuse", [])
    assert [
        (r.tag, r.serial, r.maker, r.model, r.site, r.notes) for r in found.records
    ] == [
        ("AA", "12345678", "Sony", "Vaio", "24A", "Good conditions"),
        ("BB", "12345679", "Sony", "Vaio", "24A", "Good conditions"),
        ("CC", "12345680", "Sony", "Vaio", "24A", "Good conditions"),
    ]


def test_a_delivery_note_with_holes() -> None:
    found = read(sample("ereuse-devicehub/devices_deliverynote.csv"))

    assert (len(found.records), found.rejected) == (9, [])
    assert found.records[0].tag == "N006536"
    assert found.records[2].serial is None
    assert found.records[6].tag is None
    assert found.records[6].serial == "PSV75EZ007017000361800"
    assert {record.maker for record in found.records} == {"Acer"}


def test_a_snapshot_of_workbench_11() -> None:
    (made,) = read(sample("ereuse-devicehub/example_wb11.json")).records

    assert (made.serial, made.maker) == ("LUSEA0D010038879A01601", "Acer")
    (medium,) = made.media
    assert (medium.serial, medium.capacity_gb) == ("WD-WX11A80W7430", 160)
    assert medium.settlement is None  # the erasure that it tells is not taken


def test_a_snapshot_of_a_machine_without_a_serial() -> None:
    found = read(sample("ereuse-devicehub/desktop-amd-bug-no-sn.json"))

    (made,) = found.records
    assert (made.serial, made.uuid, made.maker) == (None, None, None)
    assert [medium.serial for medium in made.media] == ["VD051GTF024B4L"]
    assert "junk_serial" in codes(found)


def test_a_snapshot_of_two_disks() -> None:
    found = read(sample("ereuse-devicehub/erase-sectors-2-hdd.snapshot.yaml"))

    assert [len(record.media) for record in found.records] == [2]


def test_a_snapshot_badly_formed_is_refused() -> None:
    name = "ereuse-devicehub/basic.snapshot.badly_formed.yaml"

    assert refusal(sample(name)).code in {"no_heading", "damaged", "unknown_format"}


def test_the_agents_own_files_are_refused_by_name() -> None:
    error = refusal(sample("glpi-inventory-format/computer_1.json"))

    assert error.code == "unknown_format"
    assert "agent GLPI" in str(error)
