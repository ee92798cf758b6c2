"""`parc import --undo`: what it says, what it leaves, and the code it ends with."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from tests.cli.conftest import Parc
from tests.factories import LENS

LIST = """Étiquette;N° de série;Type;Marque
PC-1;S1;PC portable;Dell
PC-2;S2;Écran;HP
"""


@pytest.fixture
def key(made: Parc, tmp_path: Path) -> str:
    """Import two devices; give the import's id."""
    path = tmp_path / "parc.csv"
    path.write_text(LIST, encoding="utf-8")
    told = json.loads(made("import", path, "--owner", LENS, "--json").out)
    return str(told["import_id"])


def present(engine: Engine) -> list[str]:
    """List the devices of the inventory."""
    with reading(engine) as session:
        rows = select(DeviceRow.tag).where(col(DeviceRow.void).is_(None))
        return sorted(session.exec(rows))


def test_an_import_is_undone_and_says_so(made: Parc, engine: Engine, key: str) -> None:
    ran = made("import", "--undo", key, "--reason", "Mauvais fichier")

    assert ran.code == 0
    assert ran.out == (
        "Matériels touchés par l'import : 2 (2 écarté, 0 remis comme avant, "
        "0 déjà défait, 0 laissé).\n"
    )
    assert present(engine) == []


def test_a_look_beforehand_undoes_nothing(made: Parc, engine: Engine, key: str) -> None:
    ran = made("import", "--undo", key, "--dry-run")

    assert ran.code == 0
    assert ran.out.endswith("(rien n'est annulé).\n")
    assert present(engine) == ["PC-1", "PC-2"]


def test_programs_get_one_object(made: Parc, tmp_path: Path, key: str) -> None:
    again = tmp_path / "encore.csv"
    again.write_text(LIST.replace("HP", "Dell"), encoding="utf-8")
    made("import", again, "--owner", LENS)

    ran = made("import", "--undo", key, "--reason", "Erreur", "--json")

    told = json.loads(ran.out)
    assert (told["import_id"], told["dry_run"], told["read"]) == (key, False, 2)
    assert (told["discarded"], told["set_back"], told["left"]) == (1, 0, 1)
    (left,) = told["devices_left"]
    assert left["tag"] == "PC-2"
    assert "Quelque chose lui est arrivé depuis" in left["reasons"][0]
    assert told["read"] == sum(
        told[fate] for fate in ("discarded", "set_back", "already", "left")
    )


def test_without_a_reason_nothing_is_undone(
    made: Parc, engine: Engine, key: str
) -> None:
    ran = made("import", "--undo", key)

    assert (ran.code, ran.out) == (1, "")
    assert "Motif" in ran.err
    assert present(engine) == ["PC-1", "PC-2"]


def test_an_unknown_import_is_refused(made: Parc) -> None:
    ran = made("import", "--undo", "0123456789abcdef", "--reason", "Erreur")

    assert ran.code == 1
    assert "Aucun import 0123456789abcdef" in ran.err


def test_a_file_beside_makes_no_sense(made: Parc, key: str) -> None:
    assert made("import", "parc.csv", "--undo", key, "--reason", "x").code == 2
    assert made("import").code == 2


def test_the_same_file_again_says_so(made: Parc, tmp_path: Path, key: str) -> None:
    path = tmp_path / "parc.csv"

    ran = made("import", path, "--owner", LENS)
    told = json.loads(made("import", path, "--owner", LENS, "--json").out)

    assert ran.err.startswith("Ce même fichier a déjà été appliqué le ")
    assert told["already_applied"] is not None
    assert (told["created"], told["updated"], told["issues"]) == (0, 0, [])
    assert key != told["import_id"]
