"""Schema, integrity, seals, backup and restoration from the command line."""

import sqlite3
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, text

from tests.cli.conftest import Parc
from tests.factories import LENS, LOOS

EVERYTHING = (
    ("owner", "list"),
    ("owner", "list", "--json"),
    ("owner", "add", LENS, "CA de Lens-Liévin"),
    ("user", "add", "alice@lens.example", "--role", "technician"),
    ("token", "add", "agent", "--role", "agent"),
    ("db", "check"),
    ("db", "seal"),
    ("backup", "sauvegarde.zip"),
    ("report", "reen", "2025", "--json"),
    ("serve",),
)
LIST = "Étiquette;N° de série;Type;Marque\nPC-1;S1;PC portable;Dell\n"


def rows(engine: Engine, table: str = "device") -> int:
    """Count the rows of a table."""
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


@pytest.fixture
def filled(made: Parc, tmp_path: Path) -> Parc:
    """Give what runs a command on a database with one device of Lens."""
    (tmp_path / "parc.csv").write_text(LIST, encoding="utf-8")
    assert made("import", "parc.csv", "--owner", LENS).code == 0
    return made


@pytest.mark.parametrize("line", EVERYTHING, ids=" ".join)
def test_without_a_schema_the_command_that_makes_it_is_named(
    parc: Parc, line: tuple[str, ...]
) -> None:
    ran = parc(*line)

    assert (ran.code, ran.out) == (1, "")
    assert "parc db upgrade" in ran.err


def test_upgrading_twice_changes_nothing(parc: Parc) -> None:
    assert parc("db", "upgrade").code == 0

    again = parc("db", "upgrade")

    assert (again.code, again.err) == (0, "Le schéma de la base est à jour.\n")


def test_a_schema_of_the_future_is_refused_in_words(made: Parc, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    ran = made("db", "upgrade")

    assert ran.code == 1
    assert "mettez parc à jour" in ran.err
    assert made("serve").code == 1


def test_a_file_that_is_no_database_is_refused_in_words(
    command: Parc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bogus = tmp_path / "bogus.db"
    bogus.write_bytes(b"pas une base" * 100)
    monkeypatch.setenv("PARC_DATABASE_URL", f"sqlite:///{bogus}")

    ran = command("db", "upgrade")

    assert ran.code == 1
    assert "La base de données ne répond pas" in ran.err


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/none/parc.db", "mysql://x/y", "postgresql://h:abc/x"]
)
def test_an_address_that_leads_nowhere_is_refused_in_words(
    command: Parc, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("PARC_DATABASE_URL", url)

    assert command("db", "upgrade").code == 1


def test_a_data_folder_that_is_a_file_is_refused_in_words(
    command: Parc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fichier").touch()
    monkeypatch.setenv("PARC_DATA_DIR", str(tmp_path / "fichier"))

    ran = command("db", "upgrade")

    assert ran.code == 1
    assert "n'est pas un dossier" in ran.err


def test_a_sound_database_is_said_to_be(filled: Parc) -> None:
    ran = filled("db", "check")

    assert (ran.code, ran.err) == (0, "Tout est intègre : 1 matériels vérifiés.\n")


def test_what_was_tampered_with_is_found(filled: Parc, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE device SET state = 'recycled'"))

    ran = filled("db", "check")

    assert ran.code == 1
    assert "PC-1" in ran.err
    assert "projection" in ran.err


def test_a_seal_covers_what_is_new(filled: Parc) -> None:
    assert "1 événements scellés" in filled("db", "seal").err
    assert "Rien de nouveau" in filled("db", "seal").err


def test_a_backup_comes_back_elsewhere(
    filled: Parc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert filled("backup", "sauvegarde.zip").code == 0
    monkeypatch.setenv("PARC_DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("PARC_DATABASE_URL", raising=False)

    ran = filled("restore", "sauvegarde.zip")

    assert ran.code == 0, ran.err
    assert "parc db check" in ran.err
    assert filled("db", "check").code == 0
    assert '"siret": "' in filled("owner", "list", "--json").out


def test_a_backup_is_verified_without_writing(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    filled("backup", "sauvegarde.zip")
    damaged = bytearray((tmp_path / "sauvegarde.zip").read_bytes())
    with ZipFile(tmp_path / "sauvegarde.zip") as archive:
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
    # Inside what it holds: a byte of a member's date, say, changes nothing.
    start = largest.header_offset + 30 + len(largest.filename.encode())
    damaged[start + largest.compress_size // 2] ^= 0xFF
    (tmp_path / "abimee.zip").write_bytes(damaged)

    assert "intègre" in filled("restore", "sauvegarde.zip", "--verify-only").err
    ran = filled("restore", "abimee.zip", "--verify-only")

    assert ran.code == 1
    assert "Refusé" in ran.err
    assert rows(engine) == 1


def test_a_full_database_is_replaced_only_on_demand(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    filled("backup", "sauvegarde.zip")
    (tmp_path / "b.csv").write_text(LIST.replace("1", "2"), encoding="utf-8")
    filled("import", "b.csv", "--owner", LOOS)
    assert rows(engine) == 2

    refused = filled("restore", "sauvegarde.zip")
    assert refused.code == 1
    assert "--replace" in refused.err
    assert rows(engine) == 2
    engine.dispose()

    assert filled("restore", "sauvegarde.zip", "--replace").code == 0
    assert rows(engine) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere/b.zip", "Dossier introuvable"), (".", "dossier"), ("/dev/full", "ord")],
)
def test_a_backup_that_cannot_be_written_is_refused_in_words(
    filled: Parc, name: str, said: str
) -> None:
    ran = filled("backup", name)

    assert ran.code == 1
    assert said in ran.err
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("name", ["absent.zip", ".", "parc.csv", "/dev/null"])
def test_what_is_no_backup_is_refused_in_words(
    filled: Parc, engine: Engine, name: str
) -> None:
    ran = filled("restore", name, "--replace")

    assert ran.code == 1
    assert ran.err.startswith("Refusé : ")
    assert rows(engine) == 1


def test_a_backup_is_one_file(filled: Parc, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()}

    filled("backup", "sauvegarde.zip")

    assert {p.name for p in tmp_path.iterdir()} - before == {"sauvegarde.zip"}
    assert not (tmp_path / "sauvegarde.zip.partial").exists()


def test_the_default_database_lies_in_the_data_folder(
    command: Parc, tmp_path: Path
) -> None:
    command("db", "upgrade")

    with sqlite3.connect(tmp_path / "data" / "parc.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM owner").fetchone() == (0,)
    connection.close()
