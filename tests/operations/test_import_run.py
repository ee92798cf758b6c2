"""What the domain refuses of one row is told by column; the other rows go on."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.intake import DeviceRecord
from parc.domain.intake_match import KnownDevice
from parc.domain.intake_plan import Plan, Update
from parc.domain.vocabulary import Action
from parc.operations.import_outcome import Outcome
from parc.operations.import_run import Asked, ImportRun
from parc.operations.rules import rules_for
from parc.storage import journal
from parc.storage.database import writing
from parc.storage.tables import OwnerRow
from tests.domain.records import a_record
from tests.factories import LENS, TODAY, a_command, at
from tests.operations.imported import LAPTOP, device, events, imported, sheet, tags

UNREADABLE = "Lati\x07tude"


def running(session: Session, *, dry_run: bool = False) -> ImportRun:
    """Begin to carry out a plan for Lens."""
    owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
    asked = Asked(b"", owner, "command-line", at(TODAY), TODAY, dry_run=dry_run)
    outcome = Outcome("", "spreadsheet", dry_run, "import-1")
    return ImportRun(session, asked, outcome, rules_for(session, owner, TODAY))


def told(plan: Plan) -> list[tuple[int | None, str | None, str, str | None]]:
    """Give line, field, code and value of every remark."""
    return [(i.line, i.column, i.code, i.value) for i in plan.issues]


def rows(*models: str) -> list[DeviceRecord]:
    """Give rows without a tag that differ by their model."""
    return [
        a_record(line, tag=None, serial=f"S{line}", model=model)
        for line, model in enumerate(models, start=2)
    ]


def test_a_refused_row_is_set_aside_and_takes_no_number(parc: Engine) -> None:
    plan = Plan(create=rows("A", UNREADABLE, "B"))

    with writing(parc) as session:
        running(session).create(plan)

    assert told(plan) == [(3, "model", "invalid_field", UNREADABLE)]
    assert [row.line for row in plan.rejected] == [3]
    assert [tag[:9] for tag in tags(parc)] == ["LL-000001", "LL-000002"]


def test_a_refused_correction_is_set_aside_in_both_ways(parc: Engine) -> None:
    imported(parc, sheet(LAPTOP))
    for dry_run in (True, False):
        with writing(parc) as session:
            row = device(session, "PC-17")
            known = KnownDevice(row.id, row.tag, row.serial_key, "dell", "{}")
            record = a_record(5, model=UNREADABLE)
            plan = Plan(update=[Update(known, record, {"model": UNREADABLE})])

            running(session, dry_run=dry_run).update(plan)

        assert told(plan) == [(5, "model", "invalid_field", UNREADABLE)]
    assert len(events(parc, "PC-17")) == 1


def test_what_was_discarded_is_not_brought_back_by_a_row_that_is_refused(
    parc: Engine,
) -> None:
    imported(parc, sheet(LAPTOP))
    for dry_run in (True, False):
        with writing(parc) as session:
            row = device(session, "PC-17")
            if dry_run:
                command = a_command(Action.DISCARD, TODAY, reason="Erreur")
                rules = rules_for(session, session.get_one(OwnerRow, 1), TODAY)
                journal.record(session, row, command, rules)
            known = KnownDevice(row.id, row.tag, None, "dell", "{}", discarded=True)
            plan = Plan(update=[Update(known, a_record(5), {"model": UNREADABLE})])

            running(session, dry_run=dry_run).update(plan)

        assert [code for _, _, code, _ in told(plan)] == ["invalid_field"]
    assert [event.action for event in events(parc, "PC-17")] == ["register", "discard"]
