"""Devices brought to any state, and what each action asks for, for tests of pages."""

from collections.abc import Mapping
from datetime import date

from parc.domain.command import Actor
from parc.domain.vocabulary import Action, EvidenceKind, State
from tests.factories import ALICE, BOB, DOCUMENT, TODAY, a_command
from tests.web.conftest import MakeDevice, Record

DAY = date(2026, 3, 2)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"

PATHS: Mapping[State, tuple[Action, ...]] = {
    State.IN_STOCK: (),
    State.ORDERED: (),
    State.IN_SERVICE: (Action.ASSIGN,),
    State.ON_LOAN: (Action.LEND,),
    State.IN_REPAIR: (Action.SEND_TO_REPAIR,),
    State.TO_QUALIFY: (Action.REPORT_MISSING, Action.FIND),
    State.DECOMMISSION_PROPOSED: (Action.PROPOSE_DECOMMISSION,),
    State.DECOMMISSIONED: (Action.PROPOSE_DECOMMISSION, Action.DECOMMISSION),
    State.MISSING: (Action.REPORT_MISSING,),
    State.STOLEN: (Action.REPORT_STOLEN,),
}
AFTERWARDS: Mapping[State, tuple[Action, ...]] = {
    State.RECONDITIONING: (Action.RECONDITION,),
    State.READY: (Action.RECONDITION, Action.DECLARE_READY),
    State.OFFERED: (Action.RECONDITION, Action.DECLARE_READY, Action.OFFER),
    State.RESERVED: (
        Action.RECONDITION,
        Action.DECLARE_READY,
        Action.OFFER,
        Action.RESERVE,
    ),
    State.HANDED_OVER: (Action.HAND_OVER,),
    State.REUSE_PROVED: (Action.HAND_OVER, Action.PROVE_REUSE),
    State.TO_RECYCLE: (Action.CONDEMN,),
    State.DISMANTLED: (Action.DISMANTLE,),
    State.IN_WASTE_LOT: (Action.CONDEMN, Action.PUT_IN_WASTE_LOT),
    State.WASTE_COLLECTED: (
        Action.CONDEMN,
        Action.PUT_IN_WASTE_LOT,
        Action.COLLECT_WASTE,
    ),
    State.RECYCLED: (
        Action.CONDEMN,
        Action.PUT_IN_WASTE_LOT,
        Action.COLLECT_WASTE,
        Action.PROVE_TREATMENT,
    ),
}
"""From the réforme on, with every paper filed and the disk erased."""

DETAILS: Mapping[Action, Mapping[str, str]] = {
    Action.ASSIGN: {"comment": "Accueil"},
    Action.LEND: {"due_on": "2026-12-31"},
    Action.SEND_TO_REPAIR: {"reason": "Écran noir"},
    Action.RETURN_FROM_REPAIR: {"target": "in_stock"},
    Action.RETURN: {"target": "in_stock"},
    Action.DESCRIBE: {"notes": "Coque rayée"},
    Action.SETTLE_MEDIUM: {"serial": "640HP72-DISK", "outcome": "erased_verified"},
    Action.FILE_EVIDENCE: {"kind": "other", "dated_on": "2026-03-02"},
    Action.PROPOSE_DECOMMISSION: {"reason": "Obsolète"},
    Action.DECOMMISSION: {"act_number": "2026-14", "act_on": "2026-03-02"},
    Action.REINSTATE: {"reason": "Besoin à l'école"},
    Action.RESERVE: {"taker": "Les Ateliers"},
    Action.RELEASE: {"reason": "Désistement"},
    Action.HAND_OVER: {"route": "sale", "taker": "Les Ateliers"},
    Action.RETURN_FROM_TAKER: {"reason": "Panne"},
    Action.CONDEMN: {"reason": "Carte mère"},
    Action.PUT_IN_WASTE_LOT: {"lot": "P-7"},
    Action.TAKE_OUT: {"reason": "Erreur"},
    Action.COLLECT_WASTE: {"collector": "Écologic"},
    Action.REPORT_MISSING: {"reason": "Introuvable"},
    Action.REPORT_STOLEN: {"complaint": "2026/118"},
    Action.ANNUL: {"reason": "Erreur de saisie"},
}
"""What to type in for each action; those left out ask for nothing."""


def actor_of(action: Action) -> Actor:
    """Give who may do it: Bob signs and annuls, Alice does the rest."""
    return BOB if action in {Action.DECOMMISSION, Action.ANNUL} else ALICE


def reach(make_device: MakeDevice, record: Record, state: State) -> str:
    """Bring a laptop to a state, all papers filed; return its tag."""
    tag = make_device(target="ordered" if state is State.ORDERED else "in_stock")
    before = PATHS.get(state, PATHS[State.DECOMMISSIONED])
    for action in before:
        _do(record, tag, action)
    _prepare(
        record,
        tag,
        can_settle=state not in {State.ORDERED, State.MISSING, State.STOLEN},
    )
    for action in AFTERWARDS.get(state, ()):
        _do(record, tag, action)
    return tag


def _do(record: Record, tag: str, action: Action) -> None:
    record(tag, a_command(action, DAY, DETAILS.get(action), by=actor_of(action)))


def _prepare(record: Record, tag: str, *, can_settle: bool) -> None:
    if can_settle:
        settled = {**DETAILS[Action.SETTLE_MEDIUM], "document": DOCUMENT}
        record(tag, a_command(Action.SETTLE_MEDIUM, DAY, settled))
    for kind in EvidenceKind:
        filed = {"kind": kind, "dated_on": TODAY.isoformat(), "document": DOCUMENT}
        record(tag, a_command(Action.FILE_EVIDENCE, DAY, filed))
