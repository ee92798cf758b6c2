"""A stocktake at work: opened, scanned by several at once, closed.

Scans are taken one after the other while the stocktake's row is held, so that a
device read by two phones at once is found once and « déjà vu » once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import Kind
from parc.domain.stocktake import (
    CLOSERS,
    EXPECTED_STATES,
    LONGEST_REASON,
    SCANNERS,
    Sighted,
    Stage,
    Standing,
    closing_reasons,
    sight,
)
from parc.domain.vocabulary import Role, State
from parc.operations.resolving import Resolved, resolve_many
from parc.operations.selection import Desk
from parc.storage import aliases, people, stocktakes
from parc.storage.database import reading, writing
from parc.storage.stocktake_tables import (
    StocktakeLineRow,
    StocktakePhoneRow,
    StocktakeRow,
    StocktakeScanRow,
)
from parc.storage.stocktakes import Scope
from parc.storage.tables import DeviceRow, SiteRow

MOST = 200
"""Scans in one batch."""

MOST_WAITING = 100_000
_LONGEST_CODE = 300
_OTHER_OWNER = "Enregistré chez un autre propriétaire."
_LATE = "Les scans de ce récolement sont clos : celui-ci est gardé, et compté à part."
_NOT_HERE = "Ce lieu est celui d'un autre propriétaire."


@dataclass(frozen=True, slots=True)
class Sent:
    """A scan as a phone sends it."""

    key: str
    code: str


def begin(
    engine: Engine, desk: Desk, owner_id: int, site_id: int | None, category: str | None
) -> int:
    """Open a stocktake; give its number.

    Raises:
        Refused: no role for that owner, a site of another one, an unknown category.
    """
    require(desk.viewer, owner_id, SCANNERS)
    with writing(engine) as session:
        site = session.get(SiteRow, site_id) if site_id is not None else None
        reasons = []
        if site_id is not None and (site is None or site.owner_id != owner_id):
            message = "« Site » : ce site n'est pas connu de ce propriétaire."
            reasons.append(Refusal("unknown_reference", message, "site"))
        if category is not None and category not in resources.categories():
            message = "« Catégorie » : choix inconnu."
            reasons.append(Refusal("invalid_field", message, "category"))
        if reasons:
            raise Refused(tuple(reasons))
        scope = Scope(owner_id, site, category)
        return stocktakes.open_one(session, scope, desk.viewer.actor, desk.now).id


def scan(
    engine: Engine,
    desk: Desk,
    number: int,
    *,
    phone: str,
    sent: Sequence[Sent],
    waiting: int = 0,
) -> list[StocktakeScanRow]:
    """Take scans of one phone, each once for its key; answer each, in their order.

    `waiting` is how many the phone still holds. A scan of a place tells where the
    phone is from then on. Nothing is ever dropped: what comes after the closing is
    kept apart.

    Raises:
        Refused: no role for the owner.
    """
    actor = desk.viewer.actor
    with reading(engine) as session:
        require(desk.viewer, row_of(session, number).owner_id, SCANNERS)
        resolved = resolve_many(session, desk.viewer, {one.code for one in sent})
    with writing(engine) as session:
        row = stocktakes.hold(session, number)
        where = _phone(session, row, desk, phone)
        where.waiting, where.heard_at = min(max(waiting, 0), MOST_WAITING), desk.now
        keys = [one.key for one in sent]
        known = stocktakes.scans_under(session, number, actor, keys)
        for one in sent:
            if one.key in known:
                continue
            taken = StocktakeScanRow(
                stocktake_id=number,
                actor=actor,
                key=one.key,
                phone=phone,
                code=plain(resolved[one.code].code)[:_LONGEST_CODE],
                at=desk.now,
                outcome=Sighted.UNKNOWN.value,
            )
            _take(session, row, where, resolved[one.code], taken)
            session.add(taken)
            session.flush()
            known[one.key] = taken
        session.add(where)
    return [known[key] for key in keys]


def close(engine: Engine, desk: Desk, number: int, explanation: str) -> None:
    """Stop the scans: from here on, what was not seen is missing.

    Raises:
        Refused: no role; closed already; no scan, or scans still in phones, and no
            explanation.
    """
    with writing(engine) as session:
        row = stocktakes.hold(session, number)
        require(desk.viewer, row.owner_id, CLOSERS)
        if row.stage != Stage.OPEN.value:
            message = "Les scans de ce récolement sont déjà clos."
            raise Refused((Refusal("closed", message),))
        scans = stocktakes.totals(session, number).scans
        waiting = sum(phone.waiting for phone in stocktakes.phones(session, number))
        explanation = plain(explanation)
        if reasons := closing_reasons(scans, waiting, explanation):
            raise Refused(reasons)
        row.stage, row.explanation = Stage.CLOSED.value, explanation
        row.closed_at, row.closed_by = desk.now, desk.viewer.actor
        session.add(row)


def require(viewer: Viewer, owner_id: int, roles: Sequence[Role]) -> None:
    """Stop who holds none of some roles for an owner.

    Raises:
        Refused: with the roles that may.
    """
    if viewer.roles(owner_id).isdisjoint(roles):
        names = " ou ".join(role.label for role in roles)
        message = f"Réservé, chez ce propriétaire, au rôle : {names}."
        raise Refused((Refusal("role", message),))


def _take(
    session: Session,
    row: StocktakeRow,
    where: StocktakePhoneRow,
    resolved: Resolved,
    taken: StocktakeScanRow,
) -> None:
    """Say what a scan is, while the stocktake's row is held."""
    match, device = resolved.resolution.match, resolved.found
    if device is None and match is not None and match.kind is Kind.PLACE:
        site = session.get_one(SiteRow, int(match.key))
        if site.owner_id != row.owner_id:
            taken.reason = _NOT_HERE
            return
        where.site_id, where.place = site.id, site.name
        taken.outcome, taken.reason = Sighted.PLACE.value, site.name
    taken.site_id, taken.place = where.site_id, where.place
    if taken.outcome == Sighted.PLACE.value:
        return
    taken.device_id = device.id if device is not None else None
    if row.stage != Stage.OPEN.value:
        taken.outcome, taken.reason = Sighted.LATE.value, _LATE
    elif device is None:
        again = stocktakes.was_unknown(session, row.id, taken.code)
        taken.outcome = Sighted.AGAIN.value if again else Sighted.UNKNOWN.value
        taken.reason = resolved.reason
    elif lines := _lines_of(session, row.id, device.id):
        for line in reversed(lines):  # its own last: that is what is answered
            _see(session, line, taken)
    else:
        again = stocktakes.was_unexpected(session, row.id, device.id)
        taken.outcome = Sighted.AGAIN.value if again else Sighted.UNEXPECTED.value
        taken.reason = _why_unexpected(session, row, device)


def _lines_of(session: Session, number: int, device_id: int) -> list[StocktakeLineRow]:
    """Find a device on the list, also as those that were merged into it since."""
    merged = [row.merged_id for row in aliases.aliases_of(session, device_id)]
    keys = dict.fromkeys([device_id, *(key for key in merged if key is not None)])
    found = (stocktakes.line_of(session, number, key) for key in keys)
    return [line for line in found if line is not None]


def _see(session: Session, line: StocktakeLineRow, taken: StocktakeScanRow) -> None:
    standing, said = sight(line.site_id, Standing(line.standing), taken.site_id)
    taken.outcome = said.value
    if standing is Standing.MISPLACED:
        taken.reason = f"Attendu : {line.site}."
    if said is Sighted.AGAIN:
        return
    line.standing, line.seen_at, line.seen_by = standing.value, taken.at, taken.actor
    line.seen_site_id, line.seen_place = taken.site_id, taken.place
    session.add(line)


def _why_unexpected(session: Session, row: StocktakeRow, device: DeviceRow) -> str:
    if device.owner_id != row.owner_id:
        return _OTHER_OWNER
    if State(device.state) not in EXPECTED_STATES:
        return f"État enregistré : {State(device.state).label}."
    if row.site_id is not None and device.site_id != row.site_id:
        names = people.site_names(session, [device.site_id or 0])
        place = names.get(device.site_id or 0, "")
        return f"Enregistré au lieu : {place}." if place else "Aucun lieu enregistré."
    if row.category is not None and device.category != row.category:
        label = resources.categories()[device.category].label
        return f"D'une autre catégorie : {label}."
    return "Entré après l'ouverture du récolement."


def _phone(
    session: Session, row: StocktakeRow, desk: Desk, phone: str
) -> StocktakePhoneRow:
    """Give what a phone last said; a new one is where the stocktake is."""
    known = stocktakes.phone_of(session, row.id, desk.viewer.actor, phone)
    return known or StocktakePhoneRow(
        stocktake_id=row.id,
        actor=desk.viewer.actor,
        phone=phone,
        heard_at=desk.now,
        site_id=row.site_id,
        place=row.site,
    )


def row_of(session: Session, number: int) -> StocktakeRow:
    """Give a stocktake that is known to exist."""
    return session.get_one(StocktakeRow, number)


def plain(text: str) -> str:
    """Keep what can be read of a typed text, within bounds."""
    kept = "".join(c for c in text if c.isprintable() or c == "\n")
    return kept.strip()[:LONGEST_REASON]
