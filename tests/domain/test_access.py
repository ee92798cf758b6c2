"""Roles are held for one owner, or for all."""

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role


def viewer(*grants: tuple[Role, int | None]) -> Viewer:
    return Viewer("U-1", frozenset(Grant(role, owner) for role, owner in grants))


def test_a_role_for_one_owner_says_nothing_of_another() -> None:
    alice = viewer((Role.TECHNICIAN, 1))

    assert alice.roles(1) == {Role.TECHNICIAN}
    assert alice.roles(2) == frozenset()
    assert (alice.sees(1), alice.sees(2)) == (True, False)
    assert alice.owner_ids == frozenset({1})


def test_a_role_for_all_owners_is_seen_everywhere() -> None:
    lead = viewer((Role.FLEET_LEAD, None), (Role.SIGNATORY, 2))

    assert lead.owner_ids is None
    assert lead.roles(2) == {Role.FLEET_LEAD, Role.SIGNATORY}
    assert lead.as_actor(1).roles == {Role.FLEET_LEAD}


def test_partners_and_agents_see_no_device() -> None:
    for role in (Role.PARTNER, Role.AGENT):
        assert viewer((role, None)).owner_ids == frozenset()


def test_nobody_in_particular_sees_nothing() -> None:
    stranger = viewer()

    assert stranger.owner_ids == frozenset()
    assert not stranger.sees(1)
    assert not stranger.holds(Role.ADMIN)
    assert viewer((Role.ADMIN, None)).holds(Role.ADMIN)
