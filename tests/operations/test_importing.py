"""An import is one transaction, adds up, and says nothing twice."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.domain.refusal import Refused
from parc.operations import import_run
from parc.storage import integrity, journal
from parc.storage.database import reading, writing
from parc.storage.tables import (
    DeviceRow,
    EventRow,
    ImportRow,
    MediumRow,
    OwnerRow,
    PersonRow,
)
from tests.databases import fresh_engine
from tests.factories import FIRST_DAY, LENS, LOOS, TODAY
from tests.operations.conftest import populate
from tests.operations.imported import (
    LAPTOP,
    codes,
    counts,
    device,
    events,
    everything,
    imported,
    sheet,
    table,
)

WIDE = (
    "Étiquette;N° de série;Type;Marque;Modèle;Date d'achat;Prix d'achat;Fournisseur;"
    "Site;Utilisateur;Statut;N° de série du disque;Type de disque;Capacité du disque;"
    "Observations"
)
WHOLE = (
    "PC-17;640HP72;PC portable;Dell;Latitude 5420;2023-03-01;899,90;UGAP;Mairie;"
    "Hélène Dupont;En service;DISK-1;SSD;256;Clavier changé"
)


def sound(engine: Engine, folder: Path) -> list[str]:
    """List what `parc db check` would find."""
    with reading(engine) as session:
        return [found.message for found in integrity.check(session, folder)]


def test_a_row_becomes_a_device_with_all_that_it_says(
    parc: Engine, tmp_path: Path
) -> None:
    outcome = imported(parc, sheet(WHOLE, heading=WIDE))

    assert counts(outcome) == (1, 0, 0, 0, 0)
    assert codes(outcome) == []
    with reading(parc) as session:
        row = device(session, "PC-17")
        assert (row.state, row.category) == ("in_service", "laptop")
        assert row.acquired_on is not None
        assert row.acquired_on.isoformat() == "2023-03-01"
        assert json.loads(row.facts)["price_cents"] == 89_990
        medium = session.exec(select(MediumRow)).one()
        assert (medium.serial, medium.kind, medium.capacity_gb) == (
            "DISK-1",
            "ssd",
            256,
        )
    (event,) = events(parc, "PC-17")
    assert event.level == "declared"
    assert (event.source, event.actor) == (outcome.import_id, "command-line")
    assert sound(parc, tmp_path) == []


def test_the_same_file_again_changes_nothing(parc: Engine) -> None:
    rows = sheet(WHOLE, ";S-2;;;;;;;;;;;;;", "PC-19;;Écran;HP", heading=WIDE)
    assert counts(imported(parc, rows)) == (3, 0, 0, 0, 0)
    before = everything(parc)

    again = imported(parc, rows)

    assert counts(again) == (0, 0, 3, 0, 0)
    after = everything(parc)
    assert len(after.pop("import_batch")) == len(before.pop("import_batch")) + 1
    assert after == before


def test_only_what_differs_is_recorded(parc: Engine) -> None:
    imported(parc, sheet(LAPTOP))

    outcome = imported(parc, sheet("PC-17;640HP72;PC portable;;Latitude 5430"))

    assert counts(outcome) == (0, 1, 0, 0, 0)
    last = events(parc, "PC-17")[-1]
    assert last.action == "describe"
    assert json.loads(last.details) == {"model": "Latitude 5430", "source_line": 2}
    with reading(parc) as session:
        assert device(session, "PC-17").label == "Dell Latitude 5430"


def test_state_place_and_holder_of_a_known_device_stay(parc: Engine) -> None:
    imported(parc, sheet(WHOLE, heading=WIDE))
    moved = WHOLE.replace("Mairie", "École").replace("Hélène Dupont", "Bob Martin")

    outcome = imported(
        parc, sheet(moved.replace("En service", "En stock"), heading=WIDE)
    )

    assert counts(outcome) == (0, 0, 1, 0, 0)
    assert len(events(parc, "PC-17")) == 1


def test_a_file_without_rows_is_no_failure(parc: Engine) -> None:
    outcome = imported(parc, sheet())

    assert (outcome.read, outcome.applied) == (0, True)


def test_nothing_applied_is_a_failure(parc: Engine) -> None:
    assert not imported(parc, sheet(";;PC portable;Dell;Latitude")).applied


def test_an_unreadable_file_is_refused_whole(parc: Engine) -> None:
    before = everything(parc)

    with pytest.raises(Refused):
        imported(parc, b"%PDF-1.7 ...")

    assert everything(parc) == before


def test_a_failure_in_the_middle_writes_nothing(
    parc: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(parc)
    monkeypatch.setattr(import_run, "_BATCH", 2)
    opened, broken = journal.open_histories, RuntimeError("la prise est débranchée")

    def twice(*given: object) -> object:
        if "PC-3" in repr(given):
            raise broken
        return opened(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "open_histories", twice)
    rows = [f"PC-{n};S{n};PC portable;Dell;Latitude" for n in range(1, 5)]

    with pytest.raises(RuntimeError, match="débranchée"):
        imported(parc, sheet(*rows))

    assert everything(parc) == before


def test_an_unknown_category_enters_as_other_and_is_said(parc: Engine) -> None:
    outcome = imported(parc, sheet("PC-1;S1;Grille-pain;Seb;Toast"))

    assert (counts(outcome), codes(outcome)) == ((1, 0, 0, 0, 0), ["unknown_category"])
    with reading(parc) as session:
        assert device(session, "PC-1").category == "other"


def test_remarks_name_the_columns_as_the_file_does(parc: Engine) -> None:
    heading = "Asset tag;Serial;Retirement date;Disposal method;Disposal date"
    rows = ("PC-1;S1;2022-05-03;Sold;", "PC-2;S2;2022-05-03;Sold;2021-01-01")

    outcome = imported(parc, sheet(*rows, heading=heading))

    told = [(i.line, i.column, i.code) for i in outcome.issues if i.line in {2, 3}]
    assert (2, "Disposal date", "missing_hand_over_date") in told
    assert (3, "Disposal date", "dates_out_of_order") in told
    assert "Disposal date" in outcome.rejects.decode()


def test_the_rows_to_correct_come_back_as_they_were(parc: Engine) -> None:
    outcome = imported(parc, sheet(LAPTOP, ";;PC portable;Dell;L'été", LAPTOP + "0"))

    lines = outcome.rejects.decode("utf-8-sig").split("\r\n")

    assert lines[0].startswith("Étiquette;N° de série;Type;Marque;Modèle;ligne;")
    assert lines[1].startswith(";;PC portable;Dell;L'été;3;")
    assert lines[2].startswith("PC-17;640HP72;PC portable;Dell;Latitude 54200;4;")
    assert lines[3:] == [""]


def test_the_json_has_the_contract_s_keys(parc: Engine) -> None:
    outcome = imported(parc, sheet(LAPTOP, ";;PC;Dell;"))

    told = outcome.as_json("parc.csv")

    assert list(told) == [
        "file",
        "sha256",
        "format",
        "dry_run",
        "import_id",
        "read",
        "created",
        "updated",
        "unchanged",
        "conflicts",
        "rejected",
        "issues",
        "already_applied",
    ]
    assert told["file"] == "parc.csv"
    json.dumps(told)


def test_an_import_is_remembered_without_what_it_held(parc: Engine) -> None:
    outcome = imported(parc, sheet(WHOLE, heading=WIDE))

    with reading(parc) as session:
        kept = session.exec(select(ImportRow)).one()
        assert (kept.id, kept.sha256) == (outcome.import_id, outcome.sha256)
        assert json.loads(kept.outcome or "")["created"] == 1
        assert "Dupont" not in repr(kept)


def test_names_of_people_reach_neither_events_nor_logs(
    parc: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = sheet(
        WHOLE,
        WHOLE.replace("17", "18").replace("640HP72", "T2").replace("Hélène", "helene"),
        WHOLE.replace("17", "19").replace("2023-03-01", "2031-01-01"),
        heading=WIDE,
    )

    outcome = imported(parc, rows)

    assert counts(outcome) == (2, 0, 0, 0, 1)
    held = everything(parc)
    people = held.pop("person")
    assert [person[2] for person in people] == ["Hélène Dupont"]
    assert "dupont" not in repr(held).lower()
    assert "dupont" not in repr(outcome.issues).lower()
    assert "dupont" not in caplog.text.lower()
    with reading(parc) as session:
        holders = set(session.exec(select(DeviceRow.holder)))
        assert holders == set(session.exec(select(PersonRow.id)))


@pytest.mark.parametrize(
    "rows",
    [
        [WHOLE],
        [WHOLE, WHOLE],
        [";S-1;PC portable;Dell;L", ";S-2;PC portable;Dell;L", ";S-1;Écran;Dell;L"],
        ["PC-17;;PC portable;HP;X;2023-03-01;12;;Mairie;Alice;En stock;;;;"],
        ["PC-17;;PC portable;HP;X;1/2/23;;;;;;;;;"],
    ],
)
def test_a_dry_run_counts_the_same_and_writes_nothing(
    parc: Engine, rows: list[str]
) -> None:
    imported(parc, sheet("PC-17;640HP72;PC portable;Dell;Latitude"))
    before = everything(parc)
    content = sheet(*rows, heading=WIDE)

    shown = imported(parc, content, dry_run=True)

    assert everything(parc) == before
    done = imported(parc, content)
    assert counts(shown) == counts(done)
    assert codes(shown) == codes(done)
    assert shown.rejects == done.rejects
    assert (shown.dry_run, done.dry_run) == (True, False)


def test_a_dry_run_in_a_writing_session_writes_nothing_either(parc: Engine) -> None:
    from parc.operations import importing  # noqa: PLC0415
    from tests.factories import at  # noqa: PLC0415

    before = everything(parc)
    with writing(parc) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        asked = importing.Asked(
            content=sheet(WHOLE, ";S-2;;;;;;;;;;;;;", heading=WIDE),
            owner=owner,
            actor="U-AL1CE000",
            at=at(TODAY),
            today=TODAY,
            dry_run=True,
        )
        assert importing.run(session, asked).created == 2
    assert everything(parc) == before


def test_the_first_import_is_an_owner_s_first_day(parc: Engine) -> None:
    def first_day(siret: str) -> object:
        with reading(parc) as session:
            owner = session.exec(select(OwnerRow).where(OwnerRow.siret == siret))
            return owner.one().first_day

    imported(parc, sheet(LAPTOP), owner=LOOS, dry_run=True)
    imported(parc, sheet(";;PC;;"), owner=LOOS)
    assert first_day(LOOS) is None

    imported(parc, sheet(LAPTOP), owner=LOOS)
    imported(parc, sheet("LG-9;S9;PC portable;Dell;X"), owner=LENS)

    assert (first_day(LOOS), first_day(LENS)) == (TODAY, FIRST_DAY)


HEADINGS = (
    "Étiquette",
    "N° de série",
    "Type",
    "Marque",
    "Modèle",
    "Date d'achat",
    "Date de réforme",
    "Destination",
    "Date de remise",
    "Observations",
)
ROW = st.fixed_dictionaries(
    {
        "Étiquette": st.sampled_from(["", "A1", "a1", "A2", "A 3", "LL-000001-X", "x"]),
        "N° de série": st.sampled_from(["", "S1", "s-1", "S2", "N/A", "0000", "é"]),
        "Type": st.sampled_from(["", "PC portable", "Écran", "Grille-pain"]),
        "Marque": st.sampled_from(["", "Dell", "DELL", "HP", "Œuvre"]),
        "Modèle": st.sampled_from(["", "X", "Y", "x" * 250, "a\x07"]),
        "Date d'achat": st.sampled_from(["", "2019-03-01", "2031-01-01", "1/2/23"]),
        "Date de réforme": st.sampled_from(["", "", "2022-05-03", "2026-06-01"]),
        "Destination": st.sampled_from(["", "", "Vente", "Perdu", "En stock", "?!"]),
        "Date de remise": st.sampled_from(["", "2022-09-12", "2026-08-01"]),
        "Observations": st.sampled_from(["", "  vu  ", ("y" * 199 + " ") * 11]),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=8), st.lists(ROW, max_size=4))
def test_any_table_adds_up_previews_truly_and_settles_at_once(
    postgresql_server: str | None,
    tmp_path: Path,
    rows: list[dict[str, str]],
    earlier: list[dict[str, str]],
) -> None:
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        imported(engine, table(earlier, HEADINGS))
        content = table(rows, HEADINGS)

        shown = imported(engine, content, dry_run=True)
        done = imported(engine, content)
        again = imported(engine, content)

        assert counts(shown) == counts(done)
        assert codes(shown) == codes(done)
        assert (again.created, again.updated) == (0, 0)
        assert sound(engine, tmp_path) == []
        with reading(engine) as session:
            made = session.exec(select(func.count()).select_from(DeviceRow)).one()
            opened = select(func.count()).where(EventRow.seq == 1)
            assert made == session.exec(opened).one()
