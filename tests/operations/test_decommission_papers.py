"""The papers of a decided list: drawn once, kept, sent again as they were."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.decommissioning import Paper
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations import decommission_export, decommission_papers
from parc.storage import documents, integrity
from parc.storage.database import reading, writing
from parc.storage.decommission_tables import DecommissionListRow
from reports.decommission_pdf import certificate, report
from tests.factories import TODAY
from tests.operations.counting import laptops
from tests.operations.handing import record
from tests.operations.reforming import Reforming, reforming_of


@pytest.fixture
def reforming(parc: Engine, tmp_path: Path) -> Reforming:
    """Seat Alice."""
    return reforming_of(parc, tmp_path)


def test_papers_are_kept_and_given_again_whatever_becomes_of_the_devices(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 3, accounting_number="2020-7", price_cents=90_000)
    key = reforming.proposed(*tags)
    reforming.bob.decide(key)
    desk = reforming.bob.desk
    decommission_papers.keep(parc, desk, key)
    row = reforming.row(key)
    assert row.report_pdf
    assert row.certificate_pdf

    record(parc, tags[0], Action.DESCRIBE, serial="AUTRE", accounting_number="X-9")
    record(parc, tags[1], Action.REINSTATE, reason="Besoin")
    later = reforming.on(date(2026, 11, 30)).desk

    for paper, draw in ((Paper.REPORT, report), (Paper.CERTIFICATE, certificate)):
        given = decommission_papers.paper_of(parc, later, key, paper)
        assert given == draw(decommission_papers.decided_of(row))
    assert documents.read(desk.documents, row.report_pdf) is not None
    with reading(parc) as session:
        assert list(integrity.check(session, desk.documents)) == []


def test_a_paper_that_a_crash_left_out_is_drawn_when_it_is_asked_for(
    parc: Engine, reforming: Reforming
) -> None:
    key = reforming.proposed(*laptops(parc, 1))
    reforming.bob.decide(key)
    assert reforming.row(key).report_pdf is None

    first = decommission_papers.paper_of(parc, reforming.desk, key, Paper.REPORT)

    assert first.startswith(b"%PDF-")
    again = decommission_papers.paper_of(parc, reforming.desk, key, Paper.REPORT)
    assert again == first


def test_a_list_that_is_not_decided_has_no_paper(
    parc: Engine, reforming: Reforming
) -> None:
    key = reforming.proposed(*laptops(parc, 1))

    decommission_papers.keep(parc, reforming.desk, key)
    with pytest.raises(Refused, match="pas ce document"):
        decommission_papers.paper_of(parc, reforming.desk, key, Paper.REPORT)


def test_nothing_is_drawn_from_a_list_changed_behind_parc_s_back(
    parc: Engine, reforming: Reforming
) -> None:
    key = reforming.proposed(*laptops(parc, 1))
    reforming.bob.decide(key)
    with writing(parc) as session:
        row = session.get_one(DecommissionListRow, key)
        row.frozen = (row.frozen or "").replace("DEL-2026-41", "DEL-2026-42")
        session.add(row)

    with pytest.raises(Refused, match="plus ce qui a été décidé"):
        decommission_papers.paper_of(parc, reforming.desk, key, Paper.REPORT)


def test_a_kept_paper_that_changed_on_the_disk_is_not_given(
    parc: Engine, reforming: Reforming
) -> None:
    key = reforming.proposed(*laptops(parc, 1))
    reforming.bob.decide(key)
    decommission_papers.keep(parc, reforming.desk, key)
    sha256 = reforming.row(key).report_pdf or ""
    documents.document_path(reforming.desk.documents, sha256).write_bytes(b"%PDF-x")

    with pytest.raises(Refused, match="absent ou a changé"):
        decommission_papers.paper_of(parc, reforming.desk, key, Paper.REPORT)


def test_the_finance_list_has_what_was_frozen_and_where_things_went(
    parc: Engine, reforming: Reforming
) -> None:
    one, two, three = laptops(parc, 3, accounting_number="2020-7", price_cents=90_000)
    key = reforming.proposed(one, two, three)
    reforming.bob.decide(key, {three: "Utile"})
    record(parc, one, Action.DESCRIBE, serial="AUTRE")
    record(
        parc,
        one,
        Action.SETTLE_MEDIUM,
        serial="S29NNXAH146409",
        outcome="destroyed",
        document="d" * 64,
    )
    record(
        parc,
        one,
        Action.FILE_EVIDENCE,
        kind="convention",
        dated_on=TODAY.isoformat(),
        document="d" * 64,
    )
    record(
        parc,
        one,
        Action.HAND_OVER,
        route="sale",
        taker="Ateliers du Nord",
        price_cents=5,
    )

    with reading(parc) as session:
        rows = list(
            decommission_export.rows_of(
                session, session.get_one(DecommissionListRow, key)
            )
        )

    names = [field.key for field in decommission_export.FIELDS]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row["tag"] for row in told] == [one, two]
    assert told[0]["serial"] == f"SER-{one}"
    assert told[0]["destination"] == "Vente"
    assert told[0]["beneficiary"] == "Ateliers du Nord"
    assert told[0]["handed_over_on"] == TODAY
    assert told[1]["destination"] is None
