"""Who acts in the demonstration: one account per role, with printed passwords."""

from collections.abc import Mapping
from dataclasses import dataclass

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that the command line prints; it opens invented data only."""

    email: str
    password: str
    label: str


@dataclass(frozen=True, slots=True)
class Actor:
    """An account of the demonstration: its role, and the owners (keys) it is for.

    No owner stands for all of them. `also` adds roles for single owners.
    """

    role: Role
    login: str
    owners: tuple[str, ...] = ()
    also: tuple[tuple[Role, str], ...] = ()

    @property
    def account(self) -> DemoAccount:
        """What is printed: the password is derived from the login, for all to see."""
        return DemoAccount(
            f"{self.login}@parc.example",
            f"demonstration-{self.login}",
            self.role.label,
        )


CALL, LOOS, MEURCHIN = "CALL", "LOOS", "MEUR"
"""Keys of the owners: their tag prefixes."""

ACTORS = (
    Actor(Role.ADMIN, "admin"),
    Actor(
        Role.FLEET_LEAD,
        "responsable",
        # Losses are reported by whoever manages the owner's fleet on the spot.
        also=((Role.COMMUNE_MANAGER, CALL), (Role.COMMUNE_MANAGER, MEURCHIN)),
    ),
    Actor(Role.TECHNICIAN, "technicien"),
    Actor(Role.COMMUNE_MANAGER, "loos", (LOOS,)),
    Actor(Role.REUSE_OFFICER, "reemploi"),
    Actor(Role.SIGNATORY, "signataire"),
    Actor(Role.AUDITOR, "auditeur"),
)

ACCOUNTS = [actor.account for actor in ACTORS]


def grants(actor: Actor, owner_ids: Mapping[str, int]) -> frozenset[Grant]:
    """List what an account may do, owners by row id."""
    own = [Grant(actor.role, owner_ids[key]) for key in actor.owners]
    more = [Grant(role, owner_ids[key]) for role, key in actor.also]
    return frozenset([*(own or [Grant(actor.role, None)]), *more])


def first_holding(viewers: list[Viewer], role: Role, owner_id: int) -> Viewer:
    """Choose who acts: the first account that holds the role for that very owner.

    Raises:
        StopIteration: nobody does; the cast above is incomplete.
    """
    holders = [viewer for viewer in viewers if role in viewer.roles(owner_id)]
    return next(iter(holders))
