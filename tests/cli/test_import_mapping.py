"""`parc import --mapping`: a mapping passed on between authorities."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from tests.cli.conftest import Parc
from tests.factories import LENS

LIST = "N° PC;Coût;Quoi;Statut\nPC-1;120050;PC portable;Zorglub\n"
MAPPING = """
[fields]
tag = ["N° PC"]
price = ["Coût"]
category = ["Quoi"]
[units]
"Coût" = "cents"
[states]
in_repair = ["Zorglub"]
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Give a list of headings that parc does not know, and how it is read."""
    content, mapping = tmp_path / "liste.csv", tmp_path / "correspondance.toml"
    content.write_text(LIST, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return content, mapping


def test_a_list_is_read_as_the_mapping_says(
    made: Parc, engine: Engine, files: tuple[Path, Path]
) -> None:
    content, mapping = files
    assert made("import", content, "--owner", LENS).code == 1

    ran = made("import", content, "--owner", LENS, "--mapping", mapping, "--json")

    assert ran.code == 0
    told = json.loads(ran.out)
    assert (told["created"], "mapping" in told) == (1, False)
    assert "correspondance donnée" in told["issues"][0]["message"]
    with reading(engine) as session:
        row = session.exec(select(DeviceRow)).one()
    assert (row.tag, row.category, row.state) == ("PC-1", "laptop", "in_repair")
    assert json.loads(row.facts)["price_cents"] == 120_050


def test_it_is_not_remembered(made: Parc, files: tuple[Path, Path]) -> None:
    content, mapping = files
    made("import", content, "--owner", LENS, "--mapping", mapping)

    assert made("import", content, "--owner", LENS).code == 1


@pytest.mark.parametrize("watch", [False, True])
def test_what_is_no_mapping_is_refused_with_what_is_wrong(
    made: Parc, files: tuple[Path, Path], watch: bool
) -> None:
    content, mapping = files
    mapping.write_text('[fields]\nzorglub = ["N° PC"]', encoding="utf-8")
    options = ("--watch",) if watch else ()

    ran = made("import", content, "--owner", LENS, "--mapping", mapping, *options)

    assert (ran.code, ran.out) == (1, "")
    assert "« zorglub » n'est pas un champ de parc" in ran.err.replace("\u00a0", " ")


def test_a_mapping_that_is_not_there_is_said(
    made: Parc, files: tuple[Path, Path]
) -> None:
    ran = made("import", files[0], "--owner", LENS, "--mapping", "absente.toml")

    assert ran.code == 1
    assert "Fichier introuvable : absente.toml" in ran.err
