"""The dashboard: what waits, the year's rate against its target, who sees what."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.access import Grant
from parc.domain.vocabulary import Action, Role
from parc.operations.year_rates import FEW
from parc.storage.database import writing
from parc.storage.device_list import D
from parc.storage.tables import OwnerRow
from parc.web.app import create_app
from parc.web.dashboard_rates import words, year_view
from reports.indicators.indicator import Indicator
from tests.databases import fresh_engine
from tests.factories import BOB, DOCUMENT, LENS, LOOS, a_command
from tests.htmx import HEADERS, assert_same, parsed, swapped
from tests.web.administration import browser_of, owner_id, text_of
from tests.web.conftest import NOW, MakeDevice, Record

LAST_YEAR, THIS_YEAR = date(2025, 6, 2), date(2026, 3, 2)


def decommissioned(make: MakeDevice, record: Record, serial: str, owner: str) -> str:
    """Register a laptop and decommission it last year: it weighs in B."""
    tag = make(owner, serial)
    record(tag, a_command(Action.PROPOSE_DECOMMISSION, LAST_YEAR, reason="Vieux"))
    act = {"act_number": "2025-114", "act_on": LAST_YEAR.isoformat()}
    record(tag, a_command(Action.DECOMMISSION, LAST_YEAR, act, by=BOB))
    return tag


def given_away(record: Record, tag: str, serial: str) -> None:
    """Give it to an association this year: it weighs in A."""
    paper = {"dated_on": THIS_YEAR.isoformat(), "document": DOCUMENT}
    erased = {"outcome": "erased_verified", "document": DOCUMENT}
    gift = {"route": "organisation_gift", "taker": "Association"}
    for action, details in (
        (Action.RECONDITION, {}),
        (Action.SETTLE_MEDIUM, {"serial": f"{serial}-DISK", **erased}),
        (Action.FILE_EVIDENCE, {"kind": "tests", **paper}),
        (Action.DECLARE_READY, {}),
        (Action.FILE_EVIDENCE, {"kind": "convention", **paper}),
        (Action.HAND_OVER, gift),
    ):
        record(tag, a_command(action, THIS_YEAR, details))


def plain(page: str) -> str:
    """Give what a page says, with ordinary spaces."""
    return text_of(page).replace("\u00a0", " ")


def many(engine: Engine, *, state: str = "recycled") -> None:
    """Add enough devices that left for their histories to be worth a wait."""
    with writing(engine) as session:
        row = session.execute(D.select()).mappings().first()
        assert row is not None
        copies = [
            {
                **row,
                "id": 10_000 + n,
                "tag": f"ZZ-{n:06d}-0",
                "serial_key": None,
                "state": state,
            }
            for n in range(FEW + 1)
        ]
        session.execute(D.insert(), copies)


def test_the_rate_of_the_year_stands_against_its_target(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    for n in range(3):
        tag = decommissioned(make_device, record, f"S{n}", LENS)
    given_away(record, tag, "S2")

    page = alice.get("/").text

    assert "33,3 %" in plain(page)
    assert "1 sur 3" in plain(page)
    told = "Objectif de 50 % : il manque 16,7 points, soit 1 matériel à réemployer."
    assert told in plain(page)
    assert f'href="/reports/reen/2026?owner={LENS}"' in page
    assert 'aria-label="33,3\u00a0% pour un objectif de 50\u00a0%"' in page
    assert "mutualisé" not in page


def test_without_stock_the_rate_is_not_computable_and_says_why(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    page = plain(alice.get("/").text)

    assert "n.c." in page
    assert "Non calculable (stock nul au 1er janvier)." in page


def test_several_owners_have_a_line_each_and_a_sum_that_no_text_knows(
    auditor: TestClient, make_device: MakeDevice, record: Record
) -> None:
    given_away(record, decommissioned(make_device, record, "S1", LENS), "S1")
    decommissioned(make_device, record, "S2", LOOS)

    page = auditor.get("/").text

    for owner in (LENS, LOOS):
        assert f'href="/reports/reen/2026?owner={owner}"' in page
    assert "100,0 %" in plain(page)
    assert "Objectif de 50 % atteint, dépassé de 50 points." in plain(page)
    assert "Ensemble, périmètre mutualisé, non statutaire" in plain(page)
    assert "1 sur 2" in plain(page)
    # A target for each owner, a mark for the sum.
    assert "Repère de 50 % atteint." in plain(page)


def test_each_sees_the_rates_of_their_own_owners(
    charlie: TestClient, make_device: MakeDevice, record: Record
) -> None:
    decommissioned(make_device, record, "S1", LENS)
    make_device(LOOS, "S2")

    page = charlie.get("/").text

    assert LENS not in page
    assert "Lens" not in page
    assert "0 sur 0" in plain(page)


def test_the_next_visit_after_an_event_shows_the_new_rate(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = decommissioned(make_device, record, "S1", LENS)
    assert "0 sur 1" in plain(alice.get("/").text)
    assert "0 sur 1" in plain(alice.get("/").text)

    given_away(record, tag, "S1")

    assert "1 sur 1" in plain(alice.get("/").text)


def test_a_large_fleet_gets_its_page_at_once_and_its_rate_after(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    decommissioned(make_device, record, "S1", LENS)
    many(engine)

    page = alice.get("/").text
    section = parsed(page).by_id("rates")

    assert section is not None
    assert section.attributes["hx-get"] == "/?rates=1"
    assert section.attributes["hx-trigger"] == "load"
    assert section.attributes["aria-busy"] == "true"
    assert "Calcul en cours" in page
    assert '<a href="/?rates=1">' in page
    assert f'href="/reports/reen/2026?owner={LENS}"' in page

    part = alice.get("/?rates=1", headers=HEADERS).text
    assert "<html" not in part
    assert "0 sur 1" in plain(part)
    assert "hx-get" not in part
    # Now it is at hand: what htmx put in the page is what a reload shows.
    assert_same(swapped(page, part, target="rates"), alice.get("/").text)


def test_without_javascript_the_link_computes_the_rate(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    decommissioned(make_device, record, "S1", LENS)
    many(engine)
    assert "0 sur 1" not in plain(alice.get("/").text)

    page = alice.get("/?rates=1").text

    assert "<html" in page
    assert "0 sur 1" in plain(page)
    assert "Calcul en cours" not in page


def test_the_page_has_the_same_places_before_and_after_the_computation(
    auditor: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    make_device()
    many(engine)

    def places(page: str) -> list[str]:
        section = parsed(page).by_id("rates")
        assert section is not None
        inside = [e.name for e in section.walk()]
        # The drawing fills its own box; the link leaves from the end of a line.
        return [name for name in inside if name not in {"rect", "line", "a"}]

    before, after = auditor.get("/").text, auditor.get("/?rates=1").text

    assert places(before) == places(after)


def test_an_empty_parc_says_what_to_do(alice: TestClient, auditor: TestClient) -> None:
    page = alice.get("/").text

    assert "Le parc est vide" in page
    assert 'href="/imports"' in page
    assert 'href="/devices/new"' in page
    assert 'id="rates"' not in page
    # Who writes nothing is not sent where the door is closed.
    shown = auditor.get("/").text
    assert "Le parc est vide" in shown
    assert 'href="/devices/new"' not in shown


def test_without_any_owner_the_administration_adds_one(
    settings: Settings, postgresql_server: str | None
) -> None:
    with fresh_engine(postgresql_server) as engine:
        app = create_app(settings, engine, clock=lambda: NOW)
        dora = browser_of(app, engine, "dora@parc.example", Grant(Role.ADMIN, None))
        alice = browser_of(app, engine, "a@parc.example", Grant(Role.TECHNICIAN, None))

        assert 'href="/settings/owners/new"' in dora.get("/").text
        page = alice.get("/").text
        assert 'href="/settings/owners/new"' not in page
        assert "Demandez à l'administration" in page


def test_who_reads_no_owner_sees_no_rate(
    app: FastAPI, engine: Engine, make_device: MakeDevice
) -> None:
    make_device()
    grant = Grant(Role.PARTNER, owner_id(engine, LENS))
    page = browser_of(app, engine, "p@x.example", grant).get("/").text

    assert "Aucun propriétaire ne vous est ouvert" in page
    assert "reports/reen" not in page


def test_what_waits_is_counted_and_leads_to_its_list(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.PROPOSE_DECOMMISSION, reason="Vieux"))
    page = alice.get("/").text

    assert re.search(r'href="/devices\?state=decommission_proposed"[^>]*>1</a>', page)
    assert tag in alice.get("/devices?state=decommission_proposed").text


@pytest.mark.parametrize(
    ("above", "below", "target", "told"),
    [
        (19, 40, 50, "Objectif de 50 % : il manque 2,5 points, soit 1 matériel à"),
        (0, 40, 50, "Objectif de 50 % : il manque 50 points, soit 20 matériels à"),
        (20, 40, 50, "Objectif de 50 % atteint."),
        (21, 40, 50, "Objectif de 50 % atteint, dépassé de 2,5 points."),
        (41, 80, 50, "Objectif de 50 % atteint, dépassé de 1,3 point."),
        (1_249, 2_499, 50, "il manque moins de 0,1 point, soit 1 matériel à"),
        (5, 4, 50, "Objectif de 50 % atteint, dépassé de 75 points."),
        (1, 4, 35, "Objectif de 35 % : il manque 10 points, soit 1 matériel à"),
    ],
)
def test_the_gap_is_said_in_words(
    above: int, below: int, target: int, told: str
) -> None:
    rate = Indicator(
        "REEN-01", "", "%", above, below, "", Fraction(target), statutory_target=True
    )

    assert told in words(rate).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("above", "below"), [(1, 2), (9, 4), (0, 7), (40, 3)])
def test_the_drawing_holds_the_rate_whatever_it_is(
    engine: Engine, above: int, below: int
) -> None:
    with writing(engine) as session:
        owner = session.get_one(OwnerRow, owner_id(engine, LENS))
    rate = Indicator("REEN-01", "", "%", above, below, "", Fraction(50))
    view = year_view(2026, [owner], {LENS: rate})

    assert view is not None
    bar = view.lines[0].bar
    assert bar is not None
    assert rate.value is not None
    assert Decimal(str(bar.value)) == rate.value
    assert bar.value <= bar.width
    assert bar.width >= 100


def test_an_owner_added_meanwhile_waits_for_its_rate(engine: Engine) -> None:
    with writing(engine) as session:
        owners = [
            session.get_one(OwnerRow, owner_id(engine, siret)) for siret in (LENS, LOOS)
        ]
    rate = Indicator("REEN-01", "", "%", 1, 2, "", Fraction(50))
    view = year_view(2026, owners, {LENS: rate})

    assert view is not None
    assert not view.ready
    assert [line.rate for line in view.lines] == [None, None]
