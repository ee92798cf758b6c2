"""The report of a stocktake: its sum, its lists, the same bytes each time."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from parc.domain.stocktake import Totals
from reports.render import xlsx
from reports.stocktake import Item, Minutes, build, figures
from reports.stocktake_pdf import pdf
from tests.conftest import IN_CI

NOON = datetime(2026, 11, 24, 13, 0)  # noqa: DTZ001 - local time, as printed
FOUND = tuple(
    Item(f"LL-{n:06d}-X", "Dell Latitude 5420", f"SN{n}", "En stock", "Hall", "Hall")
    for n in range(120)
)
MINUTES = Minutes(
    number=7,
    owner="Communauté d'agglomération de Lens-Liévin",
    siret="246 200 364 00015",
    scope="Hall",
    opened_at=NOON,
    opened_by="U-AL1CE000",
    closed_at=NOON,
    closed_by="U-AL1CE000",
    signed_at=NOON,
    signed_by="U-B0B00000",
    role="Responsable du parc",
    totals=Totals(found=120, missing=1, misplaced=1, unknown=1, scans=123, again=1),
    away=2,
    scanners=2,
    waiting=0,
    unsettled=0,
    explanation="",
    remarks="Fait en présence du gardien.\nÀ revoir : la cave → fermée.",
    missing=(
        Item(
            "LL-000900-A",
            "Écran « 24 pouces »",
            expected="Hall",
            decision="Déclaré perdu",
            reason="Introuvable malgré deux passages. " * 5,
        ),
    ),
    misplaced=(
        Item("LL-000901-B", expected="Hall", seen="Cave", seen_on=date(2026, 11, 24)),
    ),
    unexpected=(),
    unknown=(Item("=1+1", decision="Laissé en l'état"), Item("X" * 300)),
    found=FOUND,
)


def text_of(content: bytes, folder: Path) -> str:
    """Read a PDF as a person does."""
    program = shutil.which("pdftotext")
    if program is None:
        reason = "pdftotext introuvable (sous Debian : apt install poppler-utils)."
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    path = folder / "pv.pdf"
    path.write_bytes(content)
    run = subprocess.run(
        [program, "-layout", str(path), "-"], capture_output=True, check=True
    )
    return run.stdout.decode()


def test_the_three_standings_add_up_to_the_expected() -> None:
    told = dict(figures(MINUTES))

    assert told["Attendus"] == 122
    assert (
        told["Trouvés"] + told["Vus à un autre lieu"] + told["Manquants"]
        == told["Attendus"]
    )


def test_the_same_minutes_give_the_same_bytes() -> None:
    assert pdf(MINUTES) == pdf(MINUTES)
    assert pdf(MINUTES) != pdf(replace(MINUTES, remarks="Autre"))


def test_the_paper_holds_every_device_and_a_box_to_sign(tmp_path: Path) -> None:
    text = text_of(pdf(MINUTES), tmp_path)

    assert all(item.tag in text for item in FOUND)
    assert "LL-000900-A" in text
    assert "Déclaré perdu" in text
    assert "Signataire : U-B0B00000 (Responsable du parc)" in text.replace("\xa0", " ")
    assert "Inattendus" in text
    assert text.count("Aucun.") == 1
    assert "Page 2" in text


def test_no_line_runs_out_of_the_paper(tmp_path: Path) -> None:
    text = text_of(pdf(MINUTES), tmp_path)

    assert text.count("X") >= 300  # a code of 300 signs is broken, not cut


def test_the_workbook_has_a_sheet_for_each_list() -> None:
    book = load_workbook(BytesIO(xlsx.to_bytes(build(MINUTES))))

    assert book.sheetnames == [
        "Procès-verbal",
        "Manquants",
        "Vus à un autre lieu",
        "Inattendus",
        "Codes inconnus",
        "Trouvés",
    ]
    cells = [c for row in book["Codes inconnus"].iter_rows() for c in row]
    assert [c.data_type for c in cells if c.value == "=1+1"] == ["s"]
    assert book["Trouvés"].max_row == 122
