"""What is asked of a device, by whom, and the rules it is judged by."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime

from parc.domain.category import Category
from parc.domain.device import Device
from parc.domain.frozen import frozen
from parc.domain.parameters import Parameter
from parc.domain.vocabulary import Action, Level, Role


@frozen
class Actor:
    """Who asks: an opaque id and the roles held for the device's owner."""

    id: str
    roles: frozenset[Role] = frozenset()


@frozen
class Command:
    """One wish. `details` may be raw input; `decide` checks and types it.

    `at` is the instant of recording (UTC). `source` is set by imports only, and
    `line` with it: where in its file the import read this.
    """

    action: Action
    effective_on: date
    at: datetime
    actor: Actor
    details: Mapping[str, object] = field(default_factory=dict)
    level: Level = Level.DOCUMENTED
    source: str | None = None
    line: int | None = None


@frozen
class Rules:
    """What a decision depends on besides the device.

    `law` holds the dated parameters by id, `categories` the device categories
    by id, `owners` the legal persons that use this parc (SIRET to name),
    `first_day` the owner's first day in it (decision D11), `today` the day of the
    decision in local time, `others` the further devices that the command names, by
    tag: who records looks them up.
    """

    law: Mapping[str, Parameter]
    categories: Mapping[str, Category]
    owners: Mapping[str, str]
    first_day: date
    today: date
    others: Mapping[str, Device] = field(default_factory=dict)

    def accepts_declared(self, command: Command) -> bool:
        """Tell whether papers may be missing: a past that an import declares."""
        return (
            command.level is Level.DECLARED
            and command.source is not None
            and command.effective_on < self.first_day
        )
