"""One line of a journal: typed and bounded, or the column that is wrong."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from parc.domain.events import Event, canonical_details
from parc.domain.fields import Json
from parc.domain.vocabulary import Action, Level, State

MOST_EVENTS = 10_000
"""Events of one device."""

LARGEST_INTEGER = 100_000_000_000
"""Of details: cents, capacities, numbers of lines. Each is far below."""

_LONGEST_NAME = 200
_LONGEST_DETAILS = 128 * 1024
_MOST_MEDIA = 200
_FOR_XML = str.maketrans({"\ufffe": r"\ufffe", "\uffff": r"\uffff"})
_OPAQUE = re.compile(r"[!-~]{1,64}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MIDNIGHT = "T00:00:00"
_ACTIONS = frozenset(action.value for action in Action)
_STATES = frozenset(state.value for state in State)
_LEVELS = frozenset(level.value for level in Level)

Said = Mapping[str, object]


class EntryError(Exception):
    """A line is no entry; the message says what is expected of the column."""

    def __init__(self, column: str, message: str, value: object = None) -> None:
        super().__init__(message)
        self.column = column
        self.value = None if value is None else str(value)[:_LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class OwnerTold:
    """What a journal tells of an owner; `manager` (SIRET) None means itself."""

    siret: str
    name: str
    kind: str
    prefix: str
    manager: str | None
    first_day: date | None
    last_number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the device under `tag`.

    `event.details` is without its site, which is told by name: numbers of sites mean
    nothing elsewhere. Where it stands, and what its owner is like today, make no
    other event of it.
    """

    tag: str
    event: Event
    site: str | None
    line: int = field(compare=False)
    owner: OwnerTold = field(compare=False)


def details_text(details: Mapping[str, Json]) -> str:
    r"""Write details as canonical JSON that any of the forms of file carries.

    Workbooks read `_x0041_` as one sign and cannot hold two others: JSON writes these
    as `\u005f`, `\ufffe` and `\uffff`, which mean the same.
    """
    return canonical_details(details).translate(_FOR_XML).replace("_x", r"\u005fx")


def entry_of(line: int, said: Said) -> Entry:
    """Type a line given by keys.

    Raises:
        EntryError: a value is missing or not of its kind.
    """
    siret = _text(said, "owner", 14)
    event = Event(
        seq=_integer(said, "seq", 1, MOST_EVENTS),
        action=Action(_word(_ACTIONS, said, "action")),
        effective_on=_day(said, "effective_on"),
        recorded_at=_instant(said),
        actor=_opaque(said, "actor"),
        state=State(_word(_STATES, said, "state")),
        owner=siret,
        level=Level(_word(_LEVELS, said, "level")),
        source=_opaque(said, "source") if said.get("source") else None,
        details=_details(said.get("details")),
    )
    return Entry(
        tag=_text(said, "tag", _LONGEST_NAME),
        event=event,
        site=_text(said, "site", _LONGEST_NAME) if said.get("site") else None,
        line=line,
        owner=_owner(said, siret),
    )


def _owner(said: Said, siret: str) -> OwnerTold:
    first_day = said.get("owner_first_day")
    return OwnerTold(
        siret=siret,
        name=_text(said, "owner_name", _LONGEST_NAME),
        kind=_text(said, "owner_kind", _LONGEST_NAME),
        prefix=_text(said, "owner_prefix", _LONGEST_NAME),
        manager=_text(said, "manager", 14) if said.get("manager") else None,
        first_day=_day(said, "owner_first_day") if first_day else None,
        last_number=_integer(said, "owner_last_number", 0, 999_999),
    )


def _text(said: Said, key: str, longest: int) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value.strip():
        raise EntryError(key, "Texte attendu.", value)
    if len(value) > longest or not value.isprintable():
        message = f"{longest} caractères lisibles au plus."
        raise EntryError(key, message, value)
    return value


def _opaque(said: Said, key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or _OPAQUE.fullmatch(value) is None:
        message = "Identifiant attendu : 64 signes au plus, sans espace ni accent."
        raise EntryError(key, message, value)
    return value


def _integer(said: Said, key: str, least: int, most: int) -> int:
    value = said.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= len(str(most)) else most + 1
    if not isinstance(value, int) or isinstance(value, bool):
        raise EntryError(key, "Nombre entier attendu.", type(value).__name__)
    if not least <= value <= most:
        raise EntryError(key, f"Nombre attendu entre {least} et {most}.")
    return value


def _word(words: frozenset[str], said: Said, key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or value not in words:
        raise EntryError(key, "Valeur que cette version de parc ne connaît pas.", value)
    return value


def _day(said: Said, key: str) -> date:
    text = said.get(key)
    if isinstance(text, str):
        text = text.removesuffix(_MIDNIGHT)
        if _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
    raise EntryError(key, "Date attendue au format AAAA-MM-JJ.", text)


def _instant(said: Said) -> datetime:
    text = said.get("recorded_at")
    moment = _moment(text) if isinstance(text, str) and len(text) < 40 else None  # noqa: PLR2004 - microseconds and an offset
    if moment is None:
        message = "Instant attendu en UTC : AAAA-MM-JJTHH:MM:SS.ffffff+00:00."
        raise EntryError("recorded_at", message, text)
    return moment


@functools.lru_cache(maxsize=64)
def _moment(text: str) -> datetime | None:
    # An import records all its events at one instant.
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _details(value: object) -> dict[str, Json]:
    """Read the details: a flat object, but for the list of media."""
    if isinstance(value, str) and len(value) <= _LONGEST_DETAILS:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise EntryError("details", "Objet JSON attendu.")
    return {
        key: _media(item) if key == "media" else _scalar(item)
        for key, item in value.items()
    }


def _media(value: object) -> Json:
    if not isinstance(value, Sequence) or len(value) > _MOST_MEDIA:
        message = f"Supports : une liste de {_MOST_MEDIA} au plus est attendue."
        raise EntryError("details", message)
    listed: list[Json] = []
    for item in value:
        if not isinstance(item, dict):
            raise EntryError("details", "Supports : une liste d'objets est attendue.")
        # A registration may leave a kind or a capacity unsaid.
        listed.append({k: None if v is None else _scalar(v) for k, v in item.items()})
    return listed


def _scalar(value: object) -> Json:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return value
    message = "Détails : seuls des textes, des entiers et oui ou non sont attendus."
    raise EntryError("details", message)
