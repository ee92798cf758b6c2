"""The summary of erasures on paper: the same bytes, every line, what is missing."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.erasure_summary import Line, Summary, csv, pdf

DONE = Line(
    "LL-004217-F",
    "Dell Latitude 5420",
    "640HP72",
    "WD-WXC1A14S2591",
    "Disque magnétique",
    "Effacé et vérifié",
    settled=True,
    method="Réécriture (Fill With Zeros), nwipe 0.34, NIST SP 800-88 Clear",
    done_on=date(2026, 3, 2),
    sha256="a" * 64,
)
MISSING = replace(
    DONE, medium="S3Z4", verdict="Sans preuve d'effacement", settled=False, sha256=""
)


def text_of(content: bytes, folder: Path) -> str:
    """Give the text of a PDF, as a reader shows it."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext n'est pas installé")
    path = folder / "summary.pdf"
    path.write_bytes(content)
    read = subprocess.run(
        [program, "-layout", str(path), "-"], capture_output=True, check=True
    )
    return read.stdout.decode()


def test_the_paper_says_each_medium_and_how_many_lack_their_proof(
    tmp_path: Path,
) -> None:
    made = Summary("Ville de Loos", date(2026, 11, 24), 2, [DONE, MISSING])
    text = text_of(pdf(made), tmp_path)
    assert "Récapitulatif d'effacement" in text
    assert "1 support sans preuve d'effacement" in text.replace("\u00a0", " ")
    assert "WD-WXC1A14S2591" in text
    assert "02/03/2026" in text
    assert pdf(made) == pdf(made)


def test_a_long_summary_goes_on_over_pages(tmp_path: Path) -> None:
    lines = [replace(DONE, medium=f"SERIE-{n:04}") for n in range(90)]
    text = text_of(pdf(Summary("Loos", date(2026, 11, 24), 90, lines)), tmp_path)
    assert all(f"SERIE-{n:04}" in text for n in range(90))
    assert text.count("Page ") > 2
    assert "chaque support est effacé et vérifié, détruit ou absent" in text


def test_the_table_keeps_the_whole_checksum() -> None:
    made = Summary("Loos", date(2026, 11, 24), 1, [replace(DONE, reason="=2+2")])
    text = b"".join(csv(made)).decode("utf-8-sig")
    heading, line = text.splitlines()
    assert heading.endswith("SHA-256 du justificatif")
    assert line.endswith(f"2026-03-02;'=2+2;{'a' * 64}")
