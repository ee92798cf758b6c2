"""The paper of a slip: every device and accessory, the ink, the same bytes."""

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from parc.domain.custody import Content, Line, SlipKind
from parc.domain.drawn_signature import parse_signature
from reports.slip_pdf import Paper, Signed, pdf
from tests.conftest import IN_CI
from tests.factories import LENS
from tests.reports.test_stocktake import text_of

DRAWN = parse_signature("20,120 60,40 90,160 140,60;150,100 400,110 560,20")
LINES = tuple(
    Line(
        f"CALL-{n:06d}-X",
        "Ordinateur portable, Dell Latitude 5420",
        f"SN{n:05d}",
        accessories=(("Chargeur", "given"), ("Sacoche", "given")),
    )
    for n in range(40)
)
CONTENT = Content(
    number="R-2026-0007",
    kind=SlipKind.ASSIGNMENT.value,
    owner="Communauté d'agglomération de Lens-Liévin",
    siret=LENS,
    person="P-AL1CE000",
    site="Hôtel communautaire",
    effective_on="2026-11-24",
    due_on="",
    comment="Remis en main propre.",
    lines=LINES,
)
SIGNED = Signed(
    "à l'écran",
    datetime(2026, 11, 24, 13, 0),  # noqa: DTZ001 - local time, as printed
    "U-B0B00000",
    "a" * 64,
    "b" * 64,
    DRAWN,
)
PAPER = Paper(CONTENT, "Hélène Dupont", "c" * 64, SIGNED)


def words(paper: Paper, folder: Path) -> str:
    """Read a paper as a person does."""
    text = text_of(pdf(paper), folder).replace("\xa0", " ")
    return " ".join(text.split())


def ink(content: bytes, folder: Path) -> int:
    """Count the dark points of the last page."""
    program = shutil.which("pdftoppm")
    if program is None:
        reason = "pdftoppm introuvable (sous Debian : apt install poppler-utils)."
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    path = folder / "bon.pdf"
    path.write_bytes(content)
    command = [program, "-gray", "-r", "60", str(path), str(folder / "page")]
    subprocess.run(command, check=True)
    last = max(folder.glob("page-*.pgm")).read_bytes()
    return sum(point < 128 for point in last[-400_000:])


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert pdf(PAPER) == pdf(PAPER)
    assert pdf(PAPER) != pdf(replace(PAPER, name="Bob"))


def test_forty_devices_are_all_on_numbered_pages(tmp_path: Path) -> None:
    text = words(PAPER, tmp_path)

    assert all(line.tag in text and line.serial in text for line in LINES)
    assert "Page 1 sur 2" in text
    assert "Page 2 sur 2" in text
    assert "Hélène Dupont" in text
    assert "a" * 64 in text
    assert "Signé à l'écran le 24/11/2026 à 13:00" in text
    assert "À signer" not in text


def test_the_heading_of_the_list_is_on_each_of_its_pages(tmp_path: Path) -> None:
    paper = replace(PAPER, content=replace(CONTENT, lines=LINES * 2))

    assert words(paper, tmp_path).count("N° de série") == 2


def test_the_drawn_signature_is_on_the_paper(tmp_path: Path) -> None:
    without = replace(PAPER, signed=replace(SIGNED, drawn=None))
    one, two = tmp_path / "with", tmp_path / "without"
    one.mkdir()
    two.mkdir()

    assert ink(pdf(PAPER), one) > ink(pdf(without), two) + 50


def test_a_draft_says_that_it_is_one_and_has_its_own_checksum(tmp_path: Path) -> None:
    text = words(replace(PAPER, signed=None), tmp_path)

    assert "À signer : ce bon ne vaut rien avant sa signature." in text
    assert f"Empreinte de ce projet (SHA-256) : {'c' * 64}" in text
    assert text.count("Nom, date et signature") == 2


def test_what_did_not_come_back_is_named(tmp_path: Path) -> None:
    line = replace(
        LINES[0],
        target="En stock",
        accessories=(("Chargeur", "returned"), ("Souris", "missing")),
    )
    content = replace(
        CONTENT, kind="return", number="X-2026-0001", lines=(line, LINES[1])
    )
    text = words(replace(PAPER, content=content), tmp_path)

    assert "Bon de restitution n° X-2026-0001" in text
    assert "Rendu : Chargeur" in text
    assert "MANQUANT : Souris" in text
    assert f"1 accessoire manquant {line.tag} : Souris" in text


def test_a_loan_says_its_end_and_a_cancelled_slip_that_it_is(tmp_path: Path) -> None:
    content = replace(CONTENT, kind="loan", due_on="2026-12-24", lines=LINES[:1])
    paper = Paper(content, "Accueil", "c" * 64, cancelled="Fait deux fois.")
    text = words(paper, tmp_path)

    assert "au plus tard le 24/12/2026" in text
    assert "ANNULÉ : Fait deux fois." in text


def test_the_longest_of_words_stays_on_the_paper(tmp_path: Path) -> None:
    line = Line("X" * 200, "É" * 300, "S" * 200, note="n" * 200)
    content = replace(CONTENT, owner="O" * 300, comment="→ " * 500, lines=(line,))
    text = words(Paper(content, "N" * 200, "c" * 64), tmp_path)

    assert text.count("É") >= 300
    assert text.count("n") >= 200
