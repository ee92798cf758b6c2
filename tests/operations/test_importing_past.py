"""The past is declared before an owner's first day, never after (decision D11)."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.operations import reporting
from parc.storage.database import reading
from parc.storage.tables import OwnerRow
from tests.factories import FIRST_DAY, LENS, LOOS, TODAY, at
from tests.operations.imported import (
    codes,
    counts,
    device,
    events,
    everything,
    imported,
    sheet,
)

PAST = (
    "Étiquette;Type;Marque;Modèle;Date d'achat;Utilisateur;Statut;Date de réforme;"
    "Destination;Date de remise;Bénéficiaire;Engagement de réemploi;Preuve de réemploi"
)
GIVEN = (
    "PC-1;PC portable;Dell;L5420;2015-09-01;;;2022-05-03;Don à une association;"
    "2022-09-12;Emmaüs Connect;;"
)
SOLD = (
    "PC-2;PC portable;Dell;L5420;2015-09-01;;;2022-05-03;Vente;2022-09-12;Broc SA;"
    "2022-09-01;2022-12-01"
)


def test_a_gift_of_the_past_is_told_in_three_declared_events(parc: Engine) -> None:
    outcome = imported(parc, sheet(GIVEN, heading=PAST))

    assert counts(outcome) == (1, 0, 0, 0, 0)
    told = events(parc, "PC-1")
    assert [(e.action, e.effective_on.isoformat(), e.level) for e in told] == [
        ("register", "2015-09-01", "declared"),
        ("decommission", "2022-05-03", "declared"),
        ("hand_over", "2022-09-12", "declared"),
    ]
    assert {e.source for e in told} == {outcome.import_id}
    assert '"taker":"Emmaüs Connect"' in told[-1].details
    with reading(parc) as session:
        row = device(session, "PC-1")
        assert (row.state, row.holder) == ("handed_over", None)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ("PC-1;Écran;HP;X;2015-09-01;;Réformé;2022-05-03;;;;;", "decommissioned"),
        ("PC-1;Écran;HP;X;2015-09-01;;Prêt au don;2022-05-03;;;;;", "ready"),
        ("PC-1;Écran;HP;X;;;À recycler;2022-05-03;En attente;;;;", "to_recycle"),
        (
            "PC-1;Écran;HP;X;;;;2022-05-03;DEEE;2022-09-12;;;",
            "waste_collected",
        ),
        ("PC-1;Écran;HP;X;2015-09-01;;;;Volé;2022-09-12;;;", "stolen"),
        ("PC-1;Écran;HP;X;2015-09-01;;;2022-05-03;Perdu;;;;", "missing"),
    ],
)
def test_each_kind_of_past_leads_to_its_state(
    parc: Engine, row: str, state: str
) -> None:
    outcome = imported(parc, sheet(row, heading=PAST))

    assert (counts(outcome), codes(outcome)) == ((1, 0, 0, 0, 0), [])
    with reading(parc) as session:
        assert device(session, "PC-1").state == state


def test_a_past_without_its_dates_is_set_aside_with_what_to_do(parc: Engine) -> None:
    outcome = imported(parc, sheet(GIVEN.replace("2022-09-12", ""), heading=PAST))

    assert counts(outcome) == (0, 0, 0, 0, 1)
    (told,) = outcome.issues
    assert (told.line, told.column) == (2, "Date de remise")
    assert "complétez-la" in told.message


@pytest.mark.parametrize("status", ["Perdu", "Lost", "Volé", "Vendu", "Recyclé"])
def test_a_device_said_to_be_gone_is_never_taken_for_stock(
    parc: Engine, status: str
) -> None:
    row = f"PC-1;Écran;HP;X;2015-09-01;;{status};;;;;;"

    outcome = imported(parc, sheet(row, heading=PAST))

    assert counts(outcome) == (0, 0, 0, 0, 1)
    assert {i.column for i in outcome.issues} <= {"Date de réforme", "Date de remise"}
    assert all("complétez-la" in i.message for i in outcome.issues)


def test_a_loss_told_by_status_and_date_is_a_loss(parc: Engine) -> None:
    row = "PC-1;Écran;HP;X;2015-09-01;;Perdu;;;2022-09-12;;;"

    assert counts(imported(parc, sheet(row, heading=PAST))) == (1, 0, 0, 0, 0)
    with reading(parc) as session:
        assert device(session, "PC-1").state == "missing"


def test_the_day_before_the_first_day_is_the_last_that_is_declared(
    parc: Engine,
) -> None:
    eve = (FIRST_DAY - timedelta(days=1)).isoformat()
    rows = [
        f"PC-{n};Écran;HP;X;2015-09-01;;;{day};;;;;"
        for n, day in enumerate((eve, FIRST_DAY.isoformat()), start=1)
    ]

    outcome = imported(parc, sheet(*rows, heading=PAST))

    assert counts(outcome) == (1, 0, 0, 0, 1)
    (told,) = outcome.issues
    assert (told.line, told.column, told.code) == (
        3,
        "Date de réforme",
        "after_first_day",
    )
    assert "premier jour" in told.message
    assert "15/01/2026" in told.message
    assert "sa fiche" in told.message


def test_a_proof_received_since_is_not_declared_with_the_sale(parc: Engine) -> None:
    late = SOLD.replace("2022-12-01", TODAY.isoformat())

    outcome = imported(parc, sheet(late, heading=PAST))

    assert counts(outcome) == (0, 0, 0, 0, 1)
    assert [i.column for i in outcome.issues] == ["Preuve de réemploi"]


def test_an_owner_s_first_import_declares_all_that_precedes_today(
    parc: Engine,
) -> None:
    eve = (TODAY - timedelta(days=1)).isoformat()
    rows = [
        f"PC-{n};Écran;HP;X;2015-09-01;;;{day};;;;;"
        for n, day in enumerate((eve, TODAY.isoformat()), start=1)
    ]

    shown = imported(parc, sheet(*rows, heading=PAST), owner=LOOS, dry_run=True)
    done = imported(parc, sheet(*rows, heading=PAST), owner=LOOS)

    assert counts(shown) == counts(done) == (1, 0, 0, 0, 1)


def test_a_later_import_declares_no_more(parc: Engine) -> None:
    imported(parc, sheet(GIVEN, heading=PAST), owner=LOOS)
    later = TODAY + timedelta(days=30)
    row = f"PC-9;Écran;HP;X;2015-09-01;;;{TODAY.isoformat()};;;;;"

    outcome = imported(parc, sheet(row, heading=PAST), owner=LOOS, today=later)

    assert codes(outcome) == ["after_first_day"]


def test_the_past_of_a_known_device_is_not_rewritten(parc: Engine) -> None:
    before = "PC-1;PC portable;Dell;L5420;2015-09-01;;En service;;;;;;"
    imported(parc, sheet(before, heading=PAST))

    outcome = imported(parc, sheet(GIVEN, heading=PAST))

    assert counts(outcome) == (0, 0, 1, 0, 0)
    assert codes(outcome) == ["past_not_applied"]
    assert len(events(parc, "PC-1")) == 1


def test_the_same_past_again_is_silent(parc: Engine) -> None:
    imported(parc, sheet(GIVEN, SOLD, heading=PAST))

    again = imported(parc, sheet(GIVEN, SOLD, heading=PAST))

    assert (counts(again), codes(again)) == ((0, 0, 2, 0, 0), [])


def test_who_received_a_gift_to_staff_is_written_nowhere(parc: Engine) -> None:
    row = (
        "PC-1;PC portable;Dell;L5420;2015-09-01;;;2022-05-03;Don à un agent;"
        "2022-09-12;Hélène Dupont;;"
    )

    assert counts(imported(parc, sheet(row, heading=PAST))) == (1, 0, 0, 0, 0)
    assert "Dupont" not in repr(everything(parc))


def test_what_was_declared_counts_in_the_rate_and_says_so(parc: Engine) -> None:
    waiting = "PC-3;PC portable;Dell;L5420;2015-09-01;;;2022-05-03;;;;;"
    gift = GIVEN.replace("2022-09-12", "2025-09-12").replace("2022-05-03", "2024-05-03")
    imported(parc, sheet(gift, waiting, heading=PAST))

    with reading(parc) as session:
        lens = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        figure = reporting.reen(session, [lens], 2025, at(TODAY)).figures()[0]

    assert (figure.numerator, figure.denominator) == (1, 2)
    assert figure.declared_share == 100
