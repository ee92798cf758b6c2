"""Accounting numbers and an invented ledger with known differences."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations import accounting
from parc.operations.accounting import Account, Made
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.purchase_tables import ReconciliationRow
from tests.factories import BOB, LENS, LOOS, TODAY, a_command, some_rules
from tests.operations.buying import Buying, buying_of
from tests.operations.counting import device, laptops, owner_id


@pytest.fixture
def buying(parc: Engine, tmp_path: Path) -> Buying:
    """Seat Alice before a fleet with accounting numbers."""
    for number, count, cents in (("A-1", 3, 80_000), ("A-2", 1, 50_000)):
        laptops(
            parc,
            count,
            acquired_on="2024-11-24",
            accounting_number=number,
            price_cents=cents,
        )
    laptops(parc, 2, accounting_number="A-3", price_cents=60_000)
    laptops(parc, 1, accounting_number="A-4")
    laptops(parc, 1, accounting_number="A-5", price_cents=10_000)
    laptops(parc, 1)
    laptops(parc, 1, owner=LOOS, accounting_number="A-1", price_cents=999)
    return buying_of(parc, tmp_path)


def reform(engine: Engine, tag: str) -> None:
    """Propose and pronounce the réforme of a device."""
    with writing(engine) as session:
        row = device(engine, tag)
        for command in (
            a_command(Action.PROPOSE_DECOMMISSION, TODAY, reason="Obsolète"),
            a_command(
                Action.DECOMMISSION,
                TODAY,
                by=BOB,
                act_number="2026-1",
                act_on="2026-11-24",
            ),
        ):
            row = session.merge(row)
            journal.record(session, row, command, some_rules())


def accounts(buying: Buying) -> dict[str, Account]:
    with reading(buying.engine) as session:
        owner = owner_id(buying.engine, LENS)
        return {a.number: a for a in accounting.accounts(session, owner, TODAY)}


def compare(buying: Buying, text: str, *, with_vat: bool = False) -> Made:
    number = accounting.compare(
        buying.engine,
        buying.desk,
        owner_id(buying.engine, LENS),
        text.encode(),
        with_vat=with_vat,
    )
    with reading(buying.engine) as session:
        return accounting.made_of(session.get_one(ReconciliationRow, number))


def test_an_accounting_number_is_shared_by_several_devices(buying: Buying) -> None:
    found = accounts(buying)

    shared = found["A-1"]
    assert (shared.devices, shared.value_cents) == (3, 240_000)
    assert shared.oldest == date(2024, 11, 24)
    # Two years of five: 730 of 1,826 days are gone.
    assert shared.net_cents == 3 * (80_000 * 1_096 // 1_826)
    assert (found["A-4"].unpriced, found["A-4"].value_cents) == (1, 0)
    assert list(found) == sorted(found)


def test_what_was_reformed_leaves_the_accounts(buying: Buying) -> None:
    with reading(buying.engine) as session:
        owner = owner_id(buying.engine, LENS)
        before = len(accounting.accounts(session, owner, TODAY))
    tag = next(r.tag for r in buying.devices() if r.accounting_number == "A-2")
    reform(buying.engine, tag)

    found = accounts(buying)
    assert len(found) == before
    assert (found["A-2"].devices, found["A-2"].left) == (0, 1)


def test_an_invented_ledger_gives_its_known_differences(buying: Buying) -> None:
    tag = next(r.tag for r in buying.devices() if r.accounting_number == "A-2")
    reform(buying.engine, tag)
    devices = [(row.tag, row.version) for row in buying.devices()]

    made = compare(
        buying,
        "N° d'inventaire;Désignation;Date d'acquisition;Valeur;Quantité\n"
        "a-1;Portables;24/11/2024;2 400,00;3\n"
        "A-2;Serveur;24/11/2024;500,00;1\n"
        "A-3;Portables;01/03/2020;1 300,00;3\n"
        "A-4;Portable;01/03/2020;700,00;1\n"
        "Z-9;Vidéoprojecteur;01/03/2019;900,00;1\n"
        ";Sans numéro;01/03/2019;900,00;1\n",
    )

    def numbers(name: str) -> list[str]:
        return [one.number for one in getattr(made.result, name)]

    assert numbers("only_ledger") == ["A-2", "Z-9"]
    assert numbers("only_parc") == ["A-5"]
    assert numbers("value_differs") == ["A-3", "A-4"]
    assert numbers("quantity_differs") == ["A-3"]
    assert made.result.agreed == 1
    assert (made.lines, made.without_number) == (5, 1)
    assert [issue.line for issue in made.issues] == [7]
    differs = made.result.value_differs[0]
    assert (differs.ledger_value, differs.value) == (130_000, 120_000)
    assert differs.ledger_on == date(2020, 3, 1)
    assert "réformés" in made.result.only_ledger[0].note
    assert [(row.tag, row.version) for row in buying.devices()] == devices


def test_vat_is_taken_off_at_the_rate_of_the_day(buying: Buying) -> None:
    made = compare(
        buying,
        "Inventaire;Date;Valeur TTC\nA-1;24/11/2024;2 880,00\nA-3;;1 440,00\n",
        with_vat=True,
    )

    assert made.result.agreed == 2
    assert [issue.code for issue in made.issues] == ["price_without_rate"]


def test_it_takes_a_role_and_a_ledger(buying: Buying) -> None:
    with pytest.raises(Refused) as caught:
        compare(buying.by(BOB, LOOS), "Inventaire;Valeur\nA-1;1\n")
    assert caught.value.reasons[0].code == "role"
    for text in ("", "a;b\n", "Inventaire;Valeur\n"):
        with pytest.raises(Refused) as caught:
            compare(buying, text)
        assert {reason.field for reason in caught.value.reasons} == {"file"}
