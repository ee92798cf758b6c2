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


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_donor_s_list_in_two_kinds(kind: str) -> None:
    found = read(sample(f"ereuse-devicehub/placeholder_test.{kind}"))

    assert found.rejected == []
    assert [
        (r.tag, r.serial, r.maker, r.model, r.site, r.notes) for r in found.records
    ] == [
        ("AA", "12345678", "Sony", "Vaio", "24A", "Good conditions"),
        ("BB", "12345679", "Sony", "Vaio", "24A", "Good conditions"),
        ("CC", "12345680", "Sony", "Vaio", "24A", "Good conditions"),
    ]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_the_same_list_in_other_kinds_is_refused_with_what_to_do(kind: str) -> None:
    error = refusal(sample(f"ereuse-devicehub/placeholder_test.{kind}"))

    assert error.code == "unknown_format"
    assert ".xlsx" in str(error)


def test_a_delivery_note_with_holes() -> None:
    found = read(sample("ereuse-devicehub/devices_deliverynote.csv"))

    assert (len(found.records), found.rejected) == (9, [])
    assert found.records[0].tag == "N006536"
    assert found.records[2].serial is None
    assert found.records[6].tag is None
    assert found.records[6].serial == "PSV75EZ007017000361800"
    assert {record.maker for record in found.records} == {"Acer"}


@pytest.mark.parametrize(
    "name",
    [
        "ereuse-devicehub/example_wb11.json",
        "ereuse-devicehub/desktop-amd-bug-no-sn.json",
        "ereuse-devicehub/basic.snapshot.badly_formed.yaml",
        "ereuse-devicehub/erase-sectors-2-hdd.snapshot.yaml",
    ],
)
def test_snapshots_of_single_devices_are_refused_politely(name: str) -> None:
    assert refusal(sample(name)).code in {"unknown_format", "no_heading"}
