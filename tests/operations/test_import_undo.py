"""A whole import is undone by further events, as far as nothing has happened since."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.intake_dispute import Doubt, Settled
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.operations import import_conflicts, import_undo, jobs
from parc.operations.import_undo import COMMAND_LINE, PREVIEW, UNDO
from parc.storage import accounts, import_undos
from parc.storage import jobs as job_rows
from parc.storage.database import reading, writing
from parc.storage.tables import (
    AccountRow,
    EventRow,
    GrantRow,
    ImportRow,
    JobRow,
    OwnerRow,
)
from tests.factories import BOB, LENS, TODAY, a_command, at
from tests.operations.conflicts import a_waiting_row, disputed, queue, who
from tests.operations.imported import (
    LAPTOP,
    events,
    everything,
    imported,
    sheet,
)
from tests.operations.undoing import (
    CORRECTED,
    LATER,
    PAST,
    WIDE,
    facts,
    fates,
    present,
    record,
    settings_in,
    sound,
    told,
    undone,
    worked,
)


def an_account(engine: Engine, *roles: Role) -> str:
    """Add somebody with these roles for Lens; give their opaque id."""
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        session.add(
            AccountRow(
                actor="U-DANA0000",
                email="dana@lens.example",
                password_hash=accounts.hash_password("la phrase de passe"),
                created_at=at(TODAY),
            )
        )
        session.flush()
        for role in roles:
            row = GrantRow(actor="U-DANA0000", role=role.value, owner_id=owner.id)
            session.add(row)
    return "U-DANA0000"


def test_what_it_brought_leaves_the_inventory_its_history_kept(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet("OLD-1;S0;PC portable;Dell;L"))
    source = imported(parc, sheet(LAPTOP, "PC-18;S18;Écran;HP;E")).import_id

    _, found = undone(parc, source, tmp_path)

    assert found == fates(discarded=2)
    assert present(parc) == ["OLD-1"]
    last = events(parc, "PC-17")[-1]
    assert (last.action, last.actor, last.source) == ("discard", COMMAND_LINE, None)
    assert source in json.loads(last.details)["reason"]
    assert "Mauvais fichier" in json.loads(last.details)["reason"]
    assert sound(parc, tmp_path) == []


def test_the_rows_that_waited_for_a_decision_wait_no_more(
    parc: Engine, tmp_path: Path
) -> None:
    conflict = a_waiting_row(parc)

    undone(parc, conflict.import_id, tmp_path)

    assert queue(parc) == []
    again = imported(parc, disputed())
    assert again.doubts == {Doubt.DISAGREE: 1}


def test_what_was_decided_of_a_row_stays(parc: Engine, tmp_path: Path) -> None:
    conflict = a_waiting_row(parc)
    with writing(parc) as session:
        import_conflicts.leave_aside(session, who(parc), conflict.id, "Écran du stock")

    undone(parc, conflict.import_id, tmp_path)

    assert [row.state for row in queue(parc)] == [Settled.IGNORED]


def test_what_it_changed_is_as_before_even_what_was_empty(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP))
    before = facts(parc, "PC-17")
    row = "PC-17;640HP72;Écran;Dell;Latitude 5430;UGAP"
    source = imported(parc, sheet(row, heading=WIDE)).import_id
    assert facts(parc, "PC-17")["supplier"] == "UGAP"

    _, found = undone(parc, source, tmp_path)

    assert found == fates(set_back=1)
    assert facts(parc, "PC-17") == before
    assert len(events(parc, "PC-17")) == 3
    assert sound(parc, tmp_path) == []


def test_only_what_is_still_the_import_s_goes_back(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP))
    row = "PC-17;640HP72;Écran;HP;Latitude 5430;UGAP"
    source = imported(parc, sheet(row, heading=WIDE)).import_id
    record(parc, "PC-17", a_command(Action.DESCRIBE, TODAY, model="Latitude 7400"))

    key, found = undone(parc, source, tmp_path)

    assert found == fates(set_back=1)
    now = facts(parc, "PC-17")
    assert (now["category"], now["maker"]) == ("laptop", "Dell")
    assert (now["model"], now["supplier"]) == ("Latitude 7400", "UGAP")
    assert told(parc, key)["PC-17"].reasons == (
        "Changé depuis, laissé : Modèle.",
        "Sans valeur auparavant, laissé : Fournisseur.",
    )


def test_what_somebody_said_again_is_theirs(parc: Engine, tmp_path: Path) -> None:
    imported(parc, sheet(LAPTOP))
    source = imported(parc, sheet(CORRECTED)).import_id
    record(parc, "PC-17", a_command(Action.DESCRIBE, TODAY, model="Latitude 5430"))

    key, found = undone(parc, source, tmp_path)

    assert found == fates(left=1)
    assert told(parc, key)["PC-17"].reasons == ("Changé depuis, laissé : Modèle.",)
    assert facts(parc, "PC-17")["model"] == "Latitude 5430"


def test_a_device_to_which_something_happened_since_is_left_and_says_what(
    parc: Engine, tmp_path: Path
) -> None:
    source = imported(parc, sheet(LAPTOP, "PC-18;S18;Écran;HP;E")).import_id
    record(parc, "PC-17", a_command(Action.ASSIGN, TODAY, holder="P-A1B2C3D4"))

    key, found = undone(parc, source, tmp_path)

    assert found == fates(discarded=1, left=1)
    assert present(parc) == ["PC-17"]
    (reason,) = told(parc, key)["PC-17"].reasons
    assert reason == (
        f"Quelque chose lui est arrivé depuis : « Affecter » le {TODAY:%d/%m/%Y}."
    )


def test_what_was_annulled_since_has_not_happened(parc: Engine, tmp_path: Path) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id
    record(parc, "PC-17", a_command(Action.ASSIGN, TODAY, holder="P-A1B2C3D4"))
    record(parc, "PC-17", a_command(Action.ANNUL, TODAY, reason="Erreur", by=BOB))

    assert undone(parc, source, tmp_path)[1] == fates(discarded=1)


def test_a_declared_past_is_undone_with_its_device(
    parc: Engine, tmp_path: Path
) -> None:
    row = f"{LAPTOP};2015-09-01;2022-05-03;Vente;2022-09-12"
    source = imported(parc, sheet(row, heading=PAST)).import_id
    assert len(events(parc, "PC-17")) > 1

    assert undone(parc, source, tmp_path)[1] == fates(discarded=1)
    assert sound(parc, tmp_path) == []


def test_undoing_again_does_nothing(parc: Engine, tmp_path: Path) -> None:
    imported(parc, sheet(LAPTOP))
    rows = sheet(CORRECTED, "PC-18;S18;Écran;HP;E")
    source = imported(parc, rows).import_id
    undone(parc, source, tmp_path)
    held = everything(parc)["event"]

    assert undone(parc, source, tmp_path)[1] == fates(already=2)
    assert everything(parc)["event"] == held


def test_a_change_given_back_by_describing_is_not_given_back_again(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP))
    source = imported(parc, sheet(CORRECTED)).import_id
    record(parc, "PC-17", a_command(Action.DESCRIBE, TODAY, notes="Vu"))

    assert undone(parc, source, tmp_path)[1] == fates(set_back=1)
    assert facts(parc, "PC-17")["model"] == "Latitude 5420"
    assert undone(parc, source, tmp_path)[1] == fates(already=1)


def test_the_look_beforehand_tells_the_same_and_changes_nothing(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP, "PC-16;S16;Écran;HP;E"))
    rows = (
        CORRECTED,
        "PC-16;S16;Écran;HP;F",
        "PC-18;S18;Écran;H;E",
    )
    source = imported(parc, sheet(*rows)).import_id
    record(parc, "PC-16", a_command(Action.DESCRIBE, TODAY, model="G"))
    held = everything(parc)

    shown, before = undone(parc, source, tmp_path, kind=PREVIEW)
    now = everything(parc)
    assert [now[name] for name in ("event", "device", "import_batch")] == [
        held[name] for name in ("event", "device", "import_batch")
    ]
    done, after = undone(parc, source, tmp_path)

    assert before == after == fates(set_back=1, discarded=1, left=1)
    assert told(parc, shown) == told(parc, done)


def test_a_commune_manager_gives_back_what_had_a_value(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP))
    row = "PC-17;640HP72;PC portable;Dell;Latitude 5430;UGAP"
    source = imported(parc, sheet(row, "PC-18;S18;Écran;H;E;", heading=WIDE)).import_id

    key, found = undone(
        parc, source, tmp_path, by=an_account(parc, Role.COMMUNE_MANAGER)
    )

    assert found == fates(set_back=1, discarded=1)
    assert facts(parc, "PC-17")["model"] == "Latitude 5420"
    assert told(parc, key)["PC-17"].reasons == (
        "Sans valeur auparavant, laissé : Fournisseur.",
    )


def test_who_may_not_is_told_device_by_device(parc: Engine, tmp_path: Path) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id

    key, found = undone(parc, source, tmp_path, by=an_account(parc, Role.AUDITOR))

    assert found == fates(left=1)
    assert "est réservé au rôle" in told(parc, key)["PC-17"].reasons[0]
    assert present(parc) == ["PC-17"]


def test_it_is_undone_some_at_a_time_and_goes_on_where_it_stopped(
    parc: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undo, "_CHUNK", 2)
    rows = (f"PC-{n};S{n};Écran;HP;E" for n in range(5))
    source = imported(parc, sheet(*rows)).import_id
    with writing(parc) as session:
        row = session.get_one(ImportRow, source)
        key = import_undo.ask(session, row, COMMAND_LINE, LATER, UNDO, "Erreur").id
    noted, broken = import_undos.note, RuntimeError("la prise est débranchée")

    def twice(*given: object) -> None:
        if given[2] == 2:
            raise broken
        noted(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(import_undos, "note", twice)
        with writing(parc) as session:
            job = job_rows.take(session, key, LATER)
        assert job is not None
        work = jobs.Work(parc, settings_in(tmp_path), lambda: LATER, job)
        with pytest.raises(RuntimeError, match="débranchée"):
            import_undo.undo(work)
    assert len(present(parc)) == 3

    with writing(parc) as session:
        session.get_one(JobRow, key).state = "queued"
    assert worked(parc, key, tmp_path)["discarded"] == 5

    assert present(parc) == []
    with reading(parc) as session:
        discards = session.exec(select(EventRow).where(EventRow.action == "discard"))
        assert len(discards.all()) == 5


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2_000])
def test_undoing_needs_a_reason_of_some_length(parc: Engine, reason: str) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id

    with writing(parc) as session:
        row = session.get_one(ImportRow, source)
    with writing(parc) as session, pytest.raises(Refused):
        import_undo.ask(session, row, COMMAND_LINE, LATER, UNDO, reason)


def test_it_is_not_undone_twice_at_once(parc: Engine) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id
    with writing(parc) as session:
        row = session.get_one(ImportRow, source)
        import_undo.ask(session, row, COMMAND_LINE, LATER, UNDO, "Erreur")

    with writing(parc) as session, pytest.raises(Refused, match="déjà en cours"):
        import_undo.ask(session, row, COMMAND_LINE, LATER, UNDO, "Erreur")
