"""Folding: people find what they mean, and placeholders are not serials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.search import fold, is_junk_serial, serial_key


def test_case_accents_and_spacing_do_not_matter() -> None:
    assert fold("  Écran\u00a0 PLAT ") == "ecran plat"
    assert serial_key(" 640-hp 72 ") == "640HP72"


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_signs_made_of_letters_are_folded_as_these_letters() -> None:
    assert fold("Écran™ №2") == fold("ECRANTM NO2")


@pytest.mark.parametrize(
    "serial",
    ["", "0", "00000000", "To be filled by O.E.M.", "Default string", "N/A", "xxxx"],
)
def test_placeholders_are_junk(serial: str) -> None:
    assert is_junk_serial(serial)


@pytest.mark.parametrize("serial", ["640HP72", "CZC0479792", "12345678"])
def test_serials_are_not(serial: str) -> None:
    assert not is_junk_serial(serial)
