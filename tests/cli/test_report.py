"""`parc report reen`: the workbook, the JSON of the contract, and refusals."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from parc.clock import today
from tests.cli.conftest import Parc
from tests.factories import LENS, LOOS

PAST = (
    "Étiquette;Type;Marque;Date d'achat;Date de réforme;Destination;Date de remise\n"
    "PC-1;PC portable;Dell;2015-09-01;2022-05-03;Don à une association;2024-09-12\n"
    "PC-2;PC portable;Dell;2015-09-01;2022-05-03;;\n"
)
INDICATOR = {
    "id",
    "label",
    "value",
    "unit",
    "numerator",
    "denominator",
    "target",
    "computable",
    "reason",
    "legal_basis",
    "breakdown",
}


@pytest.fixture
def filled(made: Parc, tmp_path: Path) -> Parc:
    """Give what runs a command where Lens gave one of its two old laptops in 2024."""
    (tmp_path / "parc.csv").write_text(PAST, encoding="utf-8")
    assert made("import", "parc.csv", "--owner", LENS).code == 0
    return made


def test_one_object_is_told_to_programs(filled: Parc) -> None:
    ran = filled("report", "reen", "2024", "--owner", LENS, "--json")

    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (told["year"], told["owners"], told["published"]) == (2024, [LENS], False)
    assert told["perimeter"] == "owner"
    assert {"as_of", "indicators"} <= set(told)
    first = told["indicators"][0]
    assert set(first) >= INDICATOR
    assert first["id"] == "REEN-01"
    assert (first["value"], first["numerator"], first["denominator"]) == (50.0, 1, 2)


def test_a_rate_that_does_not_exist_is_null_with_its_reason(filled: Parc) -> None:
    told = json.loads(filled("report", "reen", "2024", "--owner", LOOS, "--json").out)

    first = told["indicators"][0]
    assert (first["value"], first["computable"]) == (None, False)
    assert first["reason"]


def test_several_owners_are_a_mutualised_perimeter(filled: Parc) -> None:
    everybody = json.loads(filled("report", "reen", "2024", "--json").out)
    named = json.loads(
        filled(
            *("report", "reen", "2024", "--json"),
            *("--owner", LENS, "--owner", LOOS),
        ).out
    )

    assert everybody["perimeter"] == named["perimeter"] == "mutualised"
    assert everybody["owners"] == named["owners"] == sorted([LENS, LOOS])


def test_what_was_known_then_is_not_what_is_known_now(filled: Parc) -> None:
    told = json.loads(
        filled(
            *("report", "reen", "2024", "--owner", LENS, "--json"),
            *("--as-of", "2025-01-31"),
        ).out
    )

    assert told["as_of"] == "2025-01-31"
    assert told["indicators"][0]["denominator"] == 0


def test_the_workbook_is_written_beside_the_json(filled: Parc, tmp_path: Path) -> None:
    ran = filled("report", "reen", "2024", "--out", "reen.xlsx", "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["year"] == 2024
    assert ran.err == "Écrit : reen.xlsx\n"
    assert load_workbook(tmp_path / "reen.xlsx").sheetnames[0] == "Synthèse"


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("/dev/full", "le disque est plein"),
        ("nowhere/reen.xlsx", "Dossier introuvable"),
        ("folder.xlsx", "est un dossier"),
    ],
)
def test_a_workbook_that_cannot_be_written_is_refused_in_words(
    filled: Parc, tmp_path: Path, out: str, said: str
) -> None:
    (tmp_path / "folder.xlsx").mkdir()

    ran = filled("report", "reen", "2024", "--out", out)

    assert ran.code == 1
    assert said in ran.err
    assert not list(tmp_path.rglob("*.partial"))


def test_a_workbook_that_fails_leaves_the_former_one(
    filled: Parc, tmp_path: Path
) -> None:
    former = tmp_path / "reen.xlsx"
    former.write_bytes(b"l'ancien")
    (tmp_path / "reen.xlsx.partial").mkdir()

    ran = filled("report", "reen", "2024", "--out", "reen.xlsx")

    assert ran.code == 1
    assert former.read_bytes() == b"l'ancien"


@pytest.mark.parametrize("year", ["1999", "0", "-5", str(today().year + 1)])
def test_a_year_that_is_none_of_a_report_is_refused(filled: Parc, year: str) -> None:
    ran = filled("report", "reen", "--json", "--", year)

    assert (ran.code, ran.out) == (1, "")
    assert f"de 2000 à {today().year}" in ran.err


def test_an_unknown_owner_is_refused(filled: Parc) -> None:
    ran = filled("report", "reen", "2024", "--owner", "123", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "parc owner list" in ran.err


def test_without_an_owner_it_says_how_to_add_one(parc: Parc) -> None:
    parc("db", "upgrade")

    ran = parc("report", "reen", "2024", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "parc owner add" in ran.err
