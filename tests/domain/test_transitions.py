"""The lifecycle table against decision D1, written out a second time."""

import pytest

from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Role, State

HELD = (
    "in_stock in_service on_loan in_repair to_qualify decommission_proposed "
    "decommissioned reconditioning ready offered reserved to_recycle dismantled "
    "in_waste_lot"
)
EVERY = " ".join(state.value for state in State)

# action: sources → targets, roles
DECIDED = {
    "register": ("", "ordered in_stock", "technician"),
    "receive": ("ordered", "in_stock", "technician"),
    "assign": ("in_stock to_qualify", "in_service", "technician"),
    "lend": ("in_stock", "on_loan", "technician"),
    "send_to_repair": ("in_service in_stock on_loan", "in_repair", "technician"),
    "return_from_repair": ("in_repair", "in_stock in_service", "technician"),
    "return": ("in_service on_loan", "in_stock to_qualify", "technician"),
    "move": (HELD, "", "technician"),
    "propose_decommission": (
        "in_stock in_service in_repair to_qualify",
        "decommission_proposed",
        "commune_manager fleet_lead",
    ),
    "withdraw_proposal": (
        "decommission_proposed",
        "to_qualify",
        # D1 has the first two; whoever decides may refuse (README, Décisions).
        "commune_manager fleet_lead signatory",
    ),
    "decommission": ("decommission_proposed", "decommissioned", "signatory"),
    "recondition": ("decommissioned", "reconditioning", "technician"),
    "declare_ready": ("reconditioning", "ready", "technician"),
    "reinstate": ("decommissioned reconditioning ready", "in_stock", "fleet_lead"),
    "offer": ("ready", "offered", "reuse_officer"),
    "withdraw_offer": ("offered", "ready", "reuse_officer"),
    "reserve": ("offered", "reserved", "reuse_officer"),
    "release": ("reserved", "offered", "reuse_officer"),
    "hand_over": ("ready reserved decommissioned", "handed_over", "reuse_officer"),
    "prove_reuse": ("handed_over", "reuse_proved", "reuse_officer"),
    "return_from_taker": ("handed_over", "decommissioned", "reuse_officer"),
    "report_recycled_by_taker": (
        "handed_over reuse_proved",
        "recycled",
        "reuse_officer",
    ),
    "condemn": ("decommissioned reconditioning ready", "to_recycle", "technician"),
    "dismantle": ("to_recycle decommissioned", "dismantled", "technician"),
    "put_in_waste_lot": ("to_recycle dismantled", "in_waste_lot", "technician"),
    "take_out": ("in_waste_lot", "to_recycle", "technician"),
    "collect_waste": ("in_waste_lot", "waste_collected", "fleet_lead"),
    "prove_treatment": ("waste_collected", "recycled", "fleet_lead"),
    "report_missing": (HELD, "missing", "commune_manager"),
    "report_stolen": (HELD, "stolen", "commune_manager"),
    "find": ("missing stolen", "to_qualify decommissioned", "commune_manager"),
}
KEEP_THE_STATE = {
    "move",
    "describe",
    "settle_medium",
    "file_evidence",
    "annul",
    "discard",
    "merge",
    "restore",
    "split",
}


@pytest.mark.parametrize("name", DECIDED)
def test_the_table_is_the_one_that_was_decided(name: str) -> None:
    sources, targets, roles = DECIDED[name]
    row = TRANSITIONS[Action(name)]

    assert row.sources == {State(s) for s in sources.split()}
    assert set(row.targets) == {State(t) for t in targets.split()}
    assert row.roles == {Role(r) for r in roles.split()}


def test_every_action_has_its_row_and_only_these_keep_the_state() -> None:
    assert set(TRANSITIONS) == set(Action)
    assert {a.value for a in Action} - set(DECIDED) <= KEEP_THE_STATE
    assert {
        a.value for a, row in TRANSITIONS.items() if not row.changes_state
    } == KEEP_THE_STATE


def test_field_names_are_unique_and_labelled_in_each_row() -> None:
    for row in TRANSITIONS.values():
        names = [field.name for field in row.fields]
        assert len(names) == len(set(names)), row.action
        assert all(
            field.label[0].isupper() or field.label[0] in "ÀÉ" for field in row.fields
        )


def test_every_state_but_the_last_can_be_left_and_every_one_reached() -> None:
    left = {s for row in TRANSITIONS.values() if row.changes_state for s in row.sources}
    reached = {t for row in TRANSITIONS.values() for t in row.targets}

    assert set(State) - left == {State.RECYCLED}
    assert set(State) == reached
