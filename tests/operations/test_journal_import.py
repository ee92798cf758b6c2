"""What a journal must be to be taken, and what becomes of it line by line."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.refusal import Refused
from parc.operations.journal_import import MOST_TOLD
from parc.storage import accounts
from parc.storage.database import reading, writing
from parc.storage.tables import (
    EventRow,
    ImportRow,
    SiteRow,
)
from tests.databases import fresh_engine
from tests.factories import LENS, LOOS
from tests.operations.imported import counts, everything, imported, sheet
from tests.operations.journals import (
    MEURCHIN,
    Empty,
    exported,
    owners_of,
    picture,
    taken,
)


@pytest.fixture
def empty(postgresql_server: str | None) -> Iterator[Empty]:
    """Give what makes empty instances, on the database that the tests run on."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(fresh_engine(postgresql_server))


@pytest.fixture
def lens(parc: Engine) -> Engine:
    """Give a parc with three devices: two of Lens, one of Loos."""
    heading = "Étiquette;N° de série;Type;Marque;Site;Utilisateur"
    rows = ("PC-1;S1;PC portable;Dell;Mairie;Alice Martin", "PC-2;S2;Écran;HP;Mairie;")
    imported(parc, sheet(*rows, heading=heading))
    imported(parc, sheet("PC-3;S3;Écran;HP;École;", heading=heading), owner=LOOS)
    return parc


def lines_of(engine: Engine) -> list[dict[str, object]]:
    """Export a parc as lines that a test may change."""
    return [json.loads(line) for line in exported(engine).splitlines()]


def file_of(lines: list[dict[str, object]]) -> bytes:
    """Write lines as a file."""
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_one_wrong_line_and_nothing_is_written(lens: Engine, empty: Empty) -> None:
    lines = lines_of(lens)
    lines[2]["state"] = "offered"
    lines[2]["source"] = None
    other = empty()
    before = everything(other)

    outcome = taken(other, file_of(lines))

    assert counts(outcome) == (0, 0, 0, 0, 3)
    assert not outcome.applied
    assert [issue.code for issue in outcome.issues] == ["not_whole", "illegal_event"]
    assert outcome.issues[1].line == 3
    assert everything(other) == before


WRONG_LINES: dict[str, tuple[dict[str, object], str]] = {
    "a line that is no event": ({"seq": "x"}, "invalid_event"),
    "a SIRET whose keys are wrong": ({"owner": "24620036400016"}, "invalid_owner"),
    "an owner of no kind": ({"owner_kind": "club"}, "invalid_owner"),
    "a prefix that is none": ({"owner_prefix": "L1"}, "invalid_owner"),
    "the prefix of another owner": ({"owner_prefix": "LL"}, "invalid_owner"),
    "a first day to come": ({"owner_first_day": "2027-01-01"}, "invalid_owner"),
    "a manager that nobody knows": ({"manager": MEURCHIN}, "unknown_owner"),
    "a tag that cannot be printed so": ({"tag": "LL-000001-A"}, "illegal_event"),
    "an event to come": ({"effective_on": "2026-11-25"}, "illegal_event"),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_what_is_wrong_is_told_by_line(lens: Engine, empty: Empty, name: str) -> None:
    changes, code = WRONG_LINES[name]
    lines = lines_of(lens)
    lines[2] = {**lines[2], **changes}
    other = empty()
    before = everything(other)

    outcome = taken(other, file_of(lines))

    assert counts(outcome) == (0, 0, 0, 0, 3)
    assert [(i.line, i.code) for i in outcome.issues] == [
        (None, "not_whole"),
        (3, code),
    ]
    assert everything(other) == before


def test_a_tag_of_ours_has_its_check_character(lens: Engine, empty: Empty) -> None:
    lines = lines_of(lens)
    details = json.loads(str(lines[0]["details"])) | {"tag": "LG-000001-A"}
    lines[0] |= {"tag": "LG-000001-A", "details": json.dumps(details)}

    outcome = taken(empty(), file_of(lines))

    assert [issue.code for issue in outcome.issues] == ["not_whole", "wrong_check"]


def test_an_owner_is_described_in_one_way(lens: Engine, empty: Empty) -> None:
    lines = lines_of(lens)
    lines[1]["owner_name"] = "Lens"

    outcome = taken(empty(), file_of(lines))

    assert "autrement" in outcome.issues[1].message


def test_lines_of_a_device_follow_each_other(lens: Engine, empty: Empty) -> None:
    lines = lines_of(lens)

    outcome = taken(empty(), file_of([*lines, lines[0]]))

    assert outcome.issues[1].code == "scattered"
    assert counts(outcome) == (0, 0, 0, 0, 4)


def test_thousands_of_wrong_lines_are_counted(lens: Engine, empty: Empty) -> None:
    line = lines_of(lens)[0]
    lines = [{**line, "tag": f"N-{n}", "seq": 2} for n in range(1_000)]

    outcome = taken(empty(), file_of(lines))

    assert outcome.rejected == 1_000
    assert len(outcome.issues) == MOST_TOLD + 2
    assert "800 autres" in outcome.issues[-1].message


def test_a_file_that_cannot_be_read_is_refused_whole(
    lens: Engine, empty: Empty
) -> None:
    content = exported(lens) + b'{"tag":"' + b"x" * 1_000_000
    other = empty()
    before = everything(other)

    with pytest.raises(Refused, match="trop longue"):
        taken(other, content)

    assert everything(other) == before


def test_a_known_device_with_another_history_is_a_conflict(
    lens: Engine, empty: Empty
) -> None:
    lines = lines_of(lens)
    lines[0]["actor"] = "U-CHAR11E0"
    other = empty()
    taken(other, exported(lens))
    known = picture(other)
    new = {**lines[1], "tag": "PC-9"}
    details = json.loads(str(new["details"])) | {"tag": "PC-9"}
    new["details"] = json.dumps(details)

    outcome = taken(other, file_of([*lines, new]))

    assert counts(outcome) == (1, 0, 2, 1, 0)
    assert [(i.line, i.code) for i in outcome.issues] == [(1, "other_history")]
    after = picture(other)
    assert after.keys() == {*known, "PC-9"}
    assert {tag: after[tag] for tag in known} == known


def test_a_device_that_went_on_living_here_is_a_conflict(
    lens: Engine, empty: Empty
) -> None:
    other = empty()
    taken(other, exported(lens))
    imported(
        lens,
        sheet(
            "PC-1;S1;PC portable;HP;",
            heading="Étiquette;N° de série;Type;Marque;Modèle",
        ),
    )

    outcome = taken(other, exported(lens))

    assert counts(outcome) == (0, 0, 2, 1, 0)


def test_an_owner_known_here_stays_as_it_is(lens: Engine, empty: Empty) -> None:
    other = empty()
    with writing(other) as session:
        accounts.add_owner(session, LENS, "Notre agglomération", "epci", "NA")

    outcome = taken(other, exported(lens))

    assert counts(outcome) == (3, 0, 0, 0, 0)
    (loos, ours) = owners_of(other)
    assert (ours["name"], ours["prefix"]) == ("Notre agglomération", "NA")
    assert loos["prefix"] == "LG"
    assert ours["first_day"] is not None


def test_the_prefix_of_an_owner_here_is_not_given_twice(
    lens: Engine, empty: Empty
) -> None:
    other = empty()
    with writing(other) as session:
        accounts.add_owner(session, MEURCHIN, "Meurchin", "commune", "LG")

    outcome = taken(other, exported(lens))

    assert "LG est déjà celui d'un autre" in outcome.issues[1].message
    assert picture(other) == {}


def test_sites_go_by_their_names(lens: Engine, empty: Empty) -> None:
    other = empty()
    with writing(other) as session:
        loos = accounts.add_owner(session, LOOS, "Loos-en-Gohelle", "commune", "LG")
        session.add(SiteRow(owner_id=loos.id, name="École"))

    taken(other, exported(lens))

    assert picture(other)["PC-3"]["site"] == "École"
    assert b'"site":1' not in exported(lens)
    with reading(other) as session:
        names = list(session.exec(select(SiteRow.name)))
    assert sorted(names) == ["Mairie", "École"]


def test_a_dry_run_says_so_and_writes_nothing(lens: Engine, empty: Empty) -> None:
    other = empty()
    before = everything(other)

    outcome = taken(other, exported(lens), dry_run=True)

    assert (outcome.dry_run, *counts(outcome)) == (True, 3, 0, 0, 0, 0)
    assert everything(other) == before


def test_who_brought_the_histories_is_remembered(lens: Engine, empty: Empty) -> None:
    other = empty()
    outcome = taken(other, exported(lens))

    with reading(other) as session:
        (row,) = session.exec(select(ImportRow)).all()
        authors = set(session.exec(select(EventRow.actor)))
    assert (row.id, row.created_by, row.format) == (
        outcome.import_id,
        "command-line",
        "journal",
    )
    assert json.loads(row.outcome or "")["created"] == 3
    assert authors == {"command-line"}


def test_an_empty_parc_is_nothing_to_do(parc: Engine) -> None:
    content = exported(parc, "csv")

    outcome = taken(parc, content)

    assert (outcome.read, outcome.applied) == (0, True)
