"""What was scanned, read in every way that a scanner and a computer can spoil it.

The look-up here is a plain dictionary of tags: what the database adds is in
tests/operations/test_resolving.py.
"""

import random
import string
from collections.abc import Iterator, Sequence
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag, check_character
from parc.domain.scan_code import (
    Kind,
    Match,
    Part,
    Reading,
    Resolution,
    Verdict,
    Via,
    Why,
    choose,
    readings,
    understood,
)
from parc.domain.scan_keyboard import Keyboard, encode

KEYS = string.ascii_letters + string.digits + "-=[]\\;',./`!@#$%^&*()_+{}|:\"<>?~ "
PREFIXES = ("LL", "LG", "CALL", "MEUR", "AQZW", "WAMQZ", "SZ")
WHOLE_KEYBOARDS = [k for k in Keyboard if k is not Keyboard.DIGITS]


def some_tags(number: int, seed: int = 1) -> list[str]:
    """Draw tags of several owners, always the same ones."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    return [
        str(AssetTag(drawn.choice(PREFIXES), drawn.randint(1, 999_999)))
        for _ in range(number)
    ]


def found_among(tags: Sequence[str] | set[str], typed: str) -> Resolution:
    """Resolve a code where only devices with these tags exist."""
    known = set(tags)
    found = {
        reading: [Match(Kind.DEVICE, text, Via.TAG)]
        if (text := reading.own or reading.text) in known
        else []
        for reading in readings(typed)
    }
    return choose(typed, found)


def found_anywhere(typed: str) -> Resolution:
    """Resolve a code where a device exists for every tag of ours that it may be."""
    return choose(
        typed,
        {
            reading: [Match(Kind.DEVICE, reading.own, Via.TAG)] if reading.own else []
            for reading in readings(typed)
        },
    )


def is_longer(match: Match, tag: str) -> bool:
    """Tell whether a match has a prefix of another length than a tag."""
    return len(str(match.key)) != len(tag)


def faults(typed: str, keys: str) -> Iterator[str]:
    """Give every fault of a single key: another one, none, twice, one too many."""
    for place in range(len(typed)):
        yield typed[:place] + typed[place + 1 :]
        yield typed[:place] + typed[place] + typed[place:]
        for key in keys:
            if key != typed[place]:
                yield typed[:place] + key + typed[place + 1 :]


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("004HQ3NIDBVD", "àà'HA\"NIDBVD"),
        ("004HQ3NIDBVD", "004ha3nidbvd"),
        ("HA112", "HQ&&é"),
        ("CTA*OS-INSTALLED", "CTQ8OS)INSTQLLED"),
        ("EPCI-0012345", "EPCI)àà&é\"'("),
        ("MB2026", "?Béàé-"),
        ("42", "httpsM!!pqrc:exq,ple:fr!d!'é§x=&"),
    ],
)
def test_what_annex_a_saw_is_among_the_readings(printed: str, typed: str) -> None:
    assert printed in {reading.text for reading in readings(typed)}


def test_twenty_thousand_tags_are_recovered_from_every_keyboard() -> None:
    tags = some_tags(20_000)
    known = set(tags)
    wrong = [
        tag
        for tag, keyboard in zip(tags, cycle(WHOLE_KEYBOARDS), strict=False)
        if found_among(known, encode(tag, keyboard)).match
        != Match(Kind.DEVICE, tag, Via.TAG)
    ]

    assert wrong == []


@pytest.mark.parametrize("keyboard", WHOLE_KEYBOARDS)
def test_a_single_wrong_key_never_leads_to_another_device(keyboard: Keyboard) -> None:
    """All faults of some tags, as if every tag that they could be existed.

    A letter lost or doubled in the prefix makes another prefix: the check
    character finds it 35 times in 36, and only if that owner exists.
    """
    keys = "".join(dict.fromkeys(encode(KEYS, keyboard)))
    for tag in some_tags(25, seed=2):
        for fault in faults(encode(tag, keyboard), keys):
            match = found_anywhere(fault).match
            assert match is None or match.key == tag or is_longer(match, tag), fault


@pytest.mark.parametrize("keyboard", WHOLE_KEYBOARDS)
def test_a_key_at_random_among_twenty_thousand_tags(keyboard: Keyboard) -> None:
    drawn = random.Random(3)  # noqa: S311 - no secret
    keys = "".join(dict.fromkeys(encode(KEYS, keyboard)))
    for tag in some_tags(20_000)[:: len(Keyboard)]:
        typed = encode(tag, keyboard)
        place = drawn.randrange(len(typed))
        fault = typed[:place] + drawn.choice(keys) + typed[place + 1 :]
        match = found_anywhere(fault).match
        assert match is None or match.key == tag, (tag, fault)


def test_a_reading_never_has_two_tags_of_ours_but_by_half_decoded_keyboards() -> None:
    for number in range(1, 4000, 7):
        for prefix in ("LL", "CALL", "AQZW", "MAZE", "SW"):
            tag = str(AssetTag(prefix, number))
            for keyboard in Keyboard:
                if keyboard is Keyboard.DIGITS:
                    continue
                own = {
                    r.own
                    for r in readings(encode(tag, keyboard))
                    if r.own and r.keyboard is not Keyboard.DIGITS
                }
                assert own == {tag}


def test_one_wrong_sign_always_changes_the_check_character() -> None:
    """Why no fault at all can be missed: each step keeps two signs, two sums apart.

    With one sign read, 36 sums come from 36; with one sum, 36 signs give 36.
    """
    alphabet = string.digits + string.ascii_uppercase
    after_two = {
        first + second: check_character(first + second)
        for first in alphabet
        for second in alphabet
    }

    for sign in alphabet:
        assert len({after_two[sign + other] for other in alphabet}) == 36
        assert len({after_two[other + sign] for other in alphabet}) == 36


@pytest.mark.parametrize(
    "second",
    ["LL-0e4217-F", "Ll-004217-e", "LL-OO4217-F", "8676", "LL-004217F", "LL-004217-É"],
)
def test_the_false_second_reading_of_a_decoder_is_no_device(second: str) -> None:
    """As zxing-cpp gave next to the right one: a strict format rejects them."""
    tag = "LL-004217-F"

    assert found_among([tag], tag).match == Match(Kind.DEVICE, tag, Via.TAG)
    assert found_among([tag], second).match is None


@given(st.sampled_from(some_tags(200)), st.text(KEYS + "éèçàù²§°", max_size=3))
def test_signs_before_or_after_a_tag_never_make_it_another(tag: str, more: str) -> None:
    fleet = some_tags(200)
    for typed in (tag + more, more + tag):
        match = found_among(fleet, typed).match
        assert match is None or match.key == tag


@given(st.text(max_size=60))
def test_any_text_has_few_readings_and_the_first_is_as_typed(text: str) -> None:
    found = readings(text)

    assert len(found) <= 16
    assert all(r.keyboard is Keyboard.AS_TYPED for r in found[:1])
    assert all(r.text.strip() for r in found)
    assert len(set(found)) == len(found)
    assert choose(text, dict.fromkeys(found, ())).match is None or found[0].ours


@given(st.text(max_size=60))
def test_understanding_twice_changes_nothing(text: str) -> None:
    assert understood(understood(text)) == understood(text)


def device(key: str, **how: object) -> Match:
    """Give a match of a device."""
    return Match(Kind.DEVICE, key, Via.SERIAL, **how)  # type: ignore[arg-type]  # passed on as they are


TYPED = Reading("ABC123", loose=True)
BY_AZERTY = Reading("QBC123", Keyboard.FRENCH)
BY_CHANCE = Reading("QBC123", Keyboard.FRENCH_CAPS, proven=False)


@pytest.mark.parametrize(
    ("found", "verdict", "key"),
    [
        ({TYPED: [device("A")]}, Verdict.ONE, "A"),
        ({TYPED: [device("A", exact=False)]}, Verdict.ONE, "A"),
        ({TYPED: [device("A"), device("B")]}, Verdict.AMBIGUOUS, None),
        ({TYPED: [device("A")], BY_AZERTY: [device("A")]}, Verdict.ONE, "A"),
        ({TYPED: [device("A")], BY_AZERTY: [device("B")]}, Verdict.AMBIGUOUS, None),
        ({TYPED: [], BY_AZERTY: [device("B")]}, Verdict.ONE, "B"),
        ({TYPED: [], BY_AZERTY: [device("B", exact=False)]}, Verdict.UNKNOWN, None),
        ({TYPED: [], BY_CHANCE: [device("B")]}, Verdict.TO_CONFIRM, None),
        ({TYPED: [device("A")], BY_CHANCE: [device("B")]}, Verdict.AMBIGUOUS, None),
        ({TYPED: [], BY_AZERTY: [device("B", hidden=True)]}, Verdict.UNKNOWN, None),
        (
            {TYPED: [device("A")], BY_AZERTY: [device("B", hidden=True)]},
            Verdict.UNKNOWN,
            None,
        ),
    ],
)
def test_one_thing_without_doubt_or_nothing(
    found: dict[Reading, list[Match]], verdict: Verdict, key: str | None
) -> None:
    resolution = choose("ABC123", found)

    assert resolution.verdict is verdict
    assert (resolution.match.key if resolution.match else None) == key
    assert not any(match.hidden for match in resolution.candidates)


def test_what_is_hidden_is_never_told() -> None:
    hidden = device("B", hidden=True)
    resolution = choose("QBC123", {BY_AZERTY: [hidden]})

    assert (resolution.match, resolution.candidates) == (None, ())
    assert resolution.why is Why.NOT_FOUND


def test_the_end_of_a_foreign_address_is_no_code() -> None:
    """Snipe-IT prints the row number of a device, another's tag perhaps."""
    foreign = readings("https://snipe.example/hardware/12")
    ours = readings("https://parc.example/d/PC-12")

    assert [reading.part for reading in foreign] == [Part.WHOLE]
    assert ("PC-12", Part.ADDRESS) in {(r.text, r.part) for r in ours}
