"""`parc export`: whole files or none, without names, that parc reads again."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from imports.journal import COLUMNS, SHEET
from parc.cli import export
from tests.cli.conftest import Parc
from tests.factories import LENS, LOOS

LIST = (
    "Étiquette;N° de série;Type;Marque;Site;Utilisateur\n"
    "PC-1;S1;PC portable;Dell;Mairie;Alice Martin\n"
    "PC-2;S2;Écran;HP;Mairie;Bob Durand\n"
)


@pytest.fixture
def filled(made: Parc, tmp_path: Path) -> Parc:
    """Give what runs a command where Lens has two devices and Loos one."""
    (tmp_path / "lens.csv").write_text(LIST, encoding="utf-8")
    assert made("import", "lens.csv", "--owner", LENS).code == 0
    (tmp_path / "loos.csv").write_text(
        LIST.splitlines()[0] + "\nPC-3;S3;Écran;HP;École;Charlie Petit\n",
        encoding="utf-8",
    )
    assert made("import", "loos.csv", "--owner", LOOS).code == 0
    return made


def first_column(path: Path) -> list[str]:
    """Read the tags of a file of any form."""
    if path.suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["tag"] for line in lines]
    if path.suffix == ".csv":
        text = path.read_text(encoding="utf-8-sig")
        return [line.partition(";")[0] for line in text.splitlines()[1:]]
    book = load_workbook(path, read_only=True)
    rows = list(book.worksheets[0].iter_rows(min_row=2, max_col=1, values_only=True))
    book.close()
    return [str(row[0]) for row in rows]


@pytest.mark.parametrize("what", ["devices", "events"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_a_file_of_each_form_holds_all_or_some_owners(
    filled: Parc, tmp_path: Path, what: str, kind: str
) -> None:
    out = tmp_path / f"parc.{kind}"

    ran = filled("export", what, "--out", out)

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Écrit : {out} (3 lignes)\n"
    assert first_column(out) == ["PC-1", "PC-2", "PC-3"]
    assert filled("export", what, "--out", out, "--owner", LOOS).code == 0
    assert first_column(out) == ["PC-3"]


@pytest.mark.parametrize("what", ["devices", "events"])
def test_no_name_of_a_person_leaves(filled: Parc, tmp_path: Path, what: str) -> None:
    out = tmp_path / "parc.csv"
    filled("export", what, "--out", out)

    text = out.read_text(encoding="utf-8-sig")

    assert "Mairie" in text
    for name in ("Alice", "Martin", "Durand", "Charlie"):
        assert name not in text


def test_a_journal_says_what_it_is(filled: Parc, tmp_path: Path) -> None:
    filled("export", "events", "--out", "parc.xlsx")

    book = load_workbook(tmp_path / "parc.xlsx", read_only=True)
    page = book[SHEET]
    (heading,) = page.iter_rows(max_row=1, values_only=True)
    book.close()

    assert list(heading) == list(COLUMNS.values())


def test_a_list_sent_back_changes_nothing(filled: Parc) -> None:
    filled("export", "devices", "--out", "parc.csv", "--owner", LENS)

    told = json.loads(filled("import", "parc.csv", "--owner", LENS, "--json").out)

    assert (told["read"], told["unchanged"]) == (2, 2)


def test_nothing_is_written_over_a_file_when_it_fails(
    filled: Parc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "parc.xlsx"
    out.write_bytes(b"avant")
    monkeypatch.setattr(export, "_MOST_ROWS", 2)

    ran = filled("export", "events", "--out", out)

    assert ran.code == 1
    assert "exportez en .csv" in ran.err
    assert out.read_bytes() == b"avant"
    assert [p.name for p in tmp_path.glob("*.partial")] == []


def test_a_text_that_no_cell_can_hold_is_not_cut(
    filled: Parc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_LONGEST_CELL", 10)

    assert "trop longue" in filled("export", "events", "--out", "parc.xlsx").err
    assert filled("export", "events", "--out", "parc.csv").code == 0


@pytest.mark.parametrize(
    ("out", "code", "said"),
    [
        ("parc.doc", 2, ".jsonl"),
        ("parc", 2, ".jsonl"),
        ("nowhere/parc.csv", 1, "Dossier introuvable"),
        ("data.csv", 1, "est un dossier"),
    ],
)
def test_what_cannot_be_written_is_refused(
    filled: Parc, tmp_path: Path, out: str, code: int, said: str
) -> None:
    (tmp_path / "data.csv").mkdir()

    ran = filled("export", "devices", "--out", out)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_an_owner_is_one_of_those_known(filled: Parc, parc: Parc) -> None:
    ran = filled("export", "events", "--out", "parc.csv", "--owner", "123")

    assert ran.code == 1
    assert "parc owner list" in ran.err


def test_without_an_owner_there_is_nothing_to_export(
    parc: Parc, tmp_path: Path
) -> None:
    parc("db", "upgrade")

    ran = parc("export", "events", "--out", "parc.csv")

    assert ran.code == 1
    assert "parc owner add" in ran.err
    assert [path.name for path in tmp_path.glob("parc*")] == []
