"""Anomalies decided one by one, then a report that nothing changes."""

import threading
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.stocktake import Settlement
from parc.domain.vocabulary import Action, Role, State
from parc.storage import documents, stocktakes
from parc.storage.database import reading
from parc.storage.stocktake_tables import StocktakeScanRow
from parc.storage.tables import EventRow
from tests.factories import BOB, LENS, LOOS
from tests.operations.counting import (
    Counting,
    counting_of,
    device,
    laptops,
    place,
    site_id,
)
from tests.operations.test_stocktakes import record

OFFICER = Actor("U-0FF1CER0", frozenset({Role.REUSE_OFFICER}))


@pytest.fixture
def counting(parc: Engine, tmp_path: Path) -> Counting:
    """Seat Alice, in front of a stocktake that comes to one anomaly of each kind."""
    return counting_of(parc, tmp_path)


@pytest.fixture
def tags(parc: Engine, counting: Counting) -> dict[str, str]:
    """Close a stocktake of the hall; name its devices by what became of them."""
    found, missing, misplaced = laptops(parc, 3, "Hall")
    (unexpected,) = laptops(parc, 1, "Grenier")
    counting.begin("Hall")
    counting.scan(found, unexpected, "JAMAIS-VU", place(parc, "Cave"), misplaced)
    counting.close()
    return {
        "found": found,
        "missing": missing,
        "misplaced": misplaced,
        "unexpected": unexpected,
    }


def unknown(counting: Counting) -> str:
    """Name the subject of the unknown code."""
    with reading(counting.engine) as session:
        found = select(StocktakeScanRow.id).where(StocktakeScanRow.outcome == "unknown")
        return f"s{session.exec(found).one()}"


def settle_all(counting: Counting, tags: dict[str, str]) -> None:
    """Decide of everything."""
    counting.settle(tags["missing"], Settlement.LOST, reason="Introuvable")
    counting.settle(tags["misplaced"], Settlement.MOVED)
    counting.settle(tags["unexpected"], Settlement.LEFT, reason="De passage")
    counting.settle_subject(unknown(counting), Settlement.LEFT, reason="Vieux code")


def events(engine: Engine) -> int:
    """Count the events of the journal."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def test_what_was_elsewhere_is_moved_where_it_was_seen(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    counting.settle(tags["misplaced"], Settlement.MOVED)
    counting.settle(tags["unexpected"], Settlement.MOVED)

    assert device(parc, tags["misplaced"]).site_id == site_id(parc, "Cave")
    assert device(parc, tags["unexpected"]).site_id == site_id(parc, "Hall")


def test_what_is_missing_is_declared_lost_with_its_reason(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="Motif"):
        counting.settle(tags["missing"], Settlement.LOST)
    counting.settle(tags["missing"], Settlement.LOST, reason="Introuvable")

    assert device(parc, tags["missing"]).state == State.MISSING.value


def test_a_lost_device_that_was_seen_is_declared_found(
    parc: Engine, tmp_path: Path
) -> None:
    counting = counting_of(parc, tmp_path)
    (tag,) = laptops(parc, 1, "Hall")
    record(parc, tag, Action.REPORT_MISSING, reason="Introuvable")
    counting.begin()
    assert counting.scan(tag) == ["unexpected"]
    counting.close()

    with pytest.raises(Refused):  # where to: the domain asks
        counting.settle(tag, Settlement.LOST, reason="Non")
    counting.settle(tag, Settlement.RECOVERED)

    assert device(parc, tag).state != State.MISSING.value


def test_a_record_is_corrected(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="quelle information"):
        counting.settle(tags["missing"], Settlement.CORRECTED, fact="tag", value="X")
    counting.settle(
        tags["missing"], Settlement.CORRECTED, fact="serial", value="VRAI-1"
    )

    assert device(parc, tags["missing"]).serial == "VRAI-1"


def test_an_anomaly_is_decided_once_and_only_as_it_may_be(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    counting.settle(tags["missing"], Settlement.LEFT, reason="En mission")
    before = events(parc)

    for tag, settlement in (
        (tags["missing"], Settlement.LOST),
        (tags["missing"], Settlement.MOVED),
        (tags["found"], Settlement.LEFT),
        (tags["misplaced"], Settlement.LOST),
    ):
        with pytest.raises(Refused):
            counting.settle(tag, settlement, reason="Pourquoi pas")
    for subject in ("", "d", "x1", "d-1", "s999", "d" + "9" * 30):
        with pytest.raises(Refused):
            counting.settle_subject(subject, Settlement.LEFT, reason="Rien")
    assert events(parc) == before


def test_a_refusal_of_the_domain_decides_nothing(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="réservé"):
        counting.by(OFFICER).settle(tags["misplaced"], Settlement.MOVED)

    with reading(parc) as session:
        assert stocktakes.settled_count(session, counting.number) == 0


def test_a_device_of_another_owner_is_not_moved_here(
    parc: Engine, tmp_path: Path
) -> None:
    counting = counting_of(parc, tmp_path)
    (foreign,) = laptops(parc, 1, owner=LOOS)
    both = counting.by(Actor("U-B0TH0000", frozenset({Role.TECHNICIAN})))
    grants = (
        both.desk.viewer.grants
        | counting.by(
            Actor("U-B0TH0000", frozenset({Role.TECHNICIAN})), LOOS
        ).desk.viewer.grants
    )
    both.desk = type(both.desk)(type(both.desk.viewer)("U-B0TH0000", grants), tmp_path)
    both.number = counting.begin()
    assert both.scan(place(parc, "Hall"), foreign) == ["place", "unexpected"]
    counting.close()

    with pytest.raises(Refused, match="lieu constaté"):
        both.settle(foreign, Settlement.MOVED)
    # Alice does not even see it: it may be left, not changed.
    with pytest.raises(Refused):
        counting.settle(foreign, Settlement.CORRECTED, fact="serial", value="X")
    counting.settle(foreign, Settlement.LEFT, reason="Rendu à Loos")


def test_nothing_is_decided_while_scans_come_in(parc: Engine, tmp_path: Path) -> None:
    counting = counting_of(parc, tmp_path)
    (tag,) = laptops(parc, 1)
    counting.begin()

    with pytest.raises(Refused, match="Arrêtez d'abord"):
        counting.settle(tag, Settlement.LEFT, reason="Absent")
    with pytest.raises(Refused, match="Arrêtez d'abord"):
        counting.sign()


def test_the_report_waits_for_every_decision_or_an_explanation(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="4 écarts"):
        counting.sign()
    settle_all(counting, tags)

    assert counting.sign().pdf is not None


def test_the_report_is_the_same_bytes_whatever_happens_afterwards(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    settle_all(counting, tags)
    row = counting.sign("Fait en présence du gardien.")
    assert row.pdf
    assert row.xlsx
    folder = counting.desk.documents
    before = {sha: documents.read(folder, sha) for sha in (row.pdf, row.xlsx)}
    record(parc, tags["found"], Action.DESCRIBE, serial="APRES-1", model="Autre")

    counting.scan(tags["missing"])
    for attempt in (
        counting.sign,
        counting.close,
        lambda: counting.settle(tags["missing"], Settlement.LEFT, reason="Non"),
    ):
        with pytest.raises(Refused):
            attempt()

    with reading(parc) as session:
        again = stocktakes.seen(session, counting.desk.viewer)[0]
        owner = [row.owner_id]
        assert documents.find(session, owner, row.pdf) is not None
        assert documents.find(session, owner, row.xlsx) is not None
    assert (again.pdf, again.xlsx) == (row.pdf, row.xlsx)
    assert {sha: documents.read(folder, sha) for sha in before} == before
    assert all(content is not None for content in before.values())


def test_what_was_scanned_too_late_is_said_beside_what_is_missing(
    counting: Counting, tags: dict[str, str]
) -> None:
    assert counting.scan(tags["missing"]) == ["late"]

    row = counting.sign("Le reste en janvier.")

    content = documents.read(counting.desk.documents, row.xlsx or "") or b""
    cells = load_workbook(BytesIO(content))["Manquants"].iter_rows(values_only=True)
    told = next(cell for cell in cells if cell[0] == tags["missing"])
    assert told[-1] == "Scanné après la clôture."


def test_of_two_who_sign_at_once_one_does(
    counting: Counting, tags: dict[str, str]
) -> None:
    gate = threading.Barrier(2)
    answers: list[str] = []

    def work(who: Counting, remarks: str) -> None:
        gate.wait()
        try:
            who.sign(remarks)
        except Refused as refused:
            answers.append(refused.reasons[0].code)
        else:
            answers.append(who.desk.viewer.actor)

    people = [(counting, "Fait à deux."), (counting.by(BOB), "Fait à deux mains.")]
    threads = [threading.Thread(target=work, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "stage" in answers
    with reading(counting.engine) as session:
        row = stocktakes.seen(session, counting.desk.viewer)[0]
    assert [one for one in answers if one != "stage"] == [row.signed_by]


def test_the_workbook_says_everything_and_names_nobody(
    parc: Engine, counting: Counting, tags: dict[str, str]
) -> None:
    settle_all(counting, tags)
    row = counting.sign()
    content = documents.read(counting.desk.documents, row.xlsx or "") or b""
    book = load_workbook(BytesIO(content))
    sheets = {
        sheet.title: [str(c.value) for r in sheet.iter_rows() for c in r if c.value]
        for sheet in book.worksheets
    }

    assert tags["found"] in sheets["Trouvés"]
    assert {tags["missing"], "Déclaré perdu", "Introuvable"} <= set(sheets["Manquants"])
    assert {tags["misplaced"], "Hall", "Cave"} <= set(sheets["Vus à un autre lieu"])
    assert tags["unexpected"] in sheets["Inattendus"]
    assert "JAMAIS-VU" in sheets["Codes inconnus"]
    front = " ".join(sheets["Procès-verbal"])
    assert counting.desk.viewer.actor in front
    assert "alice" not in front.lower()
    assert LENS[:3] in front
