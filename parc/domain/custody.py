"""Custody slips (bons): what is given, lent or given back, against one signature.

A slip is drafted, then signed or cancelled. Once signed it is frozen by value: what
was on it that day stays, whatever becomes of the devices.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from parc.domain.entry import DataError, Entry
from parc.domain.events import Event
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import Action, Role, State

WRITERS = (Role.TECHNICIAN,)
"""Who drafts, signs and cancels slips; whoever sees the owner reads them."""

MOST_DEVICES = 200
"""Devices on one slip."""

HOLDABLE = (State.IN_SERVICE, State.ON_LOAN)
"""States from which a device may be given back."""

LONGEST_LOAN = timedelta(days=5 * 366)
"""Beyond, a due date is a slip of the finger."""


_NUMBER = re.compile(r"([RPX])[- ]?([0-9]{4})[- ]?([0-9]{1,9})", re.ASCII)


class SlipKind(Labelled):
    """What a slip says has happened."""

    ASSIGNMENT = "assignment", "Bon de remise"
    LOAN = "loan", "Bon de prêt"
    RETURN = "return", "Bon de restitution"


LETTERS = {SlipKind.ASSIGNMENT: "R", SlipKind.LOAN: "P", SlipKind.RETURN: "X"}
"""What a slip's number begins with."""

ACTIONS = {
    SlipKind.ASSIGNMENT: Action.ASSIGN,
    SlipKind.LOAN: Action.LEND,
    SlipKind.RETURN: Action.RETURN,
}
"""What signing a slip records of each of its devices."""

TARGETS = (State.IN_STOCK, State.TO_QUALIFY)
"""Where a device goes when it comes back."""


class Stage(Labelled):
    """Where a slip is."""

    DRAFT = "draft", "À signer"
    SIGNED = "signed", "Signé"
    CANCELLED = "cancelled", "Annulé"


class Standing(Labelled):
    """What a slip says of one accessory of one device."""

    GIVEN = "given", "Remis"
    RETURNED = "returned", "Rendu"
    MISSING = "missing", "Manquant"


class Signing(Labelled):
    """How a slip was signed."""

    SCREEN = "screen", "à l'écran"
    PAPER = "paper", "sur papier"


@dataclass(frozen=True, slots=True)
class Handed:
    """What one signed slip said of a device's accessories, by kind."""

    kind: SlipKind
    accessories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A device on a slip, by value; accessories are (label, standing)."""

    tag: str
    label: str
    serial: str
    note: str = ""
    target: str = ""
    accessories: tuple[tuple[str, str], ...] = ()

    def those(self, standing: Standing) -> list[str]:
        """List the accessories of one standing, by their label."""
        return [label for label, told in self.accessories if told == standing.value]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a slip says, by value; `person` is an opaque id (decision D4)."""

    number: str
    kind: str
    owner: str
    siret: str
    person: str
    site: str
    effective_on: str
    due_on: str
    comment: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """How, when (UTC, ISO) and before whom (an opaque id) a slip was signed.

    `signature` is the SHA-256 of what was drawn or scanned; `draft` that of the
    content as it was printed or shown before being signed.
    """

    signing: str
    at: str
    by: str
    signature: str
    draft: str


def number_of(kind: SlipKind, year: int, number: int) -> str:
    """Write a slip's number: R-2026-0001."""
    return f"{LETTERS[kind]}-{year}-{number:04d}"


NOWHERE = (SlipKind.ASSIGNMENT, 0, 0)
"""A number that no slip has."""


def read_number(text: str) -> tuple[SlipKind, int, int] | None:
    """Read a slip's number, however typed; None when it is none."""
    found = _NUMBER.fullmatch(text.strip().upper())
    if found is None:
        return None
    kind = next(kind for kind, letter in LETTERS.items() if letter == found[1])
    return kind, int(found[2]), int(found[3])


def canonical(content: Content, seal: Seal | None = None) -> str:
    """Write a slip as the one JSON text it has; signed when there is a seal."""
    said: dict[str, object] = {"content": asdict(content)}
    if seal is not None:
        said["seal"] = asdict(seal)
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(text: str) -> str:
    """Give the SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_back(text: str) -> tuple[Content, Seal | None]:
    """Read what `canonical` wrote."""
    said = json.loads(text)
    content = dict(said["content"])
    content["lines"] = tuple(
        Line(**{**line, "accessories": tuple(map(tuple, line["accessories"]))})
        for line in content["lines"]
    )
    seal = Seal(**said["seal"]) if "seal" in said else None
    return Content(**content), seal


def outstanding(history: Iterable[Handed]) -> frozenset[str]:
    """Tell which accessories of a device somebody still has.

    `history` are the signed slips of that person for that device, oldest first. A
    return slip ends it: what had not come back was named missing then.
    """
    held: frozenset[str] = frozenset()
    for slip in history:
        if slip.kind is SlipKind.RETURN:
            held = frozenset()
        else:
            held |= slip.accessories
    return held


def standings(
    kind: SlipKind, ticked: Collection[str], expected: Collection[str] = ()
) -> dict[str, Standing]:
    """Tell what a slip says of each accessory that is ticked or was expected back."""
    if kind is not SlipKind.RETURN:
        return dict.fromkeys(ticked, Standing.GIVEN)
    said = dict.fromkeys(expected, Standing.MISSING)
    return {**said, **dict.fromkeys(ticked, Standing.RETURNED)}


def reasons_against_draft(
    kind: SlipKind, devices: int, effective_on: date, due_on: date | None
) -> tuple[Refusal, ...]:
    """Say what is wrong with a draft, apart from its devices' own state."""
    reasons = []
    if not devices:
        message = "Un bon porte au moins un matériel."
        reasons.append(Refusal("no_device", message, "codes"))
    if devices > MOST_DEVICES:
        message = (
            f"Un bon porte {MOST_DEVICES} matériels au plus : faites-en plusieurs."
        )
        reasons.append(Refusal("too_many", message, "codes"))
    if kind is SlipKind.LOAN:
        if due_on is None:
            message = "« À rendre le » est à renseigner."
            reasons.append(Refusal("missing_field", message, "due_on"))
        elif not effective_on <= due_on <= effective_on + LONGEST_LOAN:
            message = "« À rendre le » : après le jour du prêt, et dans les cinq ans."
            reasons.append(Refusal("invalid_field", message, "due_on"))
    return tuple(reasons)


def held_since(events: Iterable[Event], person: str) -> date | None:
    """Tell since when a person has a device, from its live events in order.

    None: somebody else has it, or nobody.
    """
    since: date | None = None
    holder: object = None
    for event in events:
        named = event.details.get("holder")
        if event.action is Action.RETURN:
            holder, since = None, None
        if named and named != holder:
            holder = named
            since = event.effective_on if named == person else None
    return since


def parse_accessories(raw: object, *, where: str) -> Mapping[str, str]:
    """Read the vocabulary of accessories: id to French label, in its order.

    Raises:
        DataError: with all problems.
    """
    problems: list[str] = []
    top = Entry(raw, where, problems)
    entries = top.by_id("accessories")
    labels = {}
    for key, entry in entries.items():
        labels[key] = entry.text("label")
        entry.finish()
    top.finish()
    if len(set(labels.values())) != len(labels):
        problems.append(f"{where}: accessories: two have the same label")
    if problems:
        raise DataError(problems)
    return labels
