"""Each fact has the event that gave its present value, and no other."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.events import Event
from parc.domain.lifecycle import register, replay
from parc.domain.provenance import LINE, PLACES, Source, sources
from parc.domain.vocabulary import Action, Level
from tests.factories import (
    ALICE,
    BOB,
    LENS,
    Story,
    a_command,
    registration,
    some_rules,
)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
HOLDER, OTHER = "P-00000001", "P-00000002"


def described(story: Story, day: date = MARCH, **facts: object) -> Story:
    """Correct facts of a device."""
    return story.then(a_command(Action.DESCRIBE, day, facts))


def seqs(story: Story) -> dict[str, int]:
    """Give the number of the event that each field comes from."""
    return {name: s.event.seq for name, s in sources(story.events).items()}


def test_nothing_comes_from_no_history() -> None:
    assert sources([]) == {}


def test_what_was_said_at_the_registration_comes_from_it() -> None:
    found = seqs(Story())

    assert found["serial"] == found["category"] == found["manager"] == 1
    assert "specifications" not in found


def test_a_corrected_fact_comes_from_its_correction_and_the_others_do_not() -> None:
    found = seqs(described(Story(), serial="S2"))

    assert (found["serial"], found["maker"]) == (2, 1)


def test_who_repeats_a_fact_is_not_who_gave_it() -> None:
    story = described(Story(), serial="S2", maker="Dell")

    assert seqs(described(story, APRIL, serial="S2"))["serial"] == 2


def test_a_value_that_comes_back_comes_from_who_brought_it_back() -> None:
    story = described(described(Story(), model="X1"), APRIL, model="Latitude 5420")

    assert seqs(story)["model"] == 3


def test_an_annulled_correction_leaves_the_source_before_it() -> None:
    story = described(described(Story(), serial="S2"), APRIL, serial="S3")
    story.then(a_command(Action.ANNUL, APRIL, reason="Erreur"))

    assert story.device.facts["serial"] == "S2"
    assert seqs(story)["serial"] == 2


def test_the_place_and_the_holder_come_from_the_move() -> None:
    story = Story().then(a_command(Action.ASSIGN, MARCH, holder=HOLDER, site=3))
    story.then(a_command(Action.MOVE, APRIL, holder=OTHER))

    found = seqs(story)
    assert (found["site"], found["holder"]) == (2, 3)


def test_a_holder_who_gave_the_device_back_has_no_source() -> None:
    story = Story().then(a_command(Action.ASSIGN, MARCH, holder=HOLDER))
    story.then(a_command(Action.RETURN, APRIL, target="in_stock"))

    assert "holder" not in seqs(story)


def imported(line: object) -> Event:
    """Give a registration that an import recorded."""
    event = registration(level=Level.DECLARED, source="0123456789abcdef")
    return replace(event, details={**event.details, LINE: line})  # type: ignore[dict-item]


def test_an_imported_fact_tells_its_import_and_its_line() -> None:
    source = sources([imported(12)])["serial"]

    assert (source.event.source, source.line) == ("0123456789abcdef", 12)


def test_the_line_is_no_fact_of_the_device() -> None:
    device = replay([imported(12)])

    assert device is not None
    assert LINE not in device.facts
    assert LINE not in sources([imported(12)])


def test_an_import_s_line_is_kept_by_whatever_it_records() -> None:
    day = date(2024, 3, 1)
    given = {"target": "in_stock", "category": "laptop"}
    asked = a_command(
        Action.REGISTER, day, given, level=Level.DECLARED, source="import-1"
    )
    first = register("A-1", LENS, LENS, replace(asked, line=7), some_rules())
    assert isinstance(first, Event)
    story = Story(first).then(
        replace(a_command(Action.DESCRIBE, MARCH, serial="S2"), line=9)
    )

    found = sources(story.events)
    assert (found["category"].line, found["serial"].line) == (7, 9)
    assert LINE not in story.device.facts


def test_nobody_types_a_line() -> None:
    assert Story().refused(a_command(Action.DESCRIBE, MARCH, {LINE: 3})) == {
        "unknown_field"
    }


def test_what_is_no_number_is_no_line() -> None:
    for told in (None, "12", True, [12]):
        assert Source(imported(told)).line is None
    assert Source(registration()).line is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["serial", "model", "notes"]),
            st.sampled_from(["A", "B"]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_every_fact_has_the_latest_standing_event_that_changed_it(
    steps: list[tuple[str, str, bool]],
) -> None:
    story = Story(registration(owner=LENS, by=ALICE))
    # Counted apart: (value, seq) of each field, and what an annulment goes back to.
    told = [{name: (v, 1) for name, v in story.device.facts.items()}]
    for name, value, annuls in steps:
        if annuls and len(told) > 1:
            story.then(a_command(Action.ANNUL, MARCH, by=BOB, reason="Erreur"))
            told.pop()
            continue
        story.then(a_command(Action.DESCRIBE, MARCH, {name: value}))
        now = dict(told[-1])
        if now.get(name, ("", 0))[0] != value:
            now[name] = (value, len(story.events))
        told.append(now)

    found = {k: v for k, v in seqs(story).items() if k not in PLACES}
    assert found == {name: seq for name, (_, seq) in told[-1].items()}
