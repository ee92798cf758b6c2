"""What a bench does to each device that it scans: an action, armed for a run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from parc.domain.fields import Field, Kind, parse
from parc.domain.lifecycle import fields_of
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action
from parc.operations.bulk import Wish
from parc.operations.rules import rules_for
from parc.operations.selection import FOR_MANY, Desk
from parc.storage import people
from parc.storage.devices import owners_seen
from parc.storage.scan_tables import ScanRunRow
from parc.storage.tables import SiteRow

_TOO_MUCH = frozenset({Kind.PERSON, Kind.DOCUMENT})
"""What a bench does not ask for: one paper or one person is for one device."""

_PER_DEVICE = frozenset({Action.DESCRIBE, Action.SETTLE_MEDIUM, Action.FILE_EVIDENCE})


def fields_for(action: Action) -> tuple[Field, ...]:
    """List what a bench asks for before it arms an action."""
    return tuple(f for f in TRANSITIONS[action].fields if f.kind not in _TOO_MUCH)


FOR_BENCH = tuple(
    action
    for action in FOR_MANY
    if action not in _PER_DEVICE
    and not any(f.required and f.kind in _TOO_MUCH for f in TRANSITIONS[action].fields)
)
"""Actions that may be armed for a run of scans."""


@dataclass(frozen=True, slots=True)
class Order:
    """What scans do: an action, what it is told, and the site by its row id."""

    action: Action
    details: Mapping[str, object]
    site: int | None = None


def order_from(
    session: Session, desk: Desk, action: Action, given: Mapping[str, object]
) -> Order:
    """Read what a form or a program gives for an action.

    Raises:
        Refused: not an action for the bench, or with every field to correct.
    """
    if action not in FOR_BENCH:
        message = f"« {action.label} » se fait matériel par matériel."
        raise Refused((Refusal("not_for_bench", message, "action"),))
    raw = {name: value for name, value in given.items() if value not in {None, ""}}
    too_much = {f.name for f in TRANSITIONS[action].fields} - {
        f.name for f in fields_for(action)
    }
    problems = [
        Refusal("not_for_bench", f"« {name} » ne se donne pas au scan.", name)
        for name in sorted(too_much & raw.keys())
    ]
    site, wrong_site = _site(session, desk, raw.pop("site", None))
    owners = owners_seen(session, desk.viewer)
    if owners:
        rules = rules_for(session, owners[0], desk.today)
        _, refusals = parse(fields_of(TRANSITIONS[action], rules), raw)
        problems += refusals
    if problems or wrong_site:
        raise Refused((*problems, *wrong_site))
    return Order(action, raw, site)


def require_role(desk: Desk, action: Action) -> None:
    """Stop who could do the action on no device at all.

    Raises:
        Refused: with the roles that may.
    """
    roles = TRANSITIONS[action].roles
    if not desk.viewer.holds(*roles):
        names = " ou ".join(sorted(role.label for role in roles))
        message = f"« {action.label} » est réservé au rôle : {names}."
        raise Refused((Refusal("role", message),))


def arm(run: ScanRunRow, order: Order) -> None:
    """Arm an action for a run, in place of the one before."""
    run.action = order.action.value
    run.details = json.dumps(dict(order.details), ensure_ascii=False)
    run.site_id = order.site


def pause(run: ScanRunRow) -> None:
    """Disarm: scans only show what they find."""
    run.action, run.details = None, "{}"


def order_of(run: ScanRunRow | None) -> Order | None:
    """Give what a run has armed."""
    if run is None or run.action is None:
        return None
    return Order(Action(run.action), json.loads(run.details), run.site_id)


def wish_for(session: Session, order: Order, owner_id: int, on: date) -> Wish:
    """Say what an order asks of one owner's device: the site by its name there.

    `on` is the day of the scan, from which it is effective.
    """
    details = dict(order.details)
    problems: dict[int, tuple[Refusal, ...]] = {}
    asks = any(f.kind is Kind.SITE for f in TRANSITIONS[order.action].fields)
    if order.site is not None and asks:
        names = people.site_names(session, [order.site])
        own = {site.name: site.id for site in people.sites(session, [owner_id])}
        here = own.get(names.get(order.site, ""))
        if here is None:
            message = "« Site » : ce site n'est pas connu de ce propriétaire."
            problems[owner_id] = (Refusal("unknown_reference", message, "site"),)
        else:
            details["site"] = str(here)
    if order.action is Action.MOVE and not details and not problems:
        message = "Scannez d'abord un lieu, ou choisissez-le."
        problems[owner_id] = (Refusal("missing_field", message, "site"),)
    return Wish(order.action, on, {owner_id: details}, problems)


def _site(
    session: Session, desk: Desk, given: object
) -> tuple[int | None, tuple[Refusal, ...]]:
    if given is None:
        return None, ()
    text = str(given).strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:  # noqa: PLR2004 - digits of a key
        row = session.get(SiteRow, int(text))
        if row is not None and desk.viewer.sees(row.owner_id):
            return row.id, ()
    message = "« Site » : ce site n'est pas connu."
    return None, (Refusal("unknown_reference", message, "site"),)
