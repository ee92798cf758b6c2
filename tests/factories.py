"""Things that tests need, by name, with sane defaults."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from parc import resources
from parc.domain.command import Actor, Command, Rules
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.lifecycle import decide, register, replay
from parc.domain.siret import with_key
from parc.domain.vocabulary import Action, Level, Role, State

LENS = with_key("246200364", "0001")
LOOS = with_key("216205286", "0001")
TODAY = date(2026, 11, 24)
FIRST_DAY = date(2026, 1, 15)
DOCUMENT = "d" * 64

ALICE = Actor(
    "U-AL1CE000",
    frozenset(
        {
            Role.TECHNICIAN,
            Role.FLEET_LEAD,
            Role.COMMUNE_MANAGER,
            Role.REUSE_OFFICER,
        }
    ),
)
BOB = Actor("U-B0B00000", frozenset({Role.SIGNATORY, Role.FLEET_LEAD}))
CHARLIE = Actor("U-CHAR11E0", frozenset())


def at(day: date, hour: int = 12) -> datetime:
    """Give an instant of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def some_rules(
    *,
    today: date = TODAY,
    first_day: date = FIRST_DAY,
    owners: tuple[str, ...] = (LENS, LOOS),
    others: Iterable[Device] = (),
) -> Rules:
    """Give the law in force, the categories, two owners, `others` that are named."""
    named = {siret: f"Propriétaire {siret}" for siret in owners}
    return Rules(
        resources.law(),
        resources.categories(),
        named,
        first_day,
        today,
        {device.tag: device for device in others},
    )


def a_command(
    action: Action,
    day: date = TODAY,
    given: Mapping[str, object] | None = None,
    *,
    by: Actor = ALICE,
    level: Level = Level.DOCUMENTED,
    source: str | None = None,
    recorded: date | None = None,
    **details: object,
) -> Command:
    """Give a command; its details are `given` and the keyword arguments."""
    made = {**(given or {}), **details}
    return Command(action, day, at(recorded or day), by, made, level, source)


def registration(
    day: date = date(2020, 3, 2),
    *,
    tag: str = "LL-004217-F",
    owner: str = LENS,
    state: State = State.IN_STOCK,
    by: Actor = ALICE,
    level: Level = Level.DOCUMENTED,
    source: str | None = None,
    rules: Rules | None = None,
    media: tuple[Mapping[str, str], ...] = ({"serial": "S29NNXAH146409"},),
    **facts: object,
) -> Event:
    """Give the first event of a laptop, in stock unless said otherwise."""
    details: dict[str, object] = {
        "target": state.value,
        "category": "laptop",
        "maker": "Dell",
        "model": "Latitude 5420",
        "serial": "640HP72",
        "acquired_on": "2020-03-01",
        "estimated_value_cents": 12_000,
        **facts,
    }
    command = Command(Action.REGISTER, day, at(day), by, details, level, source)
    decided = register(
        tag,
        owner,
        owner,
        command,
        rules or some_rules(),
        media=[dict(m) for m in media],
    )
    assert isinstance(decided, Event), decided
    return decided


class Story:
    """A device's history in the making; refuses what the domain refuses."""

    def __init__(self, first: Event | None = None, rules: Rules | None = None) -> None:
        self.rules = rules or some_rules()
        self.events = [first or registration(rules=self.rules)]

    @property
    def device(self) -> Device:
        """The device as its events leave it."""
        device = replay(self.events)
        assert device is not None
        return device

    def then(self, command: Command) -> "Story":
        """Record a command that must be accepted."""
        decided = decide(self.device, command, self.rules)
        assert isinstance(decided, Event), [r.message for r in decided]
        self.events.append(decided)
        return self

    def refused(self, command: Command) -> set[str]:
        """Give the codes of every reason against a command."""
        decided = decide(self.device, command, self.rules)
        assert not isinstance(decided, Event), decided.action
        return {reason.code for reason in decided}

    def erased(self, day: date) -> "Story":
        """Settle every medium of the device."""
        for medium in self.device.unsettled_media:
            self.then(
                a_command(
                    Action.SETTLE_MEDIUM,
                    day,
                    serial=medium.serial,
                    outcome="erased_verified",
                    document=DOCUMENT,
                )
            )
        return self

    def filed(self, kind: str, day: date, recorded: date | None = None) -> "Story":
        """File a document of a kind."""
        return self.then(
            a_command(
                Action.FILE_EVIDENCE,
                day,
                recorded=recorded,
                kind=kind,
                dated_on=day.isoformat(),
                document=DOCUMENT,
            )
        )

    def decommissioned(self, day: date) -> "Story":
        """Propose the réforme and let Bob pronounce it the same day."""
        self.then(a_command(Action.PROPOSE_DECOMMISSION, day, reason="Obsolète"))
        return self.then(
            a_command(
                Action.DECOMMISSION,
                day,
                by=BOB,
                act_number="2025-114",
                act_on=day.isoformat(),
            )
        )

    def ready(self, day: date) -> "Story":
        """Go from the réforme to the shelf of devices ready for reuse."""
        self.then(a_command(Action.RECONDITION, day))
        self.erased(day).filed("tests", day)
        return self.then(a_command(Action.DECLARE_READY, day))

    def handed_over(self, day: date, route: str, **details: object) -> "Story":
        """File the convention and hand the device over."""
        self.filed("convention", day)
        details.setdefault("taker", "Association Informatique Partagée")
        return self.then(a_command(Action.HAND_OVER, day, details, route=route))
