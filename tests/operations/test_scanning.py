"""The bench: what is armed is done once per device, said at once, and undone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.domain.access import Grant, Viewer
from parc.domain.command import Actor
from parc.domain.mode_card import cards
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refused
from parc.domain.scan_code import Kind
from parc.domain.scan_keyboard import Keyboard, encode
from parc.domain.vocabulary import Action, Role, State
from parc.operations import scan_orders, scanning
from parc.operations.resolving import resolve
from parc.operations.scan_orders import Order
from parc.storage import articles, journal, people, scans
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Scanned
from parc.storage.tables import DeviceRow, EventRow, OwnerRow
from tests.factories import ALICE, LENS, LOOS, TODAY, at, registration

RUN = "0123456789abcdef"
NOON = at(TODAY)
TECHNICIAN = Actor(ALICE.id, frozenset({Role.TECHNICIAN}))
CARDS = {card.word: code for code, card in cards().items()}
Make = Callable[..., list[str]]


@dataclass(frozen=True)
class At:
    """Somebody's desk."""

    viewer: Viewer
    documents: Path
    now: datetime = NOON
    today: date = TODAY


@dataclass
class Bench:
    """A run of scans by somebody; each scan comes ten seconds after the last."""

    engine: Engine
    desk: At
    keys: Iterator[int]
    seconds: int = 10

    def scan(self, code: str, key: str = "") -> Answer:
        """Scan a code."""
        self.desk = replace(
            self.desk, now=self.desk.now + timedelta(seconds=self.seconds)
        )
        key = key or f"key-{next(self.keys)}"
        return scanning.scan(self.engine, self.desk, code, key, run_id=RUN)

    def outcomes(self, *codes: str) -> list[str]:
        """Scan codes one after the other; say what became of each."""
        return [self.scan(code).outcome.value for code in codes]

    def arm(self, action: Action, **given: object) -> None:
        """Arm an action on the screen."""
        with writing(self.engine) as session:
            order = scan_orders.order_from(session, self.desk, action, given)
            run = session.get_one(ScanRunRow, RUN)
            scan_orders.arm(run, order)
            session.add(run)


def bench_of(engine: Engine, actor: Actor, folder: Path) -> Bench:
    """Seat somebody of Lens and begin a run."""
    lens = owner_id(engine, LENS)
    grants = frozenset(Grant(role, lens) for role in actor.roles)
    with writing(engine) as session:
        scans.open_run(session, actor.id, RUN, NOON)
    return Bench(engine, At(Viewer(actor.id, grants), folder), count())


def owner_id(engine: Engine, siret: str) -> int:
    """Give an owner's row id."""
    with reading(engine) as session:
        return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()


@pytest.fixture
def bench(parc: Engine, tmp_path: Path) -> Bench:
    """Seat Alice, who may annul too."""
    return bench_of(parc, ALICE, tmp_path)


@pytest.fixture
def make(parc: Engine) -> Make:
    """Give what registers laptops in service and returns their tags."""

    def make_some(number: int, owner: str = LENS) -> list[str]:
        with writing(parc) as session:
            row = session.exec(select(OwnerRow).where(OwnerRow.siret == owner)).one()
            tags = [str(tag) for tag in journal.next_tags(session, row, number)]
            lives = [
                [registration(tag=tag, owner=owner, serial=f"{owner}-{tag}")]
                for tag in tags
            ]
            journal.open_histories(session, lives)
            return tags

    return make_some


def events(engine: Engine) -> int:
    """Count the events of the journal."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def state(engine: Engine, tag: str) -> State:
    """Give a device's state."""
    with reading(engine) as session:
        found = select(DeviceRow.state).where(DeviceRow.tag == tag)
        return State(session.exec(found).one())


def test_nothing_is_done_before_an_action_is_armed(bench: Bench, make: Make) -> None:
    (tag,) = make(1)
    before = events(bench.engine)

    answer = bench.scan(tag)

    assert (answer.outcome, answer.tag) == (Scanned.SHOWN, tag)
    assert events(bench.engine) == before


def test_what_is_armed_is_done_to_each_device_scanned(bench: Bench, make: Make) -> None:
    tags = make(3)
    bench.arm(Action.ASSIGN)

    assert bench.outcomes(*tags) == ["applied"] * 3
    assert {state(bench.engine, tag) for tag in tags} == {State.IN_SERVICE}


@pytest.mark.parametrize(
    ("seconds", "second"), [(1, "duplicate"), (2, "duplicate"), (3, "already")]
)
def test_a_tag_read_twice_at_once_is_silent_and_later_done_already(
    bench: Bench, make: Make, seconds: int, second: str
) -> None:
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)
    bench.scan(tag)
    before = events(bench.engine)
    bench.seconds = seconds

    assert bench.outcomes(tag) == [second]
    assert events(bench.engine) == before


def test_the_same_action_is_done_again_once_something_has_happened(
    bench: Bench, make: Make
) -> None:
    (tag,) = make(1)
    back = CARDS["RETOUR-STOCK"]
    bench.arm(Action.ASSIGN)
    bench.outcomes(tag, back, tag)
    bench.arm(Action.ASSIGN)

    assert bench.outcomes(tag) == ["applied"]
    assert state(bench.engine, tag) is State.IN_SERVICE


def test_a_refusal_gives_every_reason_and_holds_nobody_back(
    bench: Bench, make: Make
) -> None:
    first, second = make(2)
    bench.arm(Action.ASSIGN)
    bench.scan(first)
    bench.arm(Action.LEND, due_on="2027-01-31")

    refused, done = bench.scan(first), bench.scan(second)

    assert refused.outcome is Scanned.REFUSED
    assert "En service" in refused.reasons[0]
    assert done.outcome is Scanned.APPLIED


@pytest.mark.parametrize("keyboard", [k for k in Keyboard if k is not Keyboard.DIGITS])
def test_a_card_arms_and_a_place_is_kept_whatever_the_keyboard(
    bench: Bench, make: Make, keyboard: Keyboard
) -> None:
    (tag,) = make(1)
    with writing(bench.engine) as session:
        site = people.site_id(session, owner_id(bench.engine, LENS), "Mairie")
    codes = (str(PlaceTag(site)), CARDS["DEPLACER"], tag)

    outcomes = bench.outcomes(*(encode(code, keyboard) for code in codes))

    assert outcomes == ["order", "order", "applied"]
    with reading(bench.engine) as session:
        found = select(DeviceRow.site_id).where(DeviceRow.tag == tag)
        assert session.exec(found).one() == site


def test_the_answer_names_the_keyboard_that_is_wrong(bench: Bench, make: Make) -> None:
    (tag,) = make(1)

    assert bench.scan(tag).keyboard == ""
    assert "AZERTY" in bench.scan(encode(tag, Keyboard.FRENCH)).keyboard


def test_a_place_of_another_owner_is_unknown(bench: Bench) -> None:
    with writing(bench.engine) as session:
        site = people.site_id(session, owner_id(bench.engine, LOOS), "Mairie")

    assert bench.outcomes(str(PlaceTag(site))) == ["unknown"]
    with pytest.raises(Refused):
        bench.arm(Action.MOVE, site=str(site))


def test_moving_nowhere_is_refused(bench: Bench, make: Make) -> None:
    (tag,) = make(1)

    assert bench.outcomes(CARDS["DEPLACER"], tag) == ["order", "refused"]


def test_the_pause_card_disarms(bench: Bench, make: Make) -> None:
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)

    assert bench.outcomes(CARDS["PAUSE"], tag) == ["order", "shown"]
    assert state(bench.engine, tag) is State.IN_STOCK


def test_the_cancel_card_takes_the_latest_back_one_by_one(
    bench: Bench, make: Make
) -> None:
    tags = make(2)
    bench.arm(Action.ASSIGN)
    bench.outcomes(*tags)
    cancel = CARDS["ANNULER"]

    first = bench.scan(cancel)

    assert (first.outcome, first.tag) == (Scanned.UNDONE, tags[1])
    assert [state(bench.engine, tag) for tag in tags] == [
        State.IN_SERVICE,
        State.IN_STOCK,
    ]
    assert bench.outcomes(cancel, cancel) == ["undone", "refused"]
    assert bench.outcomes(tags[0]) == ["applied"]


def test_who_may_not_annul_is_told_so(parc: Engine, tmp_path: Path, make: Make) -> None:
    """Decision D1: the fleet lead annuls."""
    bench = bench_of(parc, TECHNICIAN, tmp_path)
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)
    bench.scan(tag)

    answer = bench.scan(CARDS["ANNULER"])

    assert answer.outcome is Scanned.REFUSED
    assert "Responsable du parc" in answer.reasons[0]
    assert state(parc, tag) is State.IN_SERVICE


def test_a_card_for_another_role_arms_nothing(
    parc: Engine, tmp_path: Path, make: Make
) -> None:
    lead = Actor(ALICE.id, frozenset({Role.FLEET_LEAD}))
    bench = bench_of(parc, lead, tmp_path)

    answer = bench.scan(CARDS["RETOUR-STOCK"])

    assert answer.outcome is Scanned.REFUSED
    assert "Technicien" in answer.reasons[0]
    assert bench.outcomes(*make(1)) == ["shown"]


def test_what_changed_since_is_not_undone(bench: Bench, make: Make) -> None:
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)
    bench.scan(tag)
    order = Order(Action.RETURN, {"target": "in_stock"})
    later = replace(bench.desk, now=bench.desk.now + timedelta(minutes=1))
    scanning.scan(bench.engine, later, tag, "elsewhere", order=order)

    assert bench.outcomes(CARDS["ANNULER"]) == ["refused"]


def test_a_scan_sent_again_is_answered_again_and_done_once(
    bench: Bench, make: Make
) -> None:
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)
    first = bench.scan(tag, "same-key")
    before = events(bench.engine)

    assert bench.scan(tag, "same-key") == first
    assert first.outcome is Scanned.APPLIED
    assert events(bench.engine) == before


def test_a_scan_sent_many_times_at_once_is_done_once(bench: Bench, make: Make) -> None:
    (tag,) = make(1)
    bench.arm(Action.ASSIGN)
    before = events(bench.engine)

    def send(_: int) -> Answer:
        return scanning.scan(bench.engine, bench.desk, tag, "same-key", run_id=RUN)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))

    assert len(set(answers)) == 1
    assert events(bench.engine) == before + 1


def test_unknown_hidden_and_misread_codes_do_nothing(bench: Bench, make: Make) -> None:
    (foreign,) = make(1, LOOS)
    (tag,) = make(1)
    wrong = tag[:-1] + ("0" if tag[-1] != "0" else "1")
    bench.arm(Action.ASSIGN)
    before = events(bench.engine)

    answers = [bench.scan(code) for code in (foreign, "JAMAIS", wrong, "")]

    assert {answer.outcome for answer in answers} == {Scanned.UNKNOWN}
    assert answers[0].reasons == answers[1].reasons
    assert "contrôle" in answers[2].reasons[0]
    assert answers[0].device_id is None
    assert events(bench.engine) == before


def test_an_article_s_bar_code_is_its_model_and_never_a_device(
    bench: Bench, make: Make
) -> None:
    (tag,) = make(1)
    with writing(bench.engine) as session:
        device = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        product = device.product_id
        articles.learn(session, "4006381333931", product, at=NOON, by="U-1")
        with pytest.raises(Refused):
            articles.learn(session, "4006381333932", product, at=NOON, by="U-1")
    bench.arm(Action.ASSIGN)

    with reading(bench.engine) as session:
        match = resolve(session, bench.desk.viewer, "4006381333931").resolution.match
        names = articles.names_of(session, [product])

    assert match is not None
    assert (match.kind, match.key) == (Kind.MODEL, product)
    assert names == {product: "Dell Latitude 5420"}
    assert bench.outcomes("4006381333931") == ["unknown"]


@pytest.mark.parametrize(
    ("action", "given"),
    [
        (Action.DESCRIBE, {"maker": "Dell"}),
        (Action.FILE_EVIDENCE, {}),
        (Action.REGISTER, {}),
        (Action.ASSIGN, {"holder": "P-AAAAAAAA"}),
        (Action.ASSIGN, {"site": "999"}),
        (Action.LEND, {"due_on": "bientôt"}),
        (Action.LEND, {}),
        (Action.ASSIGN, {"nowhere": "x"}),
    ],
)
def test_what_a_bench_cannot_do_is_not_armed(
    bench: Bench, action: Action, given: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        bench.arm(action, **given)


def test_the_tally_counts_what_was_scanned_less_what_was_undone(
    bench: Bench, make: Make
) -> None:
    tags = make(3)
    bench.arm(Action.ASSIGN)
    bench.outcomes(*tags, tags[0], "JAMAIS", CARDS["ANNULER"])

    with reading(bench.engine) as session:
        tally = scans.tallies(session, [RUN])[RUN]

    assert tally[Scanned.APPLIED] == 2
    assert (tally[Scanned.ALREADY], tally[Scanned.UNKNOWN]) == (1, 1)
