"""What an address asks of the audit, and what is understood of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from parc import clock
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import Action
from parc.storage.audit import Asked
from parc.storage.tables import OwnerRow

_LONGEST_NUMBER = 15
_LONGEST = 40
_LABELS = {
    "owner": "Propriétaire",
    "action": "Action",
    "since": "Du",
    "until": "Au",
    "before": "Suite",
}


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is asked, as typed: each value may be empty or wrong.

    `owner` is a SIRET, `since` and `until` are days, both included; `before` is
    the number of the event that the page before ended with.
    """

    actor: str = ""
    owner: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    def address(self, path: str = "/audit", **changes: str) -> str:
        """Give the address of the same list with some values changed."""
        changed = replace(self, **{"before": "", **changes})
        values = [(n, v) for n in self.__slots__ if (v := getattr(changed, n))]
        return f"{path}?{urlencode(values)}" if values else path

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return any((self.actor, self.owner, self.action, self.since, self.until))


def _query(
    *,
    actor: Annotated[str, Query(max_length=_LONGEST)] = "",
    owner: str = "",
    action: str = "",
    since: str = "",
    until: str = "",
    before: str = "",
) -> AuditQuery:
    return AuditQuery(actor.strip(), owner, action, since, until, before)


Wanted = Annotated[AuditQuery, Depends(_query)]


def understood(
    query: AuditQuery, owners: Sequence[OwnerRow]
) -> tuple[Asked, int | None, list[Refusal]]:
    """Read an address; what is not understood is left out, and told.

    `owners` are those whose audit may be read: no other is ever asked for.
    """
    sirets = frozenset(owner.siret for owner in owners)
    chosen = sirets & {query.owner}
    action = next((a for a in Action if a.value == query.action), None)
    since, until = _day(query.since), _day(query.until)
    before = _number(query.before)
    asked = Asked(
        owners=chosen or sirets,
        actor=query.actor,
        action=action,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )
    fine = {
        "owner": bool(chosen),
        "action": action is not None,
        "since": since is not None,
        "until": until is not None,
        "before": before is not None,
    }
    refusals = [
        Refusal("unknown_filter", f"« {_LABELS[name]} » : valeur inconnue.", name)
        for name, is_fine in fine.items()
        if getattr(query, name) and not is_fine
    ]
    return asked, before, refusals


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # The day after must exist, and the one before in another time zone.
    return day if date.min < day < date.max - timedelta(days=1) else None


def _midnight(day: date) -> datetime:
    """Give the first instant of a day in France, in UTC."""
    return datetime.combine(day, time(), clock.PARIS).astimezone(UTC)


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None
