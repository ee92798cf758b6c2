"""From whatever is printed on a device to that device, never to another one."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.mode_card import cards
from parc.domain.place_tag import PlaceTag
from parc.domain.scan_code import Kind, Verdict, Via, Why, understood
from parc.domain.scan_keyboard import Keyboard, encode
from parc.domain.vocabulary import Role
from parc.operations.resolving import Resolved, resolve, resolve_many
from parc.storage import journal, people, resolving
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.databases import fresh_engine
from tests.factories import ALICE, LENS, LOOS, registration
from tests.operations.conftest import populate


class Fleet(NamedTuple):
    """A database with devices whose codes meet, and who looks at them."""

    engine: Engine
    alice: Viewer
    charlie: Viewer
    auditor: Viewer
    nobody: Viewer
    place: str

    def tags(self, code: str, who: Viewer | None = None) -> list[str]:
        """Give the tags that a code may stand for."""
        return [row.tag for row in self.resolved(code, who).devices]

    def resolved(self, code: str, who: Viewer | None = None) -> Resolved:
        """Resolve a code, for Alice unless said otherwise."""
        with reading(self.engine) as session:
            return resolve(session, who or self.alice, code)


OURS = "LL-000001-Z"
CANCEL = next(code for code, card in cards().items() if card.undoes)
OTHERS = str(AssetTag("LG", 1))


@pytest.fixture(scope="module")
def fleet(postgresql_server: str | None) -> Iterator[Fleet]:
    """Give devices whose codes meet: tags, serials, disks, accounting numbers."""
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        media = ({"serial": "DISK-1"}, {"serial": "-"})
        made = [
            registration(tag=OURS, foreign_tag="SECONDE", media=media),
            registration(tag="PC,7", accounting_number="INV-1", serial="N/A"),
            registration(tag="pc,7", accounting_number="INV-1", serial="K-2"),
            registration(tag="DOUBLE", serial="SECONDE"),
            registration(tag=OTHERS, owner=LOOS, serial="RIEN"),
            registration(tag="HA112", serial="004HQ3NIDBVD"),
            registration(tag="CTA*OS-INSTALLED", serial="PC82"),
            registration(tag="Parc/0017", serial="SQ7 A1", foreign_tag="EPCI-0012345"),
            registration(tag="DELL", maker="Dell Inc.", serial="5RFDP01"),
            registration(tag="LENOVO", maker="LENOVO", serial="PF1ABCDE"),
            registration(tag="APPLE", maker="Apple", serial="C02L13ECF8J2"),
            registration(tag="HP", maker="Hewlett-Packard", serial="5CG8241NRL"),
            registration(tag="OTHER", maker="Acer", serial="PF2ABCDE"),
        ]
        with writing(engine) as session:
            journal.open_histories(session, [[event] for event in made])
            owners = dict(session.exec(select(OwnerRow.siret, OwnerRow.id)).all())
            number = int(people.site_id(session, owners[LENS], "Mairie"))
        yield Fleet(
            engine,
            viewer(Role.TECHNICIAN, owners[LENS]),
            viewer(Role.TECHNICIAN, owners[LOOS]),
            viewer(Role.AUDITOR, None),
            Viewer("U-0000", frozenset()),
            str(PlaceTag(number)),
        )


def viewer(role: Role, owner_id: int | None) -> Viewer:
    """Give somebody with one role."""
    return Viewer(ALICE.id, frozenset({Grant(role, owner_id)}))


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        (OURS, OURS),
        (OURS.lower(), OURS),
        (f"\x1d{OURS}\r\n", OURS),
        (f"]C1{OURS}", OURS),
        (f"https://parc.example.fr/d/{OURS}?x=1#y", OURS),
        (f"HTTPS://AUTRE.EXAMPLE/N/IMPORTE/{OURS}/", OURS),
        ("https://parc.example.fr/devices/Parc%2F0017", "Parc/0017"),
        ("Parc/0017", "Parc/0017"),
        ("SQ7a1", "Parc/0017"),
        ("k2", "pc,7"),
        ("DISK-1", OURS),
        ("Disk-1", OURS),
        ("EPCI-0012345", "Parc/0017"),
    ],
)
def test_whatever_is_printed_on_a_device_finds_it(
    fleet: Fleet, code: str, tag: str
) -> None:
    found = fleet.resolved(code).found

    assert found is not None
    assert found.tag == tag


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("125-423-316-01", "DELL"),
        ("12542331601", "DELL"),
        ("1S20L5CTO1WWPF1ABCDE", "LENOVO"),
        ("SC02L13ECF8J2", "APPLE"),
        ("S5CG8241NRL", "HP"),
        ("]d2010345312000001121PF2ABCDE", "OTHER"),
        ("(01)03453120000011(21)PF2ABCDE", "OTHER"),
    ],
)
def test_a_maker_s_own_code_finds_the_machine_with_that_serial(
    fleet: Fleet, code: str, tag: str
) -> None:
    resolved = fleet.resolved(code)

    assert resolved.found is not None
    assert resolved.found.tag == tag
    assert resolved.resolution.match is not None
    assert resolved.resolution.match.via is Via.SERIAL


@pytest.mark.parametrize(
    "code",
    [
        "1S20L5CTO1WWPF2ABCDE",  # an Acer does not have a Lenovo label
        "1S20L5CTO1WPF1ABCDE",  # one sign short
        "(01)03453120000012(21)PF2ABCDE",  # wrong check digit
        "12542331602",
    ],
)
def test_a_maker_s_code_that_does_not_fit_finds_nothing(
    fleet: Fleet, code: str
) -> None:
    assert fleet.resolved(code).resolution.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("àà'HA\"NIDBVD", "HA112"),
        ("HQ&&é", "HA112"),
        ("CTQ8OS)INSTQLLED", "CTA*OS-INSTALLED"),
        ("EPCI)àà&é\"'(", "Parc/0017"),
        ("LL)ààààà&)W", OURS),
        ("httpsM!!pqrc:exq,ple:fr!d!LL)ààààà&)W", OURS),
    ],
)
def test_what_annex_a_saw_on_azerty_is_recovered(
    fleet: Fleet, typed: str, tag: str
) -> None:
    found = fleet.resolved(typed).found

    assert found is not None
    assert found.tag == tag


def test_a_serial_typed_under_caps_lock_is_shown_and_never_acted_on(
    fleet: Fleet,
) -> None:
    resolved = fleet.resolved("004ha3nidbvd")

    assert resolved.resolution.verdict is Verdict.TO_CONFIRM
    assert [row.tag for row in resolved.devices] == ["HA112"]
    assert resolved.found is None


def test_a_serial_in_small_letters_that_could_be_another_under_caps_lock_is_shown_only(
    fleet: Fleet,
) -> None:
    assert fleet.resolved("SQ7a1").found is not None
    assert fleet.resolved("sq7a1").found is None
    assert fleet.tags("sq7a1") == ["Parc/0017"]


def test_a_code_that_two_keyboards_read_differently_is_shown_only(
    fleet: Fleet,
) -> None:
    """`PC!é` is PC/2 on a French keyboard, PC82 on a Belgian one."""
    resolved = fleet.resolved("PC!é")

    assert resolved.found is None
    assert [row.tag for row in resolved.devices] == ["CTA*OS-INSTALLED"]


@pytest.mark.parametrize(
    ("code", "tags"),
    [("INV-1", ["PC,7", "pc,7"]), ("SECONDE", ["DOUBLE", OURS])],
)
def test_a_code_on_two_devices_is_left_to_a_person(
    fleet: Fleet, code: str, tags: list[str]
) -> None:
    resolved = fleet.resolved(code)

    assert resolved.resolution.verdict is Verdict.AMBIGUOUS
    assert [row.tag for row in resolved.devices] == sorted(tags)
    assert all(tag in resolved.reason for tag in tags)
    assert resolved.found is None


@pytest.mark.parametrize("keyboard", list(Keyboard))
@pytest.mark.parametrize(
    "code", [OTHERS, "RIEN", "rien", f"https://parc.fr/d/{OTHERS}"]
)
def test_a_code_of_another_owner_is_as_unknown_as_none(
    fleet: Fleet, code: str, keyboard: Keyboard
) -> None:
    hidden = fleet.resolved(encode(code, keyboard))
    none = fleet.resolved(encode("JAMAIS-VU", keyboard))

    assert (hidden.devices, hidden.reason) == ((), none.reason)
    assert hidden.resolution.verdict is Verdict.UNKNOWN
    assert fleet.tags(OTHERS, fleet.charlie) == [OTHERS]


def test_a_tag_of_two_owners_in_doubt_is_not_taken_for_the_one_that_is_seen(
    postgresql_server: str | None,
) -> None:
    """Shown by a French keyboard that turns letters too, or digits only."""
    seen, hidden = "AAL-000001-A", "QQL-000001-Q"
    assert AssetTag.parse(seen)
    assert AssetTag.parse(hidden)
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        with writing(engine) as session:
            journal.open_histories(
                session,
                [[registration(tag=seen)], [registration(tag=hidden, owner=LOOS)]],
            )
            lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        with reading(engine) as session:
            typed = encode(seen, Keyboard.FRENCH)
            alice = resolve(session, viewer(Role.TECHNICIAN, lens), typed)
            auditor = resolve(session, viewer(Role.AUDITOR, None), typed)
            plain = resolve(session, viewer(Role.TECHNICIAN, lens), seen)

    assert plain.found is not None
    assert (alice.devices, alice.resolution.why) == ((), Why.KEYBOARD)
    assert {row.tag for row in auditor.devices} == {seen, hidden}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", Why.EMPTY),
        ("  \r\n", Why.EMPTY),
        ("X" * 301, Why.TOO_LONG),
        ("LL-000001-A", Why.BAD_CHECK),
        ("LL)ààààà&)A", Why.BAD_CHECK),
        ("CMD-ANNULER-0", Why.BAD_CHECK),
        ("LL-00001-Z", Why.NOT_FOUND),
        ("4006381333931", Why.PRODUCT),
        ("https://snipe.example/hardware/1", Why.NOT_FOUND),
        ("https://netbox.example/dcim/devices/HA112/", Why.NOT_FOUND),
        ("N/A", Why.NOT_FOUND),
        ("-", Why.NOT_FOUND),
        ("To be filled by O.E.M.", Why.NOT_FOUND),
    ],
)
def test_what_finds_nothing_says_why(fleet: Fleet, code: str, why: Why) -> None:
    resolved = fleet.resolved(code)

    assert resolved.resolution.verdict is Verdict.UNKNOWN
    assert resolved.resolution.why is why
    assert resolved.reason == why.label


@pytest.mark.parametrize("keyboard", [k for k in Keyboard if k is not Keyboard.DIGITS])
def test_a_place_and_a_card_are_told_apart_on_any_keyboard(
    fleet: Fleet, keyboard: Keyboard
) -> None:
    place = fleet.resolved(encode(fleet.place, keyboard)).resolution
    card = fleet.resolved(encode(CANCEL, keyboard)).resolution

    assert place.match is not None
    assert place.match.kind is Kind.PLACE
    assert card.match is not None
    assert (card.match.kind, card.match.key) == (Kind.CARD, CANCEL)
    assert fleet.resolved(fleet.place, fleet.charlie).resolution.match is None


CODES = st.sampled_from(
    [
        *(OURS, OTHERS, "PC,7", "pc,7", "640HP72", "DOUBLE", "SECONDE", "INV-1"),
        *("LL-000001-A", "640 hp 72", "disk-1", "DISK-1", "-", "N/A", "0000", "RIEN"),
        *("HQ&&é", "LL)ààààà&)W", "004ha3nidbvd", "12542331601", CANCEL),
        f"https://parc.example/devices/{OURS}",
    ]
)


@settings(max_examples=40)
@given(typed=st.lists(CODES, unique=True, max_size=6))
def test_many_codes_stand_for_what_each_stands_for_alone(
    fleet: Fleet, typed: list[str]
) -> None:
    for who in (fleet.alice, fleet.auditor, fleet.nobody):
        with reading(fleet.engine) as session:
            together = resolve_many(session, who, typed)
            alone = {code: resolve(session, who, code) for code in typed}

        assert together == alone


@given(typed=st.one_of(CODES, st.text(max_size=40)))
def test_a_code_once_understood_stands_for_the_same(fleet: Fleet, typed: str) -> None:
    first = fleet.resolved(typed)
    again = fleet.resolved(understood(typed))

    assert again.found == first.found
    assert understood(understood(typed)) == understood(typed)


def test_a_code_shared_by_a_crowd_is_looked_up_apart(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ["INV-1", "SECONDE", OURS]
    with reading(fleet.engine) as session:
        expected = resolve_many(session, fleet.alice, codes)
        monkeypatch.setattr(resolving, "_MOST_ROWS", 1)

        assert resolve_many(session, fleet.alice, codes) == expected


def test_a_device_is_only_found_by_a_code_that_it_bears(fleet: Fleet) -> None:
    """Every device, every code of it, every keyboard: that device or no other."""
    with reading(fleet.engine) as session:
        rows = session.exec(select(DeviceRow)).all()
        for row in rows:
            for code in filter(None, (row.tag, row.foreign_tag, row.serial)):
                bearers = {
                    r.tag for r in rows if code in {r.tag, r.foreign_tag, r.serial}
                }
                for keyboard in Keyboard:
                    found = resolve(
                        session, fleet.auditor, encode(code, keyboard)
                    ).found
                    assert found is None or bearers == {found.tag}, (code, keyboard)
