"""Spends of the finance office: seen first, entered once."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.purchasing import year_figures
from parc.domain.refusal import Refused
from parc.operations import finance_files, purchases
from parc.resources import law
from parc.storage.database import reading
from parc.storage.purchase_tables import FinanceFileRow, OrderRow
from tests.factories import BOB, LENS, LOOS
from tests.operations.buying import Buying, buying_of
from tests.operations.counting import owner_id

FILE = (
    "Date;Fournisseur;Catégorie;Montant HT;État;Mandat\n"
    "13/02/2026;UGAP;Informatique;6 000,00;Neuf;M-12\n"
    "15/03/2026;Écodair;Informatique;2 000,00;Reconditionné;M-13\n"
    "16/03/2026;Konica;Copieurs;500,00;Neuf;\n"
    "17/03/2026;Konica;Mobilier;500,00;Neuf;\n"
).encode()


@pytest.fixture
def buying(parc: Engine, tmp_path: Path) -> Buying:
    """Seat Alice."""
    return buying_of(parc, tmp_path)


def preview(buying: Buying, content: bytes = FILE, siret: str = LENS) -> int:
    owner = owner_id(buying.engine, siret)
    return finance_files.preview(buying.engine, buying.desk, owner, content, None)


def orders(engine: Engine) -> list[OrderRow]:
    with reading(engine) as session:
        return list(session.exec(select(OrderRow).order_by(col(OrderRow.id))))


def test_a_file_is_seen_before_anything_is_entered(buying: Buying) -> None:
    number = preview(buying)

    assert orders(buying.engine) == []
    with reading(buying.engine) as session:
        row = session.get_one(FinanceFileRow, number)
        read = finance_files.lines_of(session, row)
        issues = finance_files.issues_of(row)
    assert [one.number for one in read] == ["M-12", "M-13", f"FIN-{row.sha256[:8]}-L4"]
    assert [issue.line for issue in issues] == [5]


def test_it_is_applied_once_and_makes_the_share_right(buying: Buying) -> None:
    number = preview(buying)

    assert finance_files.apply(buying.engine, buying.desk, number) == 3
    assert preview(buying) == number
    with pytest.raises(Refused) as caught:
        finance_files.apply(buying.engine, buying.desk, number)
    assert caught.value.reasons[0].code == "already_applied"
    with pytest.raises(Refused):
        finance_files.abandon(buying.engine, buying.desk, number)

    found = orders(buying.engine)
    assert {order.kind for order in found} == {"lump_sum"}
    assert {order.finance_file_id for order in found} == {number}
    with reading(buying.engine) as session:
        bought = purchases.bought(session, owner_id(buying.engine, LENS), 2026)
    figure = year_figures(bought, 2026, law())[0]
    assert (figure.numerator, figure.denominator) == (200_000, 800_000)


def test_a_number_that_an_order_has_is_left_alone(buying: Buying) -> None:
    buying.enter(number="M-12")
    number = preview(buying)

    assert finance_files.apply(buying.engine, buying.desk, number) == 2
    assert [order.number for order in orders(buying.engine)].count("M-12") == 1


def test_a_file_that_was_not_applied_may_be_forgotten(buying: Buying) -> None:
    number = preview(buying)
    finance_files.abandon(buying.engine, buying.desk, number)

    with reading(buying.engine) as session:
        assert session.get(FinanceFileRow, number) is None


def test_it_is_refused_whole_when_it_cannot_be_read(buying: Buying) -> None:
    for content in (b"", b"a;b\n", b"%PDF-1.7", b"Date;Fournisseur;Montant HT\n"):
        with pytest.raises(Refused) as caught:
            preview(buying, content)
        assert {reason.field for reason in caught.value.reasons} == {"file"}


def test_it_takes_a_role_of_the_owner(buying: Buying) -> None:
    for somebody, siret in ((buying, LOOS), (buying.by(BOB, LOOS), LENS)):
        with pytest.raises(Refused) as caught:
            preview(somebody, siret=siret)
        assert caught.value.reasons[0].code == "role"
