"""Roles as a form offers them: for all owners, then for each of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from parc.domain.access import Grant
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage.administration import Administrator
from parc.storage.tables import OwnerRow

ALL = "all"
"""What stands for every owner in the value of a box."""

ALL_OWNERS = "Tous les propriétaires"


@dataclass(frozen=True, slots=True)
class Box:
    """One role to tick; `value` is what the form sends."""

    value: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """The roles to give for one owner, or for all; `held` names those given."""

    key: str
    title: str
    boxes: Sequence[Box]

    @property
    def held(self) -> str:
        """Name the roles given."""
        return ", ".join(box.label for box in self.boxes if box.ticked)


def scopes(
    admin: Administrator,
    owners: Sequence[OwnerRow],
    roles: Collection[Role],
    ticked: Collection[str],
) -> list[Scope]:
    """Lay out what an administrator may give; `ticked` are values of boxes."""
    found = [(ALL, ALL_OWNERS)] if admin.owner_ids is None else []
    found += [(owner.siret, owner.name) for owner in owners]
    return [
        Scope(
            key,
            title,
            [
                Box(value, role.label, value in ticked)
                for role in roles
                for value in (f"{key}.{role.value}",)
            ],
        )
        for key, title in found
    ]


def values_of(grants: Collection[Grant], owners: Sequence[OwnerRow]) -> set[str]:
    """Give the values of the boxes of some grants."""
    keys: dict[int | None, str] = {owner.id: owner.siret for owner in owners}
    keys[None] = ALL
    return {
        f"{keys[grant.owner_id]}.{grant.role.value}"
        for grant in grants
        if grant.owner_id in keys
    }


def grants_of(values: Collection[str], owners: Sequence[OwnerRow]) -> set[Grant]:
    """Read the boxes that were ticked.

    Raises:
        Refused: a value that no form of ours offers.
    """
    ids: dict[str, int | None] = {owner.siret: owner.id for owner in owners}
    ids[ALL] = None
    roles = {role.value: role for role in Role}
    grants = set()
    for value in values:
        key, _, name = value.partition(".")
        if key not in ids or name not in roles:
            message = "Rôle ou propriétaire inconnu : rechargez la page."
            raise Refused((Refusal("invalid_field", message, "role"),))
        grants.add(Grant(roles[name], ids[key]))
    return grants


def told(
    grants: Collection[Grant], owners: Sequence[OwnerRow]
) -> Iterator[tuple[str, str]]:
    """Say the roles in words, all owners first: (owner, roles)."""
    order = list(Role)
    names: list[tuple[int | None, str]] = [(None, ALL_OWNERS)]
    names += [(owner.id, owner.name) for owner in owners]
    for owner_id, name in names:
        held = {grant.role for grant in grants if grant.owner_id == owner_id}
        if held:
            yield name, ", ".join(r.label for r in sorted(held, key=order.index))
