"""Fields: what a form, a file or an API call may hand in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.fields import Field, Kind, cents, parse
from tests.factories import LENS

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.characters(categories=["Cs", "Cc"]),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@pytest.mark.parametrize(
    ("kind", "raw", "typed"),
    [
        (Kind.TEXT, "  Dell ", "Dell"),
        (Kind.LONG_TEXT, "a\r\nb", "a\nb"),
        (Kind.DAY, "2026-04-01", "2026-04-01"),
        (Kind.MONEY, "1 234,5 €", 123_450),
        (Kind.MONEY, "349.90", 34_990),
        (Kind.MONEY, 34_990, 34_990),
        (Kind.INTEGER, "512", 512),
        (Kind.TENTHS, "8,2", 82),
        (Kind.TENTHS, 100, 100),
        (Kind.YES_NO, "oui", True),
        (Kind.YES_NO, False, False),
        (Kind.SIRET, LENS, LENS),
        (Kind.PERSON, "P-A1B2C3D4", "P-A1B2C3D4"),
        (Kind.DOCUMENT, "0" * 64, "0" * 64),
        (Kind.SITE, "3", 3),
    ],
)
def test_good_input_is_typed(kind: Kind, raw: object, typed: object) -> None:
    details, refusals = parse([Field("x", "Champ", kind)], {"x": raw})

    assert (details, refusals) == ({"x": typed}, [])


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.TEXT, "x" * 201),
        (Kind.TEXT, "a\x00b"),
        (Kind.TEXT, "\ud800"),
        (Kind.TEXT, 3),
        (Kind.DAY, "01/04/2026"),
        (Kind.DAY, "2026-02-30"),
        (Kind.MONEY, "-5"),
        (Kind.MONEY, -7),
        (Kind.MONEY, "12,345"),
        (Kind.MONEY, True),
        (Kind.INTEGER, "1.5"),
        (Kind.INTEGER, "٣"),
        (Kind.INTEGER, True),
        (Kind.TENTHS, "8,25"),
        (Kind.TENTHS, "10,1"),
        (Kind.YES_NO, "peut-être"),
        (Kind.SIRET, "24620036400014"),
        (Kind.PERSON, "Jeanne Martin"),
        (Kind.DOCUMENT, "../../etc/passwd"),
        (Kind.CHOICE, "autre"),
    ],
)
def test_bad_input_is_a_sentence_with_its_field(kind: Kind, raw: object) -> None:
    field = Field("x", "Champ", kind, choices=(("one", "Un"),))
    details, (refusal,) = parse([field], {"x": raw})

    assert details == {}
    assert (refusal.code, refusal.field) == ("invalid_field", "x")
    assert refusal.message.startswith("« Champ » : ")


def test_what_is_required_is_asked_unless_the_past_is_declared() -> None:
    fields = [Field("x", "Champ", required=True)]

    assert [r.code for r in parse(fields, {"x": " "})[1]] == ["missing_field"]
    assert parse(fields, {"x": " "}, lenient=True) == ({}, [])


def test_a_misspelt_name_does_not_vanish() -> None:
    (refusal,) = parse([Field("x", "Champ")], {"y": "1"})[1]

    assert (refusal.code, refusal.field) == ("unknown_field", "y")


@given(st.sampled_from(list(Kind)), ANYTHING)
def test_no_input_whatever_breaks_the_parser(kind: Kind, raw: object) -> None:
    details, refusals = parse([Field("x", "Champ", kind)], {"x": raw})

    assert not (details and refusals)


@given(st.integers(0, 10**9))
def test_amounts_read_back_as_written(amount: int) -> None:
    whole, rest = divmod(amount, 100)

    assert cents(f"{whole:,}".replace(",", "\u202f") + f",{rest:02d} €") == amount
