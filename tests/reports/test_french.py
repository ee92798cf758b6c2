"""French figures and sentences."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import french

THIN, WIDE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("47.5"), "47,5"),
        (Decimal("50.0"), "50,0"),
        (0, "0"),
        (999, "999"),
        (5_004, f"5{THIN}004"),
        (1_234_567, f"1{THIN}234{THIN}567"),
        (Decimal("1234.5"), f"1{THIN}234,5"),
        (Decimal("-2.5"), "\u22122,5"),
    ],
)
def test_numbers_have_a_comma_and_thousands_apart(
    value: Decimal | int, written: str
) -> None:
    assert french.number(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("47.5"), f"47,5{WIDE}%"),
        (Decimal("50.0"), f"50{WIDE}%"),
        (Decimal("180.0"), f"180{WIDE}%"),
        (Decimal("1180.4"), f"1{THIN}180,4{WIDE}%"),
        (0, f"0{WIDE}%"),
    ],
)
def test_percentages_lose_a_useless_decimal_and_never_part_from_their_sign(
    value: Decimal | int, written: str
) -> None:
    assert french.percent(value) == written


def test_days_and_instants() -> None:
    assert french.day(date(2026, 1, 5)) == "05/01/2026"
    assert french.instant(datetime(2026, 1, 5, 9, 30)) == "05/01/2026 à 09:30"  # noqa: DTZ001 - French local time, as given


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, f"0{WIDE}matériel"),
        (1, f"1{WIDE}matériel"),
        (2, f"2{WIDE}matériels"),
        (1_500, f"1{THIN}500{WIDE}matériels"),
    ],
)
def test_nouns_are_plural_from_two_on(number: int, written: str) -> None:
    assert french.count(number, "matériel") == written


def test_a_noun_may_have_its_own_plural() -> None:
    assert french.count(3, "journal", "journaux") == f"3{WIDE}journaux"


@pytest.mark.parametrize(
    ("months", "written"),
    [
        (None, "inconnu"),
        (0, f"0{WIDE}mois"),
        (1, f"1{WIDE}mois"),
        (12, f"1{WIDE}an"),
        (13, f"1{WIDE}an 1{WIDE}mois"),
        (119, f"9{WIDE}ans 11{WIDE}mois"),
        (120, f"10{WIDE}ans"),
        (-1, "dates à vérifier"),
    ],
)
def test_ages_are_in_years_and_months(months: int | None, written: str) -> None:
    assert french.age(months) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Taux : 5 %", f"Taux{WIDE}: 5{WIDE}%"),
        ("« Réformé »", f"«{WIDE}Réformé{WIDE}»"),
        ("Quoi ? Rien !", f"Quoi{WIDE}? Rien{WIDE}!"),
        ("Décret n° 2023-266, art. 3", f"Décret n°{WIDE}2023-266, art.{WIDE}3"),
        ("un départ. Puis", "un départ. Puis"),
        ("https://exemple.fr/a?b=1", "https://exemple.fr/a?b=1"),
    ],
)
def test_punctuation_keeps_its_word(text: str, written: str) -> None:
    assert french.typeset(text) == written


@given(st.text())
def test_typesetting_only_changes_spaces_and_is_done_once(text: str) -> None:
    once = french.typeset(text)

    assert french.typeset(once) == once
    assert once.replace(WIDE, " ") == text.replace(WIDE, " ")
