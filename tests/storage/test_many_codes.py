"""Many codes at once stand for what each stands for alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role
from parc.storage import journal, many_codes
from parc.storage.database import reading, writing
from parc.storage.devices import resolve, understood
from parc.storage.many_codes import resolve_many
from parc.storage.tables import OwnerRow
from tests.databases import fresh_engine
from tests.factories import ALICE, LENS, LOOS, registration
from tests.operations.conftest import populate

TAGS = ("LL-000001-Z", "PC,7", "pc,7", "640HP72", "LG-000001-4")
CODES = st.sampled_from(
    [
        *TAGS,
        "ll-000001-z",
        "LL-000001-A",
        "https://parc.example/devices/LL-000001-Z",
        "640 hp 72",
        "SECONDE",
        "INV-1",
        "disk-1",
        "DISK-1",
        "-",
        "N/A",
        "0000",
        "RIEN",
    ]
)


@pytest.fixture(scope="module")
def fleet(postgresql_server: str | None) -> Iterator[Engine]:
    """Give devices whose codes meet: tags, serials, disks, accounting numbers."""
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        media = ({"serial": "DISK-1"}, {"serial": "-"})
        with writing(engine) as session:
            journal.open_histories(
                session,
                [
                    [registration(tag=TAGS[0], foreign_tag="SECONDE", media=media)],
                    [
                        registration(
                            tag=TAGS[1], accounting_number="INV-1", serial="N/A"
                        )
                    ],
                    [registration(tag=TAGS[2], accounting_number="INV-1")],
                    [registration(tag=TAGS[3], serial="SECONDE")],
                    [registration(tag=TAGS[4], owner=LOOS, serial="RIEN")],
                ],
            )
        yield engine


def viewers(engine: Engine) -> list[Viewer]:
    """Give who sees Lens, who sees everything, and who sees nothing."""
    with reading(engine) as session:
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
    return [
        Viewer(ALICE.id, frozenset({Grant(Role.TECHNICIAN, lens)})),
        Viewer(ALICE.id, frozenset({Grant(Role.AUDITOR, None)})),
        Viewer(ALICE.id, frozenset()),
    ]


@given(typed=st.lists(CODES, unique=True, max_size=12))
def test_many_codes_stand_for_what_each_stands_for_alone(
    fleet: Engine, typed: list[str]
) -> None:
    codes = list(dict.fromkeys(map(understood, typed)))
    for viewer in viewers(fleet):
        with reading(fleet) as session:
            together = resolve_many(session, viewer, codes)
            alone = {code: resolve(session, viewer, code) for code in codes}

            assert together == alone


def test_a_code_shared_by_a_crowd_is_looked_up_apart(
    fleet: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_codes, "_MOST_ROWS", 1)
    viewer = viewers(fleet)[0]

    with reading(fleet) as session:
        found = resolve_many(session, viewer, ["INV-1", "SECONDE"])

    assert [row.tag for row in found["INV-1"].devices] == sorted(TAGS[1:3])
    assert [row.tag for row in found["SECONDE"].devices] == [TAGS[0], TAGS[3]]
