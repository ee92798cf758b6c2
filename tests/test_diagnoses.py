"""The vocabulary of what repairs find: whole, French, its parts have a factor."""

from pathlib import Path

import pytest

from parc import resources
from parc.domain.entry import DataError

DIAGNOSES = resources.diagnoses()


def test_the_vocabulary_is_this_one() -> None:
    assert list(DIAGNOSES) == [
        "screen",
        "battery",
        "keyboard",
        "storage",
        "memory",
        "motherboard",
        "power",
        "software",
        "hinge",
        "connectors",
        "breakage",
        "corrosion",
        "other",
    ]
    assert DIAGNOSES["corrosion"].label == "Oxydation ou liquide"


def test_a_part_that_a_diagnosis_takes_has_a_published_factor() -> None:
    parts = {d.part for d in DIAGNOSES.values() if d.part}

    assert parts == {"part_battery", "part_ssd", "part_ram"}
    assert {resources.factors()[part].family for part in parts} == {"part"}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("diagnoses:\n  Écran: {label: Écran}\n", "Écran"),
        ("diagnoses:\n  screen: {name: Écran}\n", "label"),
        ("diagnoses:\n  screen: {label: Écran, cost: 3}\n", "cost"),
    ],
)
def test_a_spoilt_vocabulary_is_refused_with_the_place(
    tmp_path: Path, spoilt: str, said: str
) -> None:
    (tmp_path / "diagnoses.yaml").write_text(spoilt, encoding="utf-8")

    with pytest.raises(DataError, match=said):
        resources.load_diagnoses(tmp_path)
