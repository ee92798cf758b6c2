"""An import that was undone can be made again: the very same devices come back."""

from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from parc.domain.vocabulary import Action, Role
from parc.storage.import_undos import Fate
from tests.databases import fresh_engine
from tests.factories import TODAY, a_command
from tests.operations.conftest import populate
from tests.operations.imported import (
    LAPTOP,
    counts,
    events,
    imported,
    sheet,
)
from tests.operations.undoing import (
    CORRECTED,
    PAST,
    facts,
    fates,
    present,
    record,
    sound,
    told,
    undone,
)


def test_an_undone_import_is_no_more_an_application_of_its_file(
    parc: Engine, tmp_path: Path
) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id
    undone(parc, source, tmp_path)

    assert imported(parc, sheet(LAPTOP), dry_run=True).already_applied is None


def test_the_same_file_again_brings_the_very_same_devices_back(
    parc: Engine, tmp_path: Path
) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id
    undone(parc, source, tmp_path)

    shown = imported(parc, sheet(CORRECTED), dry_run=True)
    again = imported(parc, sheet(CORRECTED))

    assert counts(shown) == counts(again) == (0, 1, 0, 0, 0)
    assert present(parc) == ["PC-17"]
    assert [e.action for e in events(parc, "PC-17")] == [
        "register",
        "discard",
        "restore",
        "describe",
    ]
    assert facts(parc, "PC-17")["model"] == "Latitude 5430"
    assert counts(imported(parc, sheet(CORRECTED)))[:3] == (
        0,
        0,
        1,
    )
    assert undone(parc, source, tmp_path)[1] == fates(left=1)
    assert undone(parc, again.import_id, tmp_path)[1] == fates(discarded=1)
    assert sound(parc, tmp_path) == []


def test_what_another_import_brought_back_is_not_the_first_one_s_any_more(
    parc: Engine, tmp_path: Path
) -> None:
    source = imported(parc, sheet(LAPTOP)).import_id
    undone(parc, source, tmp_path)
    again = imported(parc, sheet(LAPTOP)).import_id
    assert [e.action for e in events(parc, "PC-17")][2:] == ["restore"]

    key, found = undone(parc, source, tmp_path)

    assert found == fates(left=1)
    assert told(parc, key)["PC-17"].reasons == ("Écarté une fois déjà, puis rétabli.",)
    assert undone(parc, again, tmp_path)[1] == fates(discarded=1)


def test_its_serial_alone_brings_a_device_back(parc: Engine, tmp_path: Path) -> None:
    undone(parc, imported(parc, sheet(LAPTOP)).import_id, tmp_path)

    outcome = imported(parc, sheet(LAPTOP.replace("PC-17", "")))

    assert counts(outcome) == (0, 1, 0, 0, 0)
    assert present(parc) == ["PC-17"]


def test_a_discarded_device_yields_to_one_of_the_inventory(
    parc: Engine, tmp_path: Path
) -> None:
    undone(parc, imported(parc, sheet(LAPTOP)).import_id, tmp_path)
    imported(parc, sheet("PC-20;S20;PC portable;Dell;Latitude 5420"))
    record(parc, "PC-20", a_command(Action.DESCRIBE, TODAY, serial="640HP72"))

    outcome = imported(parc, sheet(LAPTOP.replace("PC-17", "")))

    assert counts(outcome) == (0, 0, 1, 0, 0)
    assert present(parc) == ["PC-20"]


def test_devices_with_a_past_come_back_too(parc: Engine, tmp_path: Path) -> None:
    content = sheet(f"{LAPTOP};2015-09-01;2022-05-03;;", heading=PAST)
    source = imported(parc, content).import_id
    undone(parc, source, tmp_path)

    by_a_technician = imported(parc, content, roles=frozenset({Role.TECHNICIAN}))
    assert counts(by_a_technician) == (0, 0, 0, 0, 1)
    assert "responsable du parc" in by_a_technician.issues[-1].message
    assert present(parc) == []

    again = imported(parc, content, roles=frozenset({Role.FLEET_LEAD}))
    assert counts(again) == (0, 1, 0, 0, 0)
    assert present(parc) == ["PC-17"]


MODELS = st.sampled_from(["", "X", "Y"])
LIST = st.dictionaries(
    st.sampled_from(["A1", "A2", "A3", "A4"]), st.tuples(MODELS, MODELS), min_size=1
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=LIST, later=LIST)
def test_undone_at_once_the_inventory_is_as_it_was(
    postgresql_server: str | None,
    tmp_path: Path,
    earlier: dict[str, tuple[str, str]],
    later: dict[str, tuple[str, str]],
) -> None:
    def listed(rows: dict[str, tuple[str, str]]) -> bytes:
        lines = (
            f"{tag};;Écran;{maker};{model}" for tag, (maker, model) in rows.items()
        )
        return sheet(*lines)

    def inventory(engine: Engine) -> dict[str, Mapping[str, object]]:
        return {tag: facts(engine, tag) for tag in present(engine)}

    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        imported(engine, listed(earlier))
        before = inventory(engine)
        source = imported(engine, listed(later)).import_id
        during = inventory(engine)

        _, found = undone(engine, source, tmp_path)

        assert found[Fate.LEFT] == found[Fate.ALREADY] == 0
        assert inventory(engine) == before
        imported(engine, listed(later))
        assert inventory(engine) == during
        assert sound(engine, tmp_path) == []
