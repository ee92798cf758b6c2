"""Anomalies of a stocktake, decided one by one once its scans are closed."""

from collections.abc import Mapping

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import Resolution, Verdict
from parc.domain.stocktake import (
    ACTIONS,
    OPEN_TO,
    SCANNERS,
    Anomaly,
    Settlement,
    Stage,
)
from parc.operations.bulk import Wish, act_once
from parc.operations.resolving import Resolved
from parc.operations.selection import Desk, Picked
from parc.operations.stocktakes import plain, require, row_of
from parc.storage import stocktakes
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading, writing
from parc.storage.stocktake_tables import (
    StocktakeLineRow,
    StocktakeRow,
    StocktakeScanRow,
    StocktakeSettlementRow,
)
from parc.storage.tables import DeviceRow

CORRECTABLE = ("serial", "accounting_number", "maker", "model", "notes")
"""Facts that are corrected from the list of anomalies; the others, on the page."""

_SIGNED = "Le procès-verbal est signé : plus rien ne change."
_STILL_OPEN = "Arrêtez d'abord les scans : d'ici là, tout peut encore être trouvé."
_ALREADY = "Cet écart est déjà traité."
_DONE = frozenset({Result.APPLIED, Result.ALREADY})


def settle(
    engine: Engine,
    desk: Desk,
    number: int,
    *,
    subject: str,
    settlement: Settlement,
    given: Mapping[str, str],
) -> None:
    """Decide of one anomaly, and do to its device what is decided.

    `given` holds `reason`, and for a correction `fact` and `value`. The device goes
    the way of any list (`bulk.act_once`), a list of one.

    Raises:
        Refused: with every reason; nothing was recorded.
    """
    with reading(engine) as session:
        row = row_of(session, number)
        require(desk.viewer, row.owner_id, SCANNERS)
        anomaly, thing = _anomaly(session, row, subject, settlement)
        device = stocktakes.devices_of(session, [thing.device_id]).get(
            thing.device_id or 0
        )
    reason = plain(given.get("reason", ""))
    made = StocktakeSettlementRow(
        stocktake_id=number,
        subject=subject,
        anomaly=anomaly.value,
        settlement=settlement.value,
        reason=reason,
        at=desk.now,
        by=desk.viewer.actor,
    )
    if settlement is Settlement.LEFT:
        _require_reason(reason)
        with writing(engine) as session:
            _keep(session, number, subject, made)
        return
    if device is None:
        raise Refused((Refusal("unknown", "Ce matériel n'existe plus.", None),))
    details, made.reason = _details(row, thing, device, settlement, given)

    def note(session: Session, outcome: Outcome) -> None:
        if outcome.result in _DONE:
            _keep(session, number, subject, made)

    picked = Picked(
        device.tag, Resolved(Resolution(device.tag, Verdict.ONE), (device,))
    )
    wish = Wish(ACTIONS[settlement], desk.today, {device.owner_id: details})
    outcome = act_once(engine, desk, picked, wish, note)
    if outcome.result not in _DONE:
        told = outcome.reasons or ("Ce matériel ne peut pas être changé ici.",)
        raise Refused(tuple(Refusal("refused", text) for text in told))


def _anomaly(
    session: Session, row: StocktakeRow, subject: str, settlement: Settlement
) -> tuple[Anomaly, StocktakeLineRow | StocktakeScanRow]:
    if row.stage != Stage.CLOSED.value:
        told = _STILL_OPEN if row.stage == Stage.OPEN.value else _SIGNED
        raise Refused((Refusal("stage", told),))
    found = stocktakes.anomaly_of(session, row.id, subject)
    if found is None or settlement not in OPEN_TO[found[0]]:
        message = "Cet écart n'existe pas, ou ne se traite pas ainsi."
        raise Refused((Refusal("unknown_anomaly", message),))
    return found


def _details(
    row: StocktakeRow,
    thing: StocktakeLineRow | StocktakeScanRow,
    device: DeviceRow,
    settlement: Settlement,
    given: Mapping[str, str],
) -> tuple[dict[str, object], str]:
    """Give what the action is told, and the reason that the report says."""
    reason = plain(given.get("reason", ""))
    source = f"Récolement n° {row.id}"
    if settlement is Settlement.LOST:
        _require_reason(reason)
        return {"reason": f"{source} : {reason}"}, reason
    if settlement is Settlement.MOVED:
        if isinstance(thing, StocktakeLineRow):
            site, place = thing.seen_site_id, thing.seen_place
        else:
            site, place = thing.site_id, thing.place
        if site is None or device.owner_id != row.owner_id:
            message = "Le lieu constaté n'est pas connu de son propriétaire."
            raise Refused((Refusal("unknown_reference", message),))
        return {"site": str(site), "comment": source}, reason or place
    if settlement is Settlement.CORRECTED:
        fact, value = given.get("fact", ""), given.get("value", "").strip()
        if fact not in CORRECTABLE or not value:
            message = "Dites quelle information corriger, et sa bonne valeur."
            raise Refused((Refusal("missing_field", message, "value"),))
        return {fact: value}, reason or value
    return {"comment": source}, reason


def _keep(
    session: Session, number: int, subject: str, made: StocktakeSettlementRow
) -> None:
    """Keep a decision, in the transaction of what it does.

    Raises:
        Refused: somebody decided, or signed, meanwhile; all of it is undone.
    """
    row = stocktakes.hold(session, number)
    if row.stage != Stage.CLOSED.value:
        raise Refused((Refusal("stage", _SIGNED),))
    if session.get(StocktakeSettlementRow, (number, subject)) is not None:
        raise Refused((Refusal("settled", _ALREADY),))
    session.add(StocktakeSettlementRow(**made.model_dump()))
    session.flush()


def _require_reason(reason: str) -> None:
    if not reason:
        raise Refused(
            (Refusal("missing_field", "« Motif » est à renseigner.", "reason"),)
        )
