"""`parc import` of what `parc export events` wrote: the same parc, or nothing."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Parc
from tests.cli.test_import import KEYS
from tests.factories import LENS

LIST = "Étiquette;N° de série;Type;Marque\nPC-1;S1;PC portable;Dell\nPC-2;S2;Écran;HP\n"


@pytest.fixture
def journal(made: Parc, tmp_path: Path) -> Path:
    """Give the journal of Lens, whose two devices are in the parc of the commands."""
    (tmp_path / "lens.csv").write_text(LIST, encoding="utf-8")
    assert made("import", "lens.csv", "--owner", LENS).code == 0
    assert made("export", "events", "--out", "journal.jsonl").code == 0
    return tmp_path / "journal.jsonl"


def renamed(journal: Path) -> None:
    """Make devices of it that the parc does not know yet."""
    text = journal.read_text(encoding="utf-8")
    journal.write_text(text.replace("PC-", "PC-9"), encoding="utf-8")


def test_an_export_is_known_again(made: Parc, journal: Path) -> None:
    ran = made("import", journal)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Matériels lus : 2 ; créés : 0, inchangés : 2, en conflit : 0, rejetés : 0.\n"
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_each_form_is_recognised_whatever_its_name(
    made: Parc, journal: Path, kind: str
) -> None:
    made("export", "events", "--out", f"journal.{kind}")
    Path(f"journal.{kind}").rename("inventaire.dat")

    told = json.loads(made("import", "inventaire.dat", "--json").out)

    assert list(told) == KEYS
    assert (told["format"], told["read"], told["unchanged"]) == ("journal", 2, 2)


def test_new_histories_are_written_and_whole(made: Parc, journal: Path) -> None:
    renamed(journal)

    preview = made("import", journal, "--dry-run")
    told = json.loads(made("import", journal, "--json").out)

    assert "créés : 2" in preview.out
    assert "(rien n'est écrit)" in preview.out
    assert (told["created"], told["rejected"]) == (2, 0)
    assert "4 matériels vérifiés" in made("db", "check").err


def test_a_wrong_line_refuses_the_whole(made: Parc, journal: Path) -> None:
    renamed(journal)
    first, second = journal.read_text(encoding="utf-8").splitlines()
    wrong = second.replace("in_stock", "offered").replace("declared", "documented")
    journal.write_text(f"{first}\n{wrong}\n", encoding="utf-8")

    ran = made("import", journal)

    assert ran.code == 1
    assert "rejetés : 2" in ran.out
    assert "ligne 2 : " in ran.err
    assert "2 matériels vérifiés" in made("db", "check").err


def test_another_history_of_a_known_device_is_a_conflict(
    made: Parc, journal: Path
) -> None:
    text = journal.read_text(encoding="utf-8")
    journal.write_text(text.replace("command-line", "U-CHAR11E0"), encoding="utf-8")

    ran = made("import", journal, "--json")

    assert (ran.code, json.loads(ran.out)["conflicts"]) == (1, 2)


def test_a_journal_names_its_owners_itself(made: Parc, journal: Path) -> None:
    ran = made("import", journal, "--owner", LENS)

    assert ran.code == 1
    assert "ôtez --owner" in ran.err


def test_an_endless_line_is_refused(made: Parc, journal: Path) -> None:
    with journal.open("ab") as file:
        file.write(b'{"tag":"' + b"x" * 20_000_000)

    ran = made("import", journal)

    assert (ran.code, ran.out) == (1, "")
    assert "La ligne 3 est trop longue" in ran.err
