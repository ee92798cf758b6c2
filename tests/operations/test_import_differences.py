"""What an import would change is told before it does, and is what it then does."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.intake_match import KnownDevice
from parc.domain.intake_plan import Plan, Update
from parc.operations import import_preview, importing
from parc.operations.import_preview import FIRST_CREATED, Changed, Created, Preview
from parc.operations.import_run import ImportRun
from parc.operations.rules import rules_for
from parc.storage.database import reading
from parc.storage.tables import DeviceRow, OwnerRow
from tests.databases import fresh_engine
from tests.domain.records import a_record
from tests.factories import LENS, TODAY, at
from tests.operations.conftest import populate
from tests.operations.imported import LAPTOP, device, imported, sheet

WIDE = "Étiquette;N° de série;Type;Marque;Modèle;Prix d'achat;Site;Utilisateur"


def previewed(engine: Engine, content: bytes, path: Path) -> importing.Outcome:
    """Look at what an import for Lens would do."""
    with Preview(path) as told, reading(engine) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        asked = importing.Asked(content, owner, "alice", at(TODAY), TODAY, dry_run=True)
        return importing.run(session, asked, told)


def facts(engine: Engine) -> dict[str, dict[str, object]]:
    """Read the facts of every device, by tag."""
    with reading(engine) as session:
        return {r.tag: json.loads(r.facts) for r in session.exec(select(DeviceRow))}


def test_each_field_that_differs_is_told_with_both_values(
    parc: Engine, tmp_path: Path
) -> None:
    imported(parc, sheet(LAPTOP))
    path = tmp_path / "preview"
    rows = (
        "PC-17;640HP72;PC portable;;Latitude 5430;899,90;;",
        "PC-18;S18;Écran;HP;E;;;",
    )

    previewed(parc, sheet(*rows, heading=WIDE), path)

    assert list(import_preview.changes(path)) == [
        Changed(
            line=2,
            tag="PC-17",
            name="Dell Latitude 5420",
            fields={
                "model": ("Latitude 5420", "Latitude 5430"),
                "price_cents": (None, 89_990),
            },
        )
    ]


def test_new_devices_are_told_as_they_would_be(parc: Engine, tmp_path: Path) -> None:
    path = tmp_path / "preview"
    rows = ("PC-1;S1;PC portable;Dell;L;12;Mairie;Hélène Dupont", ";S2;Écran;HP;E;;;")

    previewed(parc, sheet(*rows, heading=WIDE), path)

    first, second = import_preview.creations(path)
    assert (first.line, first.tag, first.state) == (2, "PC-1", "in_service")
    assert (first.site, first.holder) == ("Mairie", "Hélène Dupont")
    assert first.facts["price_cents"] == 1_200
    assert (second.tag, second.facts["category"]) == ("", "monitor")


def test_of_many_new_devices_the_first_are_told(parc: Engine, tmp_path: Path) -> None:
    path = tmp_path / "preview"
    rows = [f"PC-{n};S{n};PC portable;Dell;L" for n in range(FIRST_CREATED + 5)]

    previewed(parc, sheet(*rows), path)

    told = import_preview.creations(path)
    assert [type(one) for one in told] == [Created] * FIRST_CREATED
    assert told[-1].tag == f"PC-{FIRST_CREATED - 1}"


def test_a_page_of_differences_begins_where_one_asks(
    parc: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "preview"
    imported(parc, sheet(*(f"PC-{n};S{n};PC portable;Dell;L" for n in range(9))))
    previewed(parc, sheet(*(f"PC-{n};S{n};Écran;Dell;L" for n in range(9))), path)

    assert [c.tag for c in import_preview.changes(path, 3, 2)] == ["PC-3", "PC-4"]
    assert [c.tag for c in import_preview.changes(path, 8)] == ["PC-8"]
    assert not list(import_preview.changes(path, 9, 2))


def test_what_was_thrown_away_tells_nothing(tmp_path: Path) -> None:
    assert not list(import_preview.changes(tmp_path / "gone"))
    assert import_preview.creations(tmp_path / "gone") == []


def test_what_is_refused_is_no_difference(parc: Engine, tmp_path: Path) -> None:
    path = tmp_path / "preview"
    imported(parc, sheet(LAPTOP))
    with Preview(path) as told, reading(parc) as session:
        row = device(session, "PC-17")
        owner = session.get_one(OwnerRow, row.owner_id)
        asked = importing.Asked(b"", owner, "alice", at(TODAY), TODAY, dry_run=True)
        outcome = importing.Outcome("", "spreadsheet", True, "import-1")
        rules = rules_for(session, owner, TODAY)
        run = ImportRun(session, asked, outcome, rules, told)
        known = KnownDevice(row.id, row.tag, row.serial_key, "dell", "{}")
        changes = {"model": "Lati\x07tude"}
        run.update(Plan(update=[Update(known, a_record(5), changes)]))

    assert outcome.updated == 0
    assert not list(import_preview.changes(path))


def test_the_very_same_file_is_said_to_have_been_applied(
    parc: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "preview"
    content = sheet(LAPTOP)
    assert previewed(parc, content, path).already_applied is None
    assert imported(parc, content).already_applied is None

    assert previewed(parc, content, path).already_applied == at(TODAY)
    assert imported(parc, content).already_applied == at(TODAY)
    assert imported(parc, sheet(LAPTOP, LAPTOP)).already_applied is None


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3"]),
        st.sampled_from(["", "Dell", "HP"]),
        st.sampled_from(["", "X", "Y", "x" * 250]),
    ),
    unique_by=lambda row: row[0],
    max_size=3,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=ROWS, later=ROWS)
def test_what_is_told_is_what_then_changes(
    postgresql_server: str | None,
    tmp_path: Path,
    earlier: list[tuple[str, ...]],
    later: list[tuple[str, ...]],
) -> None:
    def listed(rows: list[tuple[str, ...]]) -> bytes:
        lines = (f"{tag};;Écran;{maker};{model}" for tag, maker, model in rows)
        return sheet(*lines)

    path = tmp_path / "preview"
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        imported(engine, listed(earlier))
        before = facts(engine)
        shown = previewed(engine, listed(later), path)
        assert facts(engine) == before

        done = imported(engine, listed(later))

        after = facts(engine)
        told = {c.tag: c.fields for c in import_preview.changes(path)}
        assert len(told) == shown.updated == done.updated
        for tag, known in before.items():
            assert told.get(tag, {}) == {
                name: (known.get(name), value)
                for name, value in after[tag].items()
                if known.get(name) != value
            }
