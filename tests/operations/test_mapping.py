"""What is said of a file once is used again, by whatever way the next one comes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from imports.mapping import (
    NO_MEMORY,
    FileMapping,
    MappedColumn,
    digest_of,
    keys_of,
)
from imports.mapping_file import read as read_mapping
from imports.meanings import UNKNOWN
from imports.survey import Survey, survey
from parc.domain.refusal import Refused
from parc.operations import mapping
from parc.operations.folder_watch import Watch
from parc.operations.watched_imports import Order, import_whole
from parc.storage import mappings
from parc.storage.database import reading, writing
from parc.storage.mapping_tables import MappingRow, WordRow
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import ALICE, LENS, LOOS, TODAY, at
from tests.operations.imported import codes, device, imported, sheet

HEADING = "N° PC;SN machine;Quoi;Coût TTC;Chef;Statut"
ROW = "PC-17;640HP72;PC portable;120;Charlie Dupont;Zorglub"
CONTENT = sheet(ROW, heading=HEADING)
FORM = {
    "field-0": "tag",
    "field-1": "serial",
    "field-2": "category",
    "field-3": "price",
    "field-4": "holder",
    "field-5": "state",
}


def owner_id(session: Session, siret: str = LENS) -> int:
    return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()


def seen(content: bytes = CONTENT) -> Survey:
    return survey(content, NO_MEMORY)


def remember(
    parc: Engine, form: dict[str, str] | None = None, told: Survey | None = None
) -> int:
    """Remember how the columns of `CONTENT` are read for Lens; give the row's id."""
    about = told or seen()
    said = mapping.chosen(about, "", form or FORM)
    with writing(parc) as session:
        owner = owner_id(session)
        return mapping.keep(session, owner, about, said, ALICE.id, at(TODAY)).id


def say(parc: Engine, kind: str, words: dict[str, str]) -> None:
    """Remember what words of Lens's spreadsheets mean."""
    told = mapping.checked_words(kind, words)
    with writing(parc) as session:
        owner, said = owner_id(session), {kind: told}
        mappings.keep_words(session, owner, "spreadsheet", said, ALICE.id, at(TODAY))


def refused(form: dict[str, str]) -> list[str]:
    with pytest.raises(Refused) as caught:
        mapping.chosen(seen(), "", {**FORM, **form})
    return [reason.message for reason in caught.value.reasons]


def test_a_list_of_unknown_headings_is_imported_once_they_are_said(
    parc: Engine,
) -> None:
    with pytest.raises(Refused):
        imported(parc, CONTENT)

    remember(parc)
    outcome = imported(parc, CONTENT)

    assert (outcome.created, outcome.mapping) == (1, seen().digest)
    assert codes(outcome)[0] == "mapping_used"
    with reading(parc) as session:
        row = device(session, "PC-17")
        assert (row.serial, row.category) == ("640HP72", "laptop")


def test_what_is_remembered_for_one_owner_is_not_for_another(parc: Engine) -> None:
    remember(parc)

    with pytest.raises(Refused):
        imported(parc, CONTENT, owner=LOOS)


def test_a_watched_folder_uses_what_is_remembered(parc: Engine, tmp_path: Path) -> None:
    remember(parc)
    (tmp_path / "liste.csv").write_bytes(CONTENT)
    watch = Watch(tmp_path)
    noon, later = at(TODAY), at(TODAY, 13)
    assert list(import_whole(parc, watch, Order(LENS), noon, TODAY)) == []

    (dealt,) = import_whole(parc, watch, Order(LENS), later, TODAY)

    assert dealt.outcome is not None
    assert dealt.outcome.created == 1


def test_what_is_not_read_as_people_said_sums_up_nothing(parc: Engine) -> None:
    assert imported(parc, sheet("PC-1;S1;PC portable;Dell;L")).mapping == ""


def test_no_cell_of_the_file_is_kept(parc: Engine) -> None:
    remember(parc)

    with reading(parc) as session:
        (row,) = session.exec(select(MappingRow)).all()
    kept = json.dumps(row.model_dump(), default=str, ensure_ascii=False)
    assert [cell for cell in ROW.split(";") if cell in kept] == []
    assert row.changed_by == ALICE.id


def test_headings_that_nobody_reads_are_not_kept(parc: Engine) -> None:
    remember(parc, {**FORM, "field-4": ""})

    with reading(parc) as session:
        (row,) = session.exec(select(MappingRow)).all()
    assert "chef" not in json.loads(row.columns)


def test_saying_it_again_replaces_what_was_said(parc: Engine) -> None:
    first = remember(parc)

    second = remember(parc, {**FORM, "field-2": "model"})

    assert first == second
    with reading(parc) as session:
        (row,) = session.exec(select(MappingRow)).all()
        assert mapping.mapping_of(row).columns["quoi"] == MappedColumn("model")


def test_a_price_with_vat_is_reckoned_at_the_rate_of_its_day(parc: Engine) -> None:
    heading = "N° PC;Achat;Coût TTC"
    content = sheet("PC-1;2013-06-01;119,60", "PC-2;2020-06-01;120", heading=heading)
    told = survey(content, NO_MEMORY)
    form = {"field-0": "tag", "field-1": "acquired_on", "unit-2": "euros_with_vat"}
    remember(parc, {**form, "field-2": "price"}, told)

    imported(parc, content)

    with reading(parc) as session:
        for tag in ("PC-1", "PC-2"):
            facts = json.loads(device(session, tag).facts)
            assert facts["price_cents"] == 10_000


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(1999, 1, 1), None),
        (date(2013, 12, 31), "19.6"),
        (date(2014, 1, 1), "20"),
    ],
)
def test_the_rate_of_vat_is_that_of_the_law(day: date, rate: str | None) -> None:
    found = mapping.vat_rate(day)

    assert (None if found is None else str(found)) == rate


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"field-3": "zorglub"}, "n'est pas un champ de parc"),
        ({"field-3": "<b>"}, "n'est pas un champ de parc"),
        ({"unit-3": "zorglub"}, "n'est pas une unité de parc"),
        ({"rank-3": "x"}, "nombre à partir de 1"),
        ({"rank-3": "0"}, "nombre à partir de 1"),
        ({"rank-3": "257"}, "nombre à partir de 1"),
        ({"field-0": "", "field-1": ""}, "étiquette ou celle du numéro de série"),
    ],
)
def test_what_is_no_field_nor_unit_is_refused(form: dict[str, str], said: str) -> None:
    assert said in refused(form)[0]


def test_every_reason_is_told_at_once() -> None:
    assert len(refused({"field-3": "zorglub", "rank-2": "x"})) == 2


def test_the_unit_of_the_field_chosen_before_is_dropped() -> None:
    said = mapping.chosen(seen(), "", {**FORM, "unit-3": "dmy"})

    assert said.columns["cout ttc"] == MappedColumn("price")


def test_a_line_of_values_is_not_remembered_as_headings(parc: Engine) -> None:
    content = sheet("PC-17;12;13", "PC-18;14;15", heading="N° PC;SN;Quoi")
    told = survey(content, NO_MEMORY, line=2)

    with pytest.raises(Refused, match="intitulés"):
        remember(parc, {"field-0": "tag"}, told)


def test_a_word_is_said_once_for_every_list_of_its_origin(parc: Engine) -> None:
    say(parc, "state", {"zorglub": "in_repair"})

    for number, heading in enumerate(("Étiquette;Statut", "Statut;N° de parc;Site")):
        cells = ("Zorglub", f"PC-{number}") if number else (f"PC-{number}", "Zorglub")
        imported(parc, sheet(";".join(cells), heading=heading))
        with reading(parc) as session:
            assert device(session, f"PC-{number}").state == "in_repair"


def test_words_are_changed_one_by_one_and_forgotten(parc: Engine) -> None:
    first = {"zorglub": "in_repair", "bidule": "in_stock", "truc": UNKNOWN}
    say(parc, "state", first)
    say(parc, "state", {"zorglub": "on_loan", "bidule": ""})

    with reading(parc) as session:
        memory = mapping.memory_of(session, owner_id(session))
    assert memory.words_of("spreadsheet") == {
        "state": {"zorglub": "on_loan", "truc": UNKNOWN}
    }
    with writing(parc) as session:
        owner = owner_id(session)
        assert mappings.forget_words(session, owner, "spreadsheet", "state") == 2
        assert mapping.memory_of(session, owner).words == {}


def test_the_same_word_is_said_apart_in_lists_of_another_origin(parc: Engine) -> None:
    say(parc, "state", {"zorglub": "in_repair"})
    with writing(parc) as session:
        owner, words = owner_id(session), {"state": {"zorglub": "on_loan"}}
        mappings.keep_words(session, owner, "glpi", words, ALICE.id, at(TODAY))
        memory = mapping.memory_of(session, owner)

    assert memory.words_of("spreadsheet") == {"state": {"zorglub": "in_repair"}}
    assert memory.words_of("glpi") == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("zorglub", {"x": "in_stock"}),
        ("state", {"x": "zorglub"}),
        ("state", {"x": "sale"}),
        ("category", {"x": "in_stock"}),
        ("state", {"": "in_stock"}),
        ("state", {"PAS PLAT": "in_stock"}),
        ("state", {"x" * 81: "in_stock"}),
    ],
)
def test_what_is_no_kind_word_or_meaning_is_refused(
    kind: str, words: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        mapping.checked_words(kind, words)


def test_more_mappings_than_are_kept_are_refused(parc: Engine) -> None:
    noon = at(TODAY)
    with writing(parc) as session:
        owner = owner_id(session)
        for number in range(mappings.MOST_MAPPINGS - 1):
            digest = f"{number:064}"
            mappings.keep_mapping(
                session, owner, digest, "glpi", "", "{}", ALICE.id, noon
            )
    remember(parc)
    remember(parc)  # the same again adds none
    other = survey(sheet("a1;b", heading="N° PC;Autre"), NO_MEMORY)

    with pytest.raises(Refused, match="au plus"):
        remember(parc, {"field-0": "tag"}, other)


def test_more_words_than_are_kept_are_refused(parc: Engine) -> None:
    say(parc, "state", {f"mot {n}": "in_stock" for n in range(mappings.MOST_WORDS)})
    say(parc, "state", {"mot 1": "on_loan"})

    with pytest.raises(Refused, match="au plus"):
        say(parc, "state", {"trop": "in_stock"})

    with reading(parc) as session:
        assert len(session.exec(select(WordRow.id)).all()) == mappings.MOST_WORDS


def test_a_mapping_is_passed_on_with_the_words_of_its_origin(parc: Engine) -> None:
    key = remember(parc)
    say(parc, "state", {"zorglub": "in_repair"})
    with writing(parc) as session:
        row = session.get_one(MappingRow, key)
        content = mapping.shared(session, row, "Lens")

    given = read_mapping(content.encode(), mapping.categories())

    assert "Dupont" not in content
    assert given.words == {"state": {"zorglub": "in_repair"}}
    columns = given.mapping.columns
    assert {k: c.field for k, c in columns.items()} == {
        "numero pc": "tag",
        "sn machine": "serial",
        "quoi": "category",
        "cout ttc": "price",
        "chef": "holder",
        "statut": "state",
    }


def test_near_words_are_proposed_and_never_chosen(parc: Engine) -> None:
    known = {"en service": "in_service", "en stock": "in_stock"}

    assert mapping.near("state", "en servise", known)[0] == "in_service"
    assert mapping.near("state", "zorglub", known) == ()
    assert mapping.near("category", "ecrann", {})[0] == "monitor"
    imported(parc, sheet("PC-1;En servise", heading="Étiquette;Statut"))
    with reading(parc) as session:
        states = session.exec(select(DeviceRow.state)).all()
    assert states == ["in_stock"]


def test_who_remembered_is_told_by_name(parc: Engine) -> None:
    remember(parc)

    with reading(parc) as session:
        owner = owner_id(session)
        found = mapping.remembered(session, owner, seen().digest)
        assert mapping.remembered(session, owner, "0" * 64) is None
        assert (
            mapping.remembered(session, owner_id(session, LOOS), seen().digest) is None
        )
    assert found is not None
    assert found.at == datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


def test_a_mapping_is_edited_without_its_file() -> None:
    known = FileMapping(
        {"numero pc": MappedColumn("tag"), "quoi": MappedColumn("site")}
    )

    said = mapping.edited(known, {"field-1": "model"})

    assert said.columns == {
        "numero pc": MappedColumn("tag"),
        "quoi": MappedColumn("model"),
    }
    with pytest.raises(Refused, match="étiquette"):
        mapping.edited(known, {"field-0": ""})


def test_the_digest_is_that_of_the_headings() -> None:
    assert seen().digest == digest_of(keys_of(HEADING.split(";")))
