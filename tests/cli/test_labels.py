"""`parc labels`: sheets, ZPL, tables; numbers reserved; refused, nothing is used up."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.asset_tag import AssetTag
from parc.storage.database import reading
from parc.storage.label_tables import LabelPrintRow, ReservedLabelRow
from parc.storage.tables import DeviceRow, OwnerRow
from tests.cli.conftest import Parc
from tests.factories import LENS

FLEET = (
    "Étiquette;Type;Marque;Modèle;Numéro de série;Site\n"
    "PC-1;PC portable;Dell;5420;SN-1;Mairie\n"
    ";Écran;Dell;P24;SN-2;Mairie\n"
)


@pytest.fixture
def filled(made: Parc, tmp_path: Path) -> Parc:
    """Give what runs a command where Lens has a laptop and a screen."""
    (tmp_path / "parc.csv").write_text(FLEET, encoding="utf-8")
    assert made("import", "parc.csv", "--owner", LENS).code == 0
    return made


def printed(engine: Engine) -> list[str]:
    """List the codes of every label printed."""
    with reading(engine) as session:
        return sorted(session.exec(select(LabelPrintRow.code)))


def test_devices_never_labelled_are_printed_once(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    ran = filled("labels", "--out", "planche.pdf")

    assert (ran.code, ran.out) == (0, "2 étiquettes : Avery L7160.\n")
    assert "100 %" in ran.err
    assert (tmp_path / "planche.pdf").read_bytes().startswith(b"%PDF-")
    assert printed(engine) == [str(AssetTag("LL", 1)), "PC-1"]
    again = filled("labels", "--out", "encore.pdf")
    assert again.code == 1
    assert "Aucune étiquette" in again.err
    assert not (tmp_path / "encore.pdf").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tags", "PC-1", "LL-000001-Z"),
        ("--tags", "PC-1", "--tags", "LL-000001-Z"),
        ("--tags", "PC-1,ll-000001-z"),
        ("--tags", "liste.txt"),
    ],
)
def test_tags_are_named_one_by_one_or_in_a_file(
    filled: Parc, engine: Engine, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "liste.txt").write_text("PC-1\nLL-000001-Z\n", encoding="utf-8")

    ran = filled("labels", "--out", "a.pdf", "--layout", "L7651", *arguments)

    assert ran.code == 0, ran.err
    assert printed(engine) == ["LL-000001-Z", "PC-1"]


def test_an_unknown_tag_prints_nothing(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    ran = filled("labels", "--out", "a.pdf", "--tags", "PC-1", "PC-9")

    assert ran.code == 1
    assert "PC-9" in ran.err
    assert printed(engine) == []
    assert not (tmp_path / "a.pdf").exists()


def test_numbers_are_reserved_and_printed(filled: Parc, engine: Engine) -> None:
    ran = filled("labels", "--out", "a.pdf", "--reserve", "3", "--owner", LENS)

    assert ran.code == 0, ran.err
    with reading(engine) as session:
        codes = sorted(session.exec(select(ReservedLabelRow.code)))
    assert codes == [str(AssetTag("LL", number)) for number in (2, 3, 4)]
    assert printed(engine) == codes
    reprinted = filled("labels", "--out", "b.pdf", "--tags", *codes)
    assert reprinted.code == 0, reprinted.err


def test_what_would_be_clipped_uses_up_no_number(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    ran = filled(
        "labels", "--out", "a.pdf", "--reserve", "3", "--owner", LENS,
        "--layout", "L7651", "--dpi", "203",
    )  # fmt: skip

    assert ran.code == 1
    assert "il serait coupé" in ran.err.replace("\u00a0", " ")
    assert "L7160" in ran.err
    with reading(engine) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        assert owner.last_number == 1
        assert session.exec(select(ReservedLabelRow)).all() == []
    assert not (tmp_path / "a.pdf").exists()


def test_the_same_labels_leave_for_a_zebra_and_for_p_touch(
    filled: Parc, tmp_path: Path
) -> None:
    ran = filled(
        "labels", "--zpl", "a.zpl", "--ptouch", "a.csv", "--layout", "zebra-51x25",
        "--tags", "PC-1",
    )  # fmt: skip

    assert ran.code == 0, ran.err
    assert (tmp_path / "a.zpl").read_text(encoding="utf-8").count("^XA") == 1
    assert "PC-1" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_places_have_labels_too(filled: Parc, engine: Engine) -> None:
    assert filled("labels", "--out", "a.pdf", "--places").code == 0
    assert [code[:2] for code in printed(engine)] == ["S-"]


def test_the_calibration_page_prints_no_label(
    filled: Parc, engine: Engine, tmp_path: Path
) -> None:
    ran = filled("labels", "--out", "calage.pdf", "--calibration")

    assert ran.code == 0, ran.err
    assert (tmp_path / "calage.pdf").read_bytes().startswith(b"%PDF-")
    assert printed(engine) == []


def test_layouts_are_listed_with_what_is_to_be_measured(made: Parc) -> None:
    ran = made("labels", "--layout", "list")

    assert ran.code == 0
    lines = dict(line.split(" : ", 1) for line in ran.out.splitlines())
    assert "64\u00a0×\u00a038,1" in lines["L7160"]
    assert "à mesurer" in lines["L4778"]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ((), 2, "--out"),
        (("--out", "a.txt"), 2, ".pdf"),
        (("--out", "a.pdf", "--layout", "L9999"), 1, "Format inconnu"),
        (("--out", "a.pdf", "--start", "22", "--places"), 1, "21 places"),
        (("--out", "a.pdf", "--start", "0"), 2, "--start"),
        (("--out", "nowhere/a.pdf"), 1, "Dossier introuvable"),
        (("--out", "a.pdf", "--dpi", "204", "--places"), 1, "Résolution inconnue"),
        (("--out", "a.pdf", "--printer", "Rien"), 1, "Aucun profil"),
        (("--out", "a.pdf", "--reserve", "5"), 1, "--owner SIRET"),
        (("--out", "a.pdf", "--reserve", "9999", "--owner", LENS), 1, "De 1 à"),
    ],
)
def test_what_cannot_be_is_refused_in_french(
    filled: Parc, arguments: tuple[str, ...], code: int, word: str
) -> None:
    ran = filled("labels", *arguments)

    assert ran.code == code
    assert word in ran.err


def test_a_device_keeps_its_tag(filled: Parc, engine: Engine) -> None:
    assert filled("labels", "--out", "a.pdf").code == 0
    with reading(engine) as session:
        assert set(session.exec(select(DeviceRow.tag))) == {"PC-1", "LL-000001-Z"}
