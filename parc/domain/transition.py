"""What a row of the lifecycle table says."""

from dataclasses import dataclass

from parc.domain.fields import Field
from parc.domain.guards import Guard
from parc.domain.vocabulary import Action, Role, State, VoidKind


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from `sources` to one of `targets`, by someone with a role.

    No target: the state stays. Several: the details say which in `target`,
    unless `lifecycle` derives it. `declared_sources` are further sources open
    to an import that declares the past (decision D11). `from_void`: it starts from
    a device that is out of the inventory in this way; None, as nearly all do: from
    one that is in it.
    """

    action: Action
    sources: frozenset[State]
    targets: tuple[State, ...]
    roles: frozenset[Role]
    fields: tuple[Field, ...] = ()
    guards: tuple[Guard, ...] = ()
    declared_sources: frozenset[State] = frozenset()
    from_void: VoidKind | None = None

    @property
    def changes_state(self) -> bool:
        """Tell whether the action moves the device to another state."""
        return bool(self.targets)


def row(  # noqa: PLR0917 - a table reads best by position
    action: Action,
    sources: frozenset[State] | set[State],
    targets: tuple[State, ...],
    roles: frozenset[Role],
    fields: tuple[Field, ...] = (),
    required: tuple[Guard, ...] = (),
    declared: frozenset[State] = frozenset(),
) -> Transition:
    """Write a row of the table."""
    return Transition(
        action, frozenset(sources), targets, roles, fields, required, declared
    )
