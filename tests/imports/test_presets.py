"""Each origin: a small list of our own, and what it must give beside it."""

import json
from dataclasses import fields
from datetime import date
from enum import Enum
from pathlib import Path

import pytest

from imports import Extract, Options, extract
from imports.vocabulary import origins
from parc import resources
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import Issue
from tests.imports import files

SAMPLES = Path(__file__).with_name("samples")
LISTS = sorted(path for path in SAMPLES.iterdir() if ".expected" not in path.name)


def category_of(text: str) -> str | None:
    """Find the category as the application does."""
    found = resources.categories().match(text)
    return found.id if found else None


def read(content: bytes, wanted: str | None = None) -> Extract:
    return extract(content, Options(category_of, None, wanted))


def plainly(value: object) -> object:
    """Write a value as JSON has it; what is empty is left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plainly(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        said = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
        return {name: plainly(v) for name, v in said.items() if v not in {None, ""}}
    return value


def told(record: DeviceRecord) -> dict[str, object]:
    made = plainly(record)
    assert isinstance(made, dict)
    return {name: value for name, value in made.items() if value != []}


def remarked(issue: Issue) -> dict[str, object]:
    return {
        "line": issue.line,
        "column": issue.column,
        "code": issue.code,
        "value": issue.value,
    }


def outcome(found: Extract) -> dict[str, object]:
    """Give what is compared: the origin, the records, the remarks."""
    return {
        "format": found.format,
        "records": [told(record) for record in found.records],
        "rejected": [row.line for row in found.rejected],
        "issues": [remarked(issue) for issue in found.issues],
    }


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_a_list_gives_what_stands_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))

    assert outcome(read(path.read_bytes())) == expected


def test_every_origin_has_its_list() -> None:
    formats = {read(path.read_bytes()).format for path in LISTS}

    assert formats == origins().keys() - {"spreadsheet"}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_the_name_of_a_file_is_never_asked(path: Path) -> None:
    found = read(path.read_bytes())

    assert read(path.read_bytes(), wanted=found.format).format == found.format


def test_a_list_of_two_suppliers_at_once_is_an_ordinary_one() -> None:
    ordered = {
        "Serial Number": "5CG3456AAA",
        "Customer PO": "B",
        "Ship Date": "",
        "Order Number": "7",
    }
    of_hp = {**ordered, "HP Order Number": "H1"}
    of_lenovo = {**ordered, "MTM": "21M7"}
    of_both = {**of_hp, **of_lenovo}

    found = [
        read(files.text([*listed], [*listed.values()]))
        for listed in (of_hp, of_lenovo, of_both)
    ]

    assert [one.format for one in found] == ["hp", "lenovo", "spreadsheet"]
    assert [one.records[0].maker for one in found] == ["HP", "Lenovo", None]


def test_an_ordinary_list_stays_one() -> None:
    assert read(files.text(files.HEADINGS, files.LAPTOP)).format == "spreadsheet"
    headings = ("Nom", "Statut", "Marque", "Modèle", "Type", "Numéro de série", "Lieu")
    cells = ("PC-1", "En service", "Dell", "L5420", "PC portable", "640HP72", "Mairie")
    assert read(files.text(headings, cells)).format == "spreadsheet"


def test_an_order_of_unknown_state_is_not_said_to_be_on_its_way() -> None:
    headings = ("Dell Order Number", "Service Tag", "Order Status", "Ship Date")
    on_its_way, unknown = read(
        files.text(
            headings,
            ("1", "9ABCDE1", "", "2026-03-25"),
            ("1", "9ABCDE2", "Zorglub", "2026-03-25"),
        )
    ).records

    assert on_its_way.state == "ordered"
    assert unknown.state is None
