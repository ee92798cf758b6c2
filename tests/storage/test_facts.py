"""What a report is computed from: the right devices, rebuilt as they were known."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby

import pytest
from hypothesis import given, settings
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from parc.domain.access import Grant, Viewer
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.vocabulary import Action, Role
from parc.operations import reporting
from parc.storage import facts, journal
from parc.storage.database import reading, writing
from parc.storage.tables import OwnerRow
from tests.databases import fresh_engine
from tests.factories import BOB, LENS, LOOS, Story, a_command, at
from tests.reports.lives import ENDLESS, fleets, left, life, reformed
from tests.reports.recount import Raw, recount
from tests.storage.conftest import owner_row

SPRING = date(2026, 4, 1)


def tags(
    engine: Engine, *sirets: str, known_at: datetime | None = None
) -> dict[str, Device]:
    """Rebuild what the reports of these owners are computed from."""
    with reading(engine) as session:
        found = list(facts.decommissioned(session, sirets, known_at=known_at))
    assert len({device.tag for device in found}) == len(found)
    return {device.tag: device for device in found}


def opened(engine: Engine, *stories: Story) -> None:
    """Write whole histories."""
    with writing(engine) as session:
        journal.open_histories(session, [story.events for story in stories])


def test_only_devices_that_were_once_reforme_are_rebuilt(engine: Engine) -> None:
    opened(
        engine,
        life(tag="IN-USE"),
        life(tag="LOST").then(
            a_command(Action.REPORT_MISSING, SPRING, reason="Introuvable")
        ),
        reformed(tag="STOCK"),
        left(reformed(tag="GONE"), SPRING),
    )

    assert set(tags(engine, LENS)) == {"STOCK", "GONE"}


def test_a_device_is_rebuilt_with_its_whole_history(engine: Engine) -> None:
    story = left(reformed(tag="GONE"), SPRING, proof=date(2026, 6, 1))
    opened(engine, life(tag="A"), story, reformed(tag="Z"))

    assert tags(engine, LENS)["GONE"] == story.device


def test_each_owner_has_its_own_and_a_transferred_device_is_of_both(
    engine: Engine,
) -> None:
    ceded = left(reformed(tag="CEDED"), SPRING, "public_transfer", taker_siret=LOOS)
    ceded.decommissioned(date(2026, 9, 1))
    opened(engine, reformed(tag="LENS-1"), reformed(tag="LOOS-1", owner=LOOS), ceded)

    assert set(tags(engine, LENS)) == {"LENS-1", "CEDED"}
    assert set(tags(engine, LOOS)) == {"LOOS-1", "CEDED"}
    assert set(tags(engine, LENS, LOOS)) == {"LENS-1", "LOOS-1", "CEDED"}
    assert tags(engine) == {}


def test_what_the_receiver_never_reformed_is_not_of_its_report(engine: Engine) -> None:
    opened(engine, left(reformed(tag="C"), SPRING, "public_transfer", taker_siret=LOOS))

    assert tags(engine, LOOS) == {}


def test_an_earlier_instant_sees_what_was_annulled_since(engine: Engine) -> None:
    story = reformed(date(2025, 12, 1), tag="T")
    story.then(a_command(Action.ANNUL, SPRING, reason="Mauvais poste"))
    opened(engine, story)

    now = tags(engine, LENS)["T"]
    then = tags(engine, LENS, known_at=at(date(2026, 1, 1)))["T"]
    assert now.decommissioned_on is None
    assert then.decommissioned_on == date(2025, 12, 1)
    assert tags(engine, LENS, known_at=at(date(2019, 1, 1))) == {}


def test_an_instant_includes_what_was_recorded_at_that_very_instant(
    engine: Engine,
) -> None:
    opened(engine, reformed(date(2025, 12, 1), tag="T"))

    seen = tags(engine, LENS, known_at=at(date(2025, 12, 1)))["T"]
    assert seen.decommissioned_on == date(2025, 12, 1)


def test_more_devices_than_one_batch_holds_are_all_rebuilt(engine: Engine) -> None:
    model = reformed(tag="MODEL").events
    count = 1_001
    histories = []
    for number in range(count):
        details = {**model[0].details, "tag": f"T-{number}", "serial": f"S{number}"}
        first = replace(model[0], details=details)
        histories.append([first, *model[1:]])
    with writing(engine) as session:
        journal.open_histories(session, histories)

    found = tags(engine, LENS)
    assert set(found) == {f"T-{number}" for number in range(count)}
    assert {len(device.steps) for device in found.values()} == {3}


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ({(Role.AUDITOR, None)}, {"LENS-1", "LOOS-1"}),
        ({(Role.TECHNICIAN, LENS)}, {"LENS-1"}),
        ({(Role.PARTNER, None)}, set()),
        (set(), set()),
    ],
)
def test_tags_are_kept_when_the_viewer_may_open_them(
    engine: Engine, grants: set[tuple[Role, str | None]], expected: set[str]
) -> None:
    opened(engine, life(tag="LENS-1"), life(tag="LOOS-1", owner=LOOS))

    with reading(engine) as session:
        held = frozenset(
            Grant(role, None if siret is None else owner_row(session, siret).id)
            for role, siret in grants
        )
        asked = ["LENS-1", "LOOS-1", "NOWHERE"]
        assert facts.tags_seen(session, Viewer("U-1", held), asked) == expected
        assert facts.tags_seen(session, Viewer("U-1", held), []) == set()


def test_the_giver_no_longer_opens_what_it_transferred(engine: Engine) -> None:
    opened(engine, left(reformed(tag="C"), SPRING, "public_transfer", taker_siret=LOOS))

    with reading(engine) as session:
        lens = Viewer("U-1", frozenset({_reader(session, LENS)}))
        loos = Viewer("U-2", frozenset({_reader(session, LOOS)}))
        assert facts.tags_seen(session, lens, ["C"]) == set()
        assert facts.tags_seen(session, loos, ["C"]) == {"C"}


@settings(max_examples=15)
@given(fleet=fleets())
def test_the_figures_are_those_counted_from_the_rows_of_the_event_table(
    postgresql_server: str | None, fleet: list[list[Event]]
) -> None:
    with fresh_engine(postgresql_server) as engine:
        _owners(engine)
        with writing(engine) as session:
            journal.open_histories(session, fleet)
        with reading(engine) as session:
            _compare(session)


def test_a_published_year_recomputed_shows_the_proof_that_came_later(
    engine: Engine,
) -> None:
    """47.5 % as known in January 2027, 50.0 % in April: worked case 2."""
    asked = date(2026, 3, 1)
    late = left(reformed(), SPRING, "sale", commitment=asked)
    late.filed("proof", date(2027, 3, 10))
    undone = left(reformed(), SPRING)
    undone.then(a_command(Action.ANNUL, date(2026, 4, 2), by=BOB, reason="Pas venu"))
    stories = [late, undone, *(left(reformed(), SPRING) for _ in range(19))]
    stories += [reformed() for _ in range(19)]
    opened(engine, *stories)

    assert _rate(engine, known_on=date(2027, 1, 31)) == (19, 40, "47.5")
    assert _rate(engine, known_on=date(2027, 4, 30)) == (20, 40, "50.0")


def _rate(engine: Engine, known_on: date) -> tuple[int, int | None, str]:
    with reading(engine) as session:
        year = reporting.reen(
            session,
            [owner_row(session, LENS)],
            2026,
            at(date(2027, 12, 1)),
            reporting.end_of(known_on),
        )
    rate = year.figures()[0]
    return rate.numerator, rate.denominator, str(rate.value)


def _compare(session: Session) -> None:
    owners = session.exec(select(OwnerRow)).all()
    histories = _rows(session)
    for known_at in (at(date(2025, 6, 1)), at(date(2027, 6, 1)), ENDLESS):
        for year in (2024, 2025, 2026):
            found = reporting.reen(session, owners, year, ENDLESS, known_at)
            for owner in (LENS, LOOS):
                again = recount(histories, owner, year, known_at)
                lines = found.lines_of(owner)
                assert {x.tag for x in lines if x.standing.counted} == again.a
                assert {x.tag for x in lines if x.standing.stocked} == again.b
                assert {x.tag for x in lines if x.standing.available} == again.flow


def _rows(session: Session) -> list[list[Raw]]:
    """Read the event table with no code of parc but its own connection."""
    rows = session.execute(
        text(
            "SELECT device_id, seq, action, effective_on, recorded_at, state, owner, "
            "details FROM event ORDER BY device_id, seq"
        )
    ).all()
    return [
        [
            Raw(
                row.seq,
                row.action,
                date.fromisoformat(str(row.effective_on)),
                _instant(row.recorded_at),
                row.state,
                row.owner,
                json.loads(row.details),
            )
            for row in of_device
        ]
        for _, of_device in groupby(rows, key=lambda row: row.device_id)
    ]


def _instant(value: str | datetime) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _owners(engine: Engine) -> None:
    with writing(engine) as session:
        for siret, prefix in ((LENS, "LENS"), (LOOS, "LOOS")):
            session.add(
                OwnerRow(
                    siret=siret,
                    name=prefix,
                    kind="commune",
                    prefix=prefix,
                    first_day=date(2020, 1, 1),
                )
            )


def _reader(session: Session, siret: str) -> Grant:
    return Grant(Role.TECHNICIAN, owner_row(session, siret).id)
