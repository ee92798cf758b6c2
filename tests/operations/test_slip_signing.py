"""A slip is signed: every device changes hands, or none, and each says why."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.custody import SlipKind, Stage, read_back
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, State
from parc.operations import slip_signing, slips
from parc.operations.slip_signing import Signed, scanned
from parc.operations.slips import Draft
from parc.storage import documents
from parc.storage.database import reading
from parc.storage.tables import DocumentRow, EventRow
from tests.factories import LENS, TODAY
from tests.operations.counting import (
    device,
    laptops,
    owner_id,
    site_id,
)
from tests.operations.handing import PDF, Handing, at_once, events, handing_of, record

ASSIGNMENT, LOAN, RETURN = SlipKind.ASSIGNMENT, SlipKind.LOAN, SlipKind.RETURN


@pytest.fixture
def handing(parc: Engine, tmp_path: Path) -> Handing:
    """Seat Alice."""
    return handing_of(parc, tmp_path)


def test_signing_gives_every_device_at_once_and_the_journal_names_the_slip(
    parc: Engine, handing: Handing
) -> None:
    tags = laptops(parc, 3)
    helene, hall = handing.person(), site_id(parc, "Hall")
    key = handing.draft(ASSIGNMENT, helene, *tags, site=hall)
    assert {device(parc, tag).state for tag in tags} == {State.IN_STOCK.value}

    row = handing.sign(key)

    for tag in tags:
        now = device(parc, tag)
        assert (now.state, now.holder, now.site_id) == ("in_service", helene, hall)
    with reading(parc) as session:
        told = session.exec(select(EventRow.details).where(EventRow.action == "assign"))
        assert all("Bon de remise R-2026-0001" in details for details in told)
    assert (row.stage, row.signed_by) == (Stage.SIGNED.value, handing.desk.viewer.actor)


def test_a_loan_has_its_end_in_the_journal(parc: Engine, handing: Handing) -> None:
    (tag,) = laptops(parc, 1)
    row = handing.hand(LOAN, handing.person(), tag)

    with reading(parc) as session:
        told = session.exec(select(EventRow.details).where(EventRow.action == "lend"))
        assert f'"due_on":"{row.due_on}"' in told.one()


def test_one_device_that_refuses_holds_all_back_and_is_named(
    parc: Engine, handing: Handing
) -> None:
    one, two, three = laptops(parc, 3)
    key = handing.draft(LOAN, handing.person(), one, two, three)
    record(parc, two, Action.ASSIGN)
    before = events(parc)

    with pytest.raises(Refused) as refused:
        handing.sign(key)

    assert [two in reason.message for reason in refused.value.reasons] == [True]
    assert events(parc) == before
    assert device(parc, one).state == "in_stock"
    assert handing.row(key).stage == Stage.DRAFT.value
    draft = Draft(TODAY, [one, three], due_on=TODAY)
    slips.revise(parc, handing.desk, key, draft)
    handing.sign(key)
    assert device(parc, three).state == "on_loan"


def test_what_they_had_already_is_signed_for_without_an_event(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person()
    record(parc, tag, Action.ASSIGN, holder=helene)
    before = events(parc)

    handing.hand(ASSIGNMENT, helene, tag)

    assert events(parc) == before


def test_what_is_lent_already_is_not_lent_again(parc: Engine, handing: Handing) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person()
    record(parc, tag, Action.LEND, holder=helene, due_on="2026-12-01")
    key = handing.draft(LOAN, helene, tag)

    with pytest.raises(Refused, match="déjà prêté"):
        handing.sign(key)


def test_a_return_brings_back_to_where_each_device_goes_and_names_what_is_missing(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    helene = handing.person()
    handing.hand(ASSIGNMENT, helene, one, ticked={one: ["charger", "mouse"]})
    handing.hand(ASSIGNMENT, helene, two, ticked={two: ["charger"]})
    key = handing.draft(RETURN, helene, one, two, ticked={one: ["charger"]})
    slips.revise(
        parc,
        handing.desk,
        key,
        Draft(
            TODAY,
            [one, two],
            targets={one: "in_stock", two: "to_qualify"},
            ticked={one: ["charger"], two: ["charger", "bag"]},
        ),
    )

    row = handing.sign(key)

    assert device(parc, one).state == "in_stock"
    assert device(parc, two).state == "to_qualify"
    assert device(parc, one).holder is None
    assert handing.accessories(key) == {
        (one, "charger", "returned"),
        (one, "mouse", "missing"),
        (two, "charger", "returned"),
        (two, "bag", "returned"),
    }
    assert row.frozen is not None
    assert '"Souris","missing"' in row.frozen


def test_what_is_another_s_is_not_returned_by_somebody(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    handing.hand(ASSIGNMENT, handing.person("Bob"), tag)
    key = handing.draft(RETURN, handing.person("Hélène"), tag)

    with pytest.raises(Refused, match="plus chez cette personne"):
        handing.sign(key)


def test_what_is_signed_is_what_was_seen(parc: Engine, handing: Handing) -> None:
    one, two = laptops(parc, 2)
    key = handing.draft(ASSIGNMENT, handing.person(), one)
    seen = handing.seen(key)
    slips.revise(parc, handing.desk, key, Draft(TODAY, [one, two]))

    with pytest.raises(Refused, match="a changé"):
        slip_signing.sign(parc, handing.desk, key, seen, Signed(scan=scanned(PDF)))

    assert device(parc, one).state == "in_stock"


def test_a_paper_is_kept_by_its_content_with_the_day_it_is_forgotten(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    key = handing.draft(ASSIGNMENT, handing.person(), tag)
    row = handing.sign(key, Signed(scan=scanned(PDF)))

    assert row.scan is not None
    assert documents.read(handing.desk.documents, row.scan) == PDF
    with reading(parc) as session:
        kept = session.exec(select(DocumentRow)).one()
    assert kept.purge_on is not None
    assert kept.purge_on.year == TODAY.year + 5
    assert row.frozen is not None
    seal = read_back(row.frozen)[1]
    assert seal is not None
    assert (seal.signing, seal.signature) == ("paper", row.scan)


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n3;4\n", b"PK\x03\x04", b"\x00"])
def test_what_is_no_scan_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        scanned(content)


def test_two_slips_signed_at_once_for_the_same_devices_one_wins_whole(
    parc: Engine, handing: Handing
) -> None:
    tags = laptops(parc, 4)
    keys = [
        handing.draft(ASSIGNMENT, handing.person("Bob"), *tags),
        handing.draft(ASSIGNMENT, handing.person("Hélène"), *reversed(tags)),
    ]

    wrong = at_once(lambda n: handing.sign(keys[n]), 2)

    assert len(wrong) == 1
    assert len({device(parc, tag).holder for tag in tags}) == 1
    assert sorted(handing.row(key).stage for key in keys) == ["draft", "signed"]


def test_one_slip_signed_by_two_at_once_is_signed_once(
    parc: Engine, handing: Handing
) -> None:
    tags = laptops(parc, 3)
    key = handing.draft(ASSIGNMENT, handing.person(), *tags)
    before = events(parc)

    assert len(at_once(lambda _: handing.sign(key), 2)) == 1
    assert events(parc) == before + 3


def test_forty_devices_go_at_once(parc: Engine, handing: Handing) -> None:
    tags = laptops(parc, 40)
    handing.hand(ASSIGNMENT, handing.person(), *tags, ticked={tags[3]: ["bag"]})

    assert {device(parc, tag).state for tag in (tags[0], tags[39])} == {"in_service"}
    assert owner_id(parc, LENS)
