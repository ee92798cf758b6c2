"""The tag of a place: told from a device's at first sight, and checked alike."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag, looks_like_ours
from parc.domain.place_tag import PlaceTag, looks_like_place
from tests.domain.test_asset_tag import TAGS

PLACES = st.builds(PlaceTag, st.integers(0, 2_147_483_647))


@given(PLACES)
def test_a_place_reads_back_as_itself(place: PlaceTag) -> None:
    assert PlaceTag.parse(f" {str(place).lower()} ") == place
    assert looks_like_place(str(place))


@given(PLACES)
def test_no_place_is_a_device(place: PlaceTag) -> None:
    assert AssetTag.parse(str(place)) is None
    assert not looks_like_ours(str(place))


@given(TAGS)
def test_no_device_is_a_place(tag: AssetTag) -> None:
    assert PlaceTag.parse(str(tag)) is None
    assert not looks_like_place(str(tag))


@given(
    PLACES, st.integers(0, 20), st.sampled_from(string.ascii_uppercase + string.digits)
)
def test_one_wrong_character_is_always_found(
    place: PlaceTag, position: int, wrong: str
) -> None:
    text = str(place)
    position %= len(text)
    if text[position] in {"-", wrong}:
        return

    assert PlaceTag.parse(text[:position] + wrong + text[position + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "S-42-K", "S-000042", "T-000042-K", "S-00004２-K"]
)
def test_what_is_not_a_place_is_not_read(text: str) -> None:
    assert PlaceTag.parse(text) is None


def test_a_number_is_written_one_way_only() -> None:
    written = str(PlaceTag(42))
    longer = written.replace("S-", "S-0")

    assert PlaceTag.parse(longer) is None
