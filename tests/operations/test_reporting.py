"""What `parc report` and the API tell of a year: the contract's object, by name."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.access import Grant, Viewer
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import reporting
from parc.storage.database import reading
from parc.storage.tables import OwnerRow
from reports.reuse_year import ReuseYear
from tests.factories import LENS, LOOS, TODAY, at
from tests.operations.imported import imported, sheet

PAST = "Étiquette;Type;Marque;Date d'achat;Date de réforme;Destination;Date de remise"
GIVEN = "PC-1;PC portable;Dell;2015-09-01;2022-05-03;Don à une école;2024-09-12"
HELD = "PC-2;PC portable;Dell;2015-09-01;2022-05-03;;"
THEIRS = "PC-3;PC portable;Dell;2015-09-01;2022-05-03;;"
TOP = [
    "year",
    "as_of",
    "known_at",
    "owners",
    "published",
    "perimeter",
    "law_version",
    "indicators",
    "progress",
]


@pytest.fixture
def filled(parc: Engine) -> Engine:
    """Give a parc where Lens gave one of two laptops, and Loos holds one."""
    imported(parc, sheet(GIVEN, HELD, heading=PAST))
    imported(parc, sheet(THEIRS, heading=PAST), owner=LOOS)
    return parc


def year_of(
    engine: Engine,
    *sirets: str,
    year: int = 2024,
    known_at: datetime | None = None,
) -> ReuseYear:
    """Gather a year of some owners, as known now unless said otherwise."""
    with reading(engine) as session:
        wanted = select(OwnerRow).where(col(OwnerRow.siret).in_(sirets))
        owners = session.exec(wanted.order_by(col(OwnerRow.siret))).all()
        return reporting.reen(session, owners, year, at(TODAY), known_at)


def test_the_object_is_the_contract_s_and_nothing_but_json(filled: Engine) -> None:
    told = reporting.to_json(year_of(filled, LENS))

    assert list(told) == TOP
    assert json.loads(json.dumps(told)) == told
    assert told["as_of"] == TODAY.isoformat()
    assert (told["owners"], told["perimeter"]) == ([LENS], "owner")
    assert told["published"] is False
    indicators = told["indicators"]
    assert isinstance(indicators, list)
    assert [figure["id"] for figure in indicators] == [
        "REEN-01",
        "REEN-01b",
        "REEN-02",
        "REEN-03",
    ]
    assert (indicators[0]["value"], indicators[0]["unit"]) == (50.0, "%")


def test_a_figure_without_value_says_why(filled: Engine) -> None:
    indicators = reporting.to_json(year_of(filled, LENS, year=2022))["indicators"]

    assert isinstance(indicators, list)
    assert indicators[0]["value"] is None
    assert indicators[0]["computable"] is False
    assert indicators[0]["reason"]


def test_the_sum_over_owners_is_said_to_be_one(filled: Engine) -> None:
    told = reporting.to_json(year_of(filled, LENS, LOOS))

    assert told["perimeter"] == "mutualised"
    indicators = told["indicators"]
    assert isinstance(indicators, list)
    assert (indicators[0]["numerator"], indicators[0]["denominator"]) == (1, 3)


def test_a_past_knowledge_can_be_asked_and_no_future_one(filled: Engine) -> None:
    before = year_of(filled, LENS, known_at=at(TODAY) - timedelta(days=1))
    ahead = year_of(filled, LENS, known_at=at(TODAY) + timedelta(days=400))

    assert before.figures()[0].denominator == 0
    assert ahead.as_of == TODAY
    assert ahead.figures()[0].denominator == 2


def test_a_day_ends_at_midnight_in_france() -> None:
    winter, summer = date(2026, 1, 31), date(2026, 7, 31)

    assert reporting.end_of(winter) == datetime(
        2026, 1, 31, 22, 59, 59, 999_999, tzinfo=UTC
    )
    assert reporting.end_of(summer).hour == 21


def test_what_was_typed_on_that_very_day_is_known(filled: Engine) -> None:
    known = year_of(filled, LENS, known_at=reporting.end_of(TODAY))
    eve = year_of(filled, LENS, known_at=reporting.end_of(TODAY - timedelta(days=1)))

    assert known.figures()[0].denominator == 2
    assert eve.figures()[0].denominator == 0


@pytest.mark.parametrize("year", [1999, TODAY.year + 1, -1])
def test_a_year_of_no_report_is_refused(filled: Engine, year: int) -> None:
    with pytest.raises(Refused, match=rf"de 2000 à {TODAY.year}"):
        year_of(filled, LENS, year=year)


def test_the_present_year_is_a_report(filled: Engine) -> None:
    assert year_of(filled, LENS, year=TODAY.year).under_way


def test_no_owner_is_refused_with_what_to_do(filled: Engine) -> None:
    with pytest.raises(Refused, match="parc owner add"):
        year_of(filled)


def test_each_owner_that_a_viewer_sees_has_its_own_rate(filled: Engine) -> None:
    with reading(filled) as session:
        ids = dict(session.exec(select(OwnerRow.siret, OwnerRow.id)).all())
        everything = Viewer("U-A", frozenset({Grant(Role.AUDITOR, None)}))
        only_loos = Viewer("U-B", frozenset({Grant(Role.TECHNICIAN, ids[LOOS])}))
        nobody = Viewer("U-C", frozenset())

        def rates(viewer: Viewer) -> dict[str, tuple[int, int | None]]:
            found = reporting.year_summary(session, viewer, 2024, at(TODAY))
            return {
                r.owner.siret: (r.rate.numerator, r.rate.denominator) for r in found
            }

        assert rates(everything) == {LENS: (1, 2), LOOS: (0, 1)}
        assert rates(only_loos) == {LOOS: (0, 1)}
        assert rates(nobody) == {}


def test_the_workbook_holds_the_same_figures(filled: Engine) -> None:
    book = load_workbook(BytesIO(reporting.workbook(year_of(filled, LENS))))

    cells = {cell.value for row in book["Synthèse"].iter_rows() for cell in row}
    assert cells & {50, 0.5}


def test_the_first_year_is_the_decree_s() -> None:
    assert reporting.first_year() == 2023
