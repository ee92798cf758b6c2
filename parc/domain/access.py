"""Who sees and does what: roles held for one owner, or for all of them."""

from dataclasses import dataclass

from parc.domain.command import Actor
from parc.domain.vocabulary import Role

READERS = frozenset(
    {
        Role.ADMIN,
        Role.FLEET_LEAD,
        Role.TECHNICIAN,
        Role.COMMUNE_MANAGER,
        Role.REUSE_OFFICER,
        Role.SIGNATORY,
        Role.AUDITOR,
    }
)
"""Roles that see an owner's devices; partners and agents do not."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role for one owner (row id); None stands for every owner."""

    role: Role
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody identified: an opaque actor id and what was granted to it."""

    actor: str
    grants: frozenset[Grant]

    def roles(self, owner_id: int) -> frozenset[Role]:
        """Return the roles held for an owner."""
        return frozenset(g.role for g in self.grants if g.owner_id in {None, owner_id})

    @property
    def owner_ids(self) -> frozenset[int] | None:
        """Return the owners whose devices may be seen; None means all of them."""
        readable = [grant for grant in self.grants if grant.role in READERS]
        if any(grant.owner_id is None for grant in readable):
            return None
        return frozenset(g.owner_id for g in readable if g.owner_id is not None)

    def sees(self, owner_id: int) -> bool:
        """Tell whether the owner's devices may be seen."""
        visible = self.owner_ids
        return visible is None or owner_id in visible

    def holds(self, *roles: Role) -> bool:
        """Tell whether one of the roles is held for any owner at all."""
        return any(grant.role in roles for grant in self.grants)

    def as_actor(self, owner_id: int) -> Actor:
        """Return the actor of a command on a device of that owner."""
        return Actor(self.actor, self.roles(owner_id))
