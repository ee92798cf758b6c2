"""SIREN and SIRET: both keys are checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.siret import formatted, is_siren, is_siret, normalise, with_key


def test_the_agglomeration_s_number_is_valid() -> None:
    assert is_siren("246200364")
    assert is_siret(with_key("246200364", "0001"))


def test_spaces_of_every_kind_are_dropped() -> None:
    assert normalise(" 246\u202f200\u00a0364.00015 ") == "24620036400015"
    assert formatted("24620036400015") == "246\u00a0200\u00a0364\u00a000015"


@given(st.integers(0, 13), st.integers(1, 9))
def test_a_wrong_digit_is_found(position: int, shift: int) -> None:
    good = with_key("246200364", "0001")
    wrong = str((int(good[position]) + shift) % 10)

    assert not is_siret(good[:position] + wrong + good[position + 1 :])


@pytest.mark.parametrize(
    "text", ["", "2462003640001", "2462003640001X", "²4620036400015"]
)
def test_what_is_not_fourteen_digits_is_refused(text: str) -> None:
    assert not is_siret(text)


def test_an_establishment_of_la_poste_has_its_own_key() -> None:
    assert is_siret("35600000049837")
    assert not is_siret("35600000049838")


def test_a_key_is_not_computed_for_a_false_siren() -> None:
    with pytest.raises(ValueError, match="not a SIREN"):
        with_key("246200365", "0001")
