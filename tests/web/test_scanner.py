"""A scanner and a computer that disagree about the keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag
from parc.web.scanner import from_azerty

_US = "1234567890-qawzmQAWZM;:/."
_FRENCH = "&é\"'(-è_çà)aqzw,AQZW?mM!:"
_ON_AZERTY = str.maketrans(_US, _FRENCH)
"""What a French computer shows for the keys of a QWERTY scanner."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CQLL)ààà(çè)O", "CALL-000597-O"),
        ("LL)àà'é&è)F", "LL-004217-F"),
        ("httpsM!!pqrc:fr!devices!LL)àà'é&è)F", "https://parc.fr/devices/LL-004217-F"),
    ],
)
def test_a_tag_comes_back_from_the_wrong_keyboard(typed: str, meant: str) -> None:
    assert from_azerty(typed) == meant


@given(
    st.from_regex("[A-Z]{2,5}", fullmatch=True),
    st.integers(min_value=1, max_value=999_999),
)
def test_any_tag_of_ours_survives(prefix: str, number: int) -> None:
    tag = str(AssetTag(prefix, number))

    assert from_azerty(tag.translate(_ON_AZERTY)) == tag


@pytest.mark.parametrize("code", ["CALL-000597-O", "640HP72", "PC 2020 n°1", "", "m-q"])
def test_what_was_typed_well_stays(code: str) -> None:
    assert from_azerty(code) == code
