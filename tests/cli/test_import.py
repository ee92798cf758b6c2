"""`parc import`: what it says, what it writes, and the code it ends with."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.storage.database import reading
from parc.storage.tables import DeviceRow, ImportRow
from tests.cli.conftest import Parc
from tests.factories import LENS

HEADING = "Étiquette;N° de série;Type;Marque;Date d'achat\n"
GOOD = "PC-1;S1;PC portable;Dell;2023-03-01\n"
BAD = ";;Écran;HP;\n"
AMBIGUOUS = "PC-2;S2;PC portable;Dell;1/2/23\n"
KEYS = [
    "file",
    "sha256",
    "format",
    "dry_run",
    "import_id",
    "read",
    "created",
    "updated",
    "unchanged",
    "conflicts",
    "rejected",
    "issues",
    "already_applied",
]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Give an inventory of three rows: good, without identifier, ambiguous."""
    path = tmp_path / "parc.csv"
    path.write_text(HEADING + GOOD + BAD + AMBIGUOUS, encoding="utf-8")
    return path


def devices(engine: Engine) -> int:
    """Count all devices."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(DeviceRow)).one()


def test_an_import_tells_lines_to_people(made: Parc, csv: Path) -> None:
    ran = made("import", csv, "--owner", LENS)

    assert ran.code == 0
    assert ran.out == (
        "3 lignes lues : 1 créé, 0 modifié, 0 inchangé, 0 conflit, 2 rejetés.\n"
    )
    lines = ran.err.splitlines()
    assert [line.partition(" : ")[0] for line in lines] == [
        "ligne 3",
        "ligne 4, Date d'achat",
    ]
    assert lines[1].endswith("[ambiguous_date]")


def test_an_import_tells_one_object_to_programs(made: Parc, csv: Path) -> None:
    ran = made("import", csv, "--owner", LENS, "--json")

    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert list(told) == KEYS
    assert (told["file"], told["format"]) == ("parc.csv", "spreadsheet")
    assert (told["read"], told["created"], told["rejected"]) == (3, 1, 2)
    assert {"line", "column", "code", "value", "message"} <= set(told["issues"][0])


def test_the_same_file_again_changes_nothing(made: Parc, csv: Path) -> None:
    made("import", csv, "--owner", LENS)

    told = json.loads(made("import", csv, "--owner", LENS, "--json").out)

    assert (told["created"], told["updated"], told["unchanged"]) == (0, 0, 1)


def test_a_dry_run_says_so_and_writes_nothing(
    made: Parc, engine: Engine, csv: Path
) -> None:
    ran = made("import", csv, "--owner", LENS, "--dry-run")
    told = json.loads(made("import", csv, "--owner", LENS, "--dry-run", "--json").out)

    assert ran.code == 0
    assert "(rien n'est écrit)" in ran.out
    assert (told["dry_run"], told["created"]) == (True, 1)
    with reading(engine) as session:
        assert session.exec(select(ImportRow)).all() == []
    assert devices(engine) == 0


def test_the_order_of_dates_can_be_given(made: Parc, csv: Path) -> None:
    line = ("import", csv, "--owner", LENS, "--json")

    told = json.loads(made(*line, "--date-order", "dmy").out)

    assert (told["created"], told["rejected"]) == (2, 1)


def test_nothing_applied_ends_with_one(made: Parc, csv: Path) -> None:
    csv.write_text(HEADING + BAD, encoding="utf-8")

    ran = made("import", csv, "--owner", LENS, "--json")

    assert (ran.code, json.loads(ran.out)["rejected"]) == (1, 1)


def test_nothing_to_do_ends_with_zero(made: Parc, csv: Path) -> None:
    csv.write_text(HEADING, encoding="utf-8")

    assert made("import", csv, "--owner", LENS).code == 0


def test_the_lines_to_correct_are_written(made: Parc, csv: Path) -> None:
    ran = made("import", csv, "--owner", LENS, "--rejects", "a-corriger.csv")

    assert "À corriger : a-corriger.csv" in ran.err
    written = csv.with_name("a-corriger.csv").read_text(encoding="utf-8-sig")
    assert len(written.splitlines()) == 3


def test_lines_corrected_since_are_not_left_behind(made: Parc, csv: Path) -> None:
    line = ("import", csv, "--owner", LENS, "--rejects", "a-corriger.csv")
    made(*line)
    csv.write_text(HEADING + GOOD, encoding="utf-8")

    made(*line)

    written = csv.with_name("a-corriger.csv").read_text(encoding="utf-8-sig")
    assert len(written.splitlines()) == 1


def test_no_file_is_made_when_there_is_nothing_to_correct(
    made: Parc, csv: Path
) -> None:
    csv.write_text(HEADING + GOOD, encoding="utf-8")

    made("import", csv, "--owner", LENS, "--rejects", "a-corriger.csv")

    assert not csv.with_name("a-corriger.csv").exists()


@pytest.mark.parametrize("rejects", ["/dev/full", ".", "nowhere/a.csv"])
def test_lines_to_correct_that_cannot_be_written_undo_the_import(
    made: Parc, engine: Engine, csv: Path, rejects: str
) -> None:
    ran = made("import", csv, "--owner", LENS, "--rejects", rejects)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Refusé : ")
    assert devices(engine) == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.csv", "Fichier introuvable"),
        (".", "est un dossier"),
        ("parc.csv/x.csv", "n'est pas un dossier"),
        ("x" * 300, "le nom est trop long"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    made: Parc, csv: Path, name: str, said: str
) -> None:
    ran = made("import", csv.parent / name if name != "." else ".", "--owner", LENS)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 ...", b"PK\x03\x04rubbish", b"bonjour", b"\x00\x01"]
)
def test_what_is_no_list_is_refused_whole(
    made: Parc, csv: Path, content: bytes
) -> None:
    csv.write_bytes(content)

    ran = made("import", csv, "--owner", LENS, "--json")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Refusé : ")


def test_the_extension_does_not_decide(made: Parc, csv: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Étiquette", "N° de série", "Type"])
    sheet.append(["PC-1", "S1", "Écran"])
    workbook.save(csv)

    assert json.loads(made("import", csv, "--owner", LENS, "--json").out)["read"] == 1


def test_another_format_than_asked_is_refused(made: Parc, csv: Path) -> None:
    ran = made("import", csv, "--owner", LENS, "--format", "snipe-it")

    assert ran.code == 1
    assert "snipe-it" in ran.err


@pytest.mark.parametrize(
    ("owner", "said"),
    [((), "--owner SIRET"), (("--owner", "123"), "parc owner list")],
)
def test_an_owner_is_one_of_those_known(
    made: Parc, csv: Path, owner: tuple[str, ...], said: str
) -> None:
    ran = made("import", csv, *owner)

    assert ran.code == 1
    assert said in ran.err


def test_a_single_owner_need_not_be_named(parc: Parc, csv: Path) -> None:
    parc("db", "upgrade")
    without = parc("import", csv)
    parc("owner", "add", LENS, "CA de Lens-Liévin")

    assert "parc owner add" in without.err
    assert parc("import", csv).code == 0


def test_a_siret_may_be_typed_with_spaces(made: Parc, csv: Path) -> None:
    spaced = f"{LENS[:3]} {LENS[3:6]} {LENS[6:9]} {LENS[9:]}"

    assert made("import", csv, "--owner", spaced).code == 0


def test_thousands_of_remarks_are_not_all_shown(made: Parc, csv: Path) -> None:
    csv.write_text(HEADING + BAD * 500 + GOOD, encoding="utf-8")

    ran = made("import", csv, "--owner", LENS)

    assert len(ran.err.splitlines()) == 101
    assert "… et 400 autres remarques" in ran.err
