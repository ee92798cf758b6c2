"""A past that cannot be true, or is not an import's to tell, is said by column."""

from datetime import date, timedelta

import pytest

from parc.domain.declared_checks import contradictions, remarks, too_recent
from parc.domain.intake import Destination
from parc.domain.vocabulary import State
from tests.domain.records import a_record
from tests.factories import FIRST_DAY, TODAY

BOUGHT = date(2015, 9, 1)
REFORMED = date(2022, 5, 3)
LEFT = date(2022, 9, 12)
TOMORROW = TODAY + timedelta(days=1)


def codes(**said: object) -> list[tuple[str, str | None]]:
    """Give the codes and columns of every contradiction."""
    return [(i.code, i.column) for i in contradictions(a_record(**said), TODAY)]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"acquired_on": BOUGHT, "commissioned_on": REFORMED},
        {"acquired_on": BOUGHT, "decommissioned_on": BOUGHT},
        {"decommissioned_on": REFORMED, "state": State.READY},
        {
            "decommissioned_on": REFORMED,
            "destination": Destination.SALE,
            "handed_over_on": REFORMED,
        },
        {"destination": Destination.STOLEN, "handed_over_on": LEFT},
        {"destination": Destination.MISSING, "decommissioned_on": REFORMED},
        {"state": State.ORDERED, "acquired_on": TOMORROW},
    ],
)
def test_a_past_that_holds_together_is_accepted(said: dict[str, object]) -> None:
    assert codes(**said) == []


@pytest.mark.parametrize("state", [State.DECOMMISSIONED, State.TO_RECYCLE, State.READY])
def test_a_reforme_without_its_date_is_refused(state: State) -> None:
    expected = [("missing_decommission_date", "Date de réforme")]

    assert codes(state=state) == expected


@pytest.mark.parametrize(
    "destination", sorted(set(Destination) - {Destination.MISSING, Destination.STOLEN})
)
def test_a_departure_needs_both_its_dates(destination: Destination) -> None:
    assert codes(destination=destination) == [
        ("missing_decommission_date", "Date de réforme"),
        ("missing_hand_over_date", "Date de remise"),
    ]


@pytest.mark.parametrize("destination", [Destination.MISSING, Destination.STOLEN])
def test_a_loss_needs_its_date(destination: Destination) -> None:
    assert codes(destination=destination) == [("missing_loss_date", "Date de remise")]


@pytest.mark.parametrize("state", [State.MISSING, State.STOLEN])
def test_a_loss_told_by_the_state_alone_is_not_taken_for_stock(state: State) -> None:
    assert codes(state=state) == [("missing_destination", "Statut")]


def test_a_departure_told_by_the_state_alone_is_not_taken_for_stock() -> None:
    assert ("missing_destination", "Statut") in codes(state=State.RECYCLED)


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({"acquired_on": LEFT, "decommissioned_on": REFORMED}, "Date de réforme"),
        ({"commissioned_on": LEFT, "decommissioned_on": REFORMED}, "Date de réforme"),
        (
            {
                "decommissioned_on": LEFT,
                "destination": Destination.SALE,
                "handed_over_on": REFORMED,
            },
            "Date de remise",
        ),
        (
            {
                "acquired_on": LEFT,
                "destination": Destination.STOLEN,
                "handed_over_on": REFORMED,
            },
            "Date de remise",
        ),
    ],
)
def test_days_that_go_backwards_are_refused(
    said: dict[str, object], column: str
) -> None:
    assert codes(**said) == [("dates_out_of_order", column)]


@pytest.mark.parametrize(
    "name",
    ["acquired_on", "commissioned_on", "manufactured_on", "commitment_on"],
)
def test_tomorrow_is_not_declared(name: str) -> None:
    assert codes(**{name: TODAY}) == []
    assert [code for code, _ in codes(**{name: TOMORROW})] == ["future_date"]


@pytest.mark.parametrize("name", ["decommissioned_on", "handed_over_on", "proof_on"])
def test_tomorrow_s_departure_is_not_declared(name: str) -> None:
    said: dict[str, object] = {
        "decommissioned_on": REFORMED,
        "handed_over_on": TOMORROW if name == "decommissioned_on" else LEFT,
        "proof_on": LEFT,
        "destination": Destination.SALE,
    }

    assert "future_date" in [code for code, _ in codes(**{**said, name: TOMORROW})]


def test_only_days_before_the_owner_s_first_day_are_declared() -> None:
    def told(on: date) -> list[str | None]:
        record = a_record(decommissioned_on=on)
        return [i.column for i in too_recent(record, TODAY, FIRST_DAY)]

    assert told(FIRST_DAY - timedelta(days=1)) == []
    assert told(FIRST_DAY) == ["Date de réforme"]


def test_each_column_that_comes_too_late_is_told_once() -> None:
    record = a_record(
        decommissioned_on=REFORMED,
        destination=Destination.SALE,
        handed_over_on=FIRST_DAY,
        commitment_on=REFORMED,
        proof_on=TODAY,
        state=State.READY,
    )

    found = list(too_recent(record, TODAY, FIRST_DAY))

    assert [i.column for i in found] == ["Date de remise", "Preuve de réemploi"]
    assert "15/01/2026" in found[0].message
    assert found[0].value == FIRST_DAY.isoformat()


def test_a_commitment_after_the_hand_over_is_kept_and_said_not_to_count() -> None:
    said = {
        "decommissioned_on": REFORMED,
        "destination": Destination.SALE,
        "handed_over_on": LEFT,
    }

    def told(on: date) -> list[str]:
        return [i.code for i in remarks(a_record(**said, commitment_on=on))]

    assert told(LEFT) == []
    assert told(LEFT + timedelta(days=1)) == ["late_commitment"]


def test_a_hand_over_without_destination_is_said_to_be_left_out() -> None:
    # "Date de remise" may be the day on which its user received a device.
    record = a_record(handed_over_on=LEFT, proof_on=TOMORROW)

    assert list(contradictions(record, TODAY)) == []
    assert [(i.code, i.column) for i in remarks(record)] == [
        ("no_destination", "Date de remise"),
        ("no_destination", "Preuve de réemploi"),
    ]
