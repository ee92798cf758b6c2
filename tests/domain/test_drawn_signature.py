"""A drawn signature: read back as drawn, bounded, never an empty box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.drawn_signature import (
    HEIGHT,
    LONGEST,
    MOST_POINTS,
    MOST_STROKES,
    SHORTEST,
    WIDTH,
    DrawnSignature,
    parse_signature,
)

POINTS = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
STROKES = st.lists(
    st.lists(POINTS, min_size=1, max_size=20).map(tuple), min_size=1, max_size=10
).map(tuple)
A_LINE = "10,10 100,10"


@given(STROKES)
def test_what_was_drawn_reads_back(
    strokes: tuple[tuple[tuple[int, int], ...], ...],
) -> None:
    drawn = DrawnSignature(strokes)
    if drawn.ink < SHORTEST:
        with pytest.raises(ValueError, match="presque vide"):
            parse_signature(drawn.text)
    else:
        assert parse_signature(drawn.text) == drawn


@given(st.text(max_size=60))
def test_any_text_is_a_signature_or_is_refused_in_french(text: str) -> None:
    told = ""
    try:
        assert parse_signature(text).ink >= SHORTEST
    except ValueError as error:
        told = str(error)
    assert not told or told.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        f"{WIDTH + 1},10 10,10",
        f"10,{HEIGHT + 1} 10,10",
        "-1,10 100,10",
        "10,10  100,10",
        "10.5,10 100,10",
        "١٠,10 100,10",
        A_LINE + ";",
        ";".join([A_LINE] * (MOST_STROKES + 1)),
        " ".join(["0,0", "9,9"] * MOST_POINTS),
        "1" * (LONGEST + 1),
    ],
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_signature(text)
