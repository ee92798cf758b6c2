"""A row is written down and read again the same, without a person's name."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.device import Medium
from parc.domain.intake import Destination
from parc.domain.intake_written import digest, read, written
from parc.domain.vocabulary import Condition, MediumKind, Security, State
from tests.domain.records import a_record

DAYS = st.none() | st.dates(date(1980, 1, 1), date(2040, 1, 1))
TEXTS = st.none() | st.text(max_size=20)
RECORDS = st.builds(
    a_record,
    tag=TEXTS,
    serial=TEXTS,
    uuid=TEXTS,
    foreign_tag=TEXTS,
    notes=TEXTS,
    site=TEXTS,
    category=TEXTS,
    price_cents=st.none() | st.integers(0, 10**9),
    acquired_on=DAYS,
    decommissioned_on=DAYS,
    condition=st.none() | st.sampled_from(Condition),
    security=st.none() | st.sampled_from(Security),
    state=st.none() | st.sampled_from(State),
    destination=st.none() | st.sampled_from([Destination.SALE, Destination.RECYCLING]),
    beneficiary=TEXTS,
    media=st.lists(
        st.builds(
            Medium,
            st.text(max_size=9),
            st.sampled_from(MediumKind),
            st.none() | st.integers(1, 9_000),
        ),
        max_size=3,
    ).map(tuple),
)


@given(RECORDS, st.integers(1, 10**6))
def test_what_is_read_again_is_what_was_written(record: object, line: int) -> None:
    again = read(written(record), line, "Parc")  # type: ignore[arg-type]

    assert again == record
    assert (again.line, again.sheet) == (line, "Parc")


def test_no_name_of_a_person_is_written() -> None:
    named = a_record(holder_name="Hélène Dupont", owner_name="Hélène Dupont")
    given_away = a_record(
        destination=Destination.STAFF_GIFT, beneficiary="Hélène Dupont"
    )
    association = a_record(
        destination=Destination.ASSOCIATION_GIFT, beneficiary="Les Restos"
    )

    assert "Dupont" not in written(named) + written(given_away)
    assert json.loads(written(association))["beneficiary"] == "Les Restos"


def test_the_place_in_the_file_makes_no_other_row() -> None:
    one, moved = a_record(2), a_record(9, sheet="B")

    assert written(one) == written(moved)
    assert digest(written(one), None) == digest(written(moved), None)
    assert digest(written(one), "P-1") != digest(written(one), None)


def test_what_a_later_version_wrote_is_read_without_what_is_not_known() -> None:
    said = json.loads(written(a_record())) | {"colour": "rouge"}

    assert read(json.dumps(said), 2) == a_record()
