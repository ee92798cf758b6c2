"""Snapshots of eReuse Workbench: what one machine says of itself becomes a record.

Three generations: components (version 11), raw outputs beside a tree of lshw (2022),
raw outputs alone (workbench-script). Erasures that a snapshot tells are not taken.
"""

import functools
import re
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from imports.machine import Told, from_components, from_raw
from imports.sheet import Cell, Rows, Sheet, UnreadableError
from imports.values import text_of
from imports.vocabulary import plain
from parc.domain.device import Medium
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import IssueLog, RejectedRow, issue
from parc.domain.search import is_junk_serial

FORMAT = "workbench"
TITLES = ("N° de série", "UUID", "Type", "Marque", "Modèle", "N° de série du disque")
"""Headings of the rows given back for correction: those of an ordinary list."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LONGEST_TEXT = 200
_MOST_MEDIA = 64


@dataclass(frozen=True, slots=True)
class _Words:
    format: str
    label: str
    chassis: Mapping[str, str]
    junk: frozenset[str]
    junk_uuids: frozenset[str]
    media: frozenset[str]


@functools.cache
def words() -> _Words:
    """Read the words of snapshots."""
    path = files("imports").joinpath("mappings", "workbench.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    return _Words(
        data["format"],
        data["label"],
        {plain(w): name for name, ws in data["chassis"].items() for w in ws},
        frozenset(map(plain, data["junk"]["texts"])),
        frozenset(data["junk"]["uuids"]),
        frozenset(data["media"]["types"]),
    )


def machines(data: object) -> list[Told | None]:
    """Give what each snapshot tells, None in the place of what is none.

    Raises:
        UnreadableError: there is no snapshot in it.
    """
    items = data if isinstance(data, list) else [data]
    found = [_machine(item) for item in items]
    if not any(found):
        message = (
            f"Ce fichier est {_kind(items)}, pas une liste : parc lit les classeurs "
            ".xlsx, .ods et .xls, les fichiers .csv et les relevés de Workbench."
        )
        raise UnreadableError("unknown_format", message)
    return found


def _machine(item: object) -> Told | None:
    if not isinstance(item, dict) or item.get("type") != "Snapshot":
        return None
    if isinstance(item.get("device"), dict):
        return from_components(item, words().media)
    if isinstance(item.get("data"), dict):
        return from_raw(item["data"])
    return None


def _kind(items: list[object]) -> str:
    first = items[0] if items else None
    if isinstance(first, dict) and {"deviceid", "content"} <= first.keys():
        return "un relevé de l'agent GLPI"
    return "un fichier JSON"


def records(
    found: list[Told | None], category_of: Callable[[str], str | None], log: IssueLog
) -> Iterator[DeviceRecord | RejectedRow]:
    """Make records; `line` counts the snapshots of the file from 1."""
    for line, told in enumerate(found, start=1):
        if told is None:
            message = "Cet élément n'est pas un relevé de Workbench."
            reason = issue(line, None, "not_a_snapshot", None, message)
            yield RejectedRow("", line, (reason,))
        else:
            yield _record(line, told, category_of, log)


def _record(
    line: int, told: Told, category_of: Callable[[str], str | None], log: IssueLog
) -> DeviceRecord:
    chassis = words().chassis.get(plain(told.chassis), told.chassis)
    category = category_of(chassis) or category_of(told.model)
    if category is None:
        message = (
            "Catégorie non reconnue : le matériel entre comme « autre », hors du taux "
            "de réemploi, jusqu'à ce que sa fiche soit complétée."
        )
        log.add(line, TITLES[2], "unknown_category", told.chassis or None, message)
    serial = _known(told.serial)
    if serial and is_junk_serial(serial):
        message = "Ce numéro de série n'en est pas un : il n'est pas repris."
        log.add(line, TITLES[0], "junk_serial", serial, message)
        serial = None
    return DeviceRecord(
        line,
        serial=serial,
        uuid=_uuid(told.uuid),
        category=category,
        maker=_known(told.maker),
        model=_known(told.model),
        specifications=_known(told.processor),
        media=tuple(_media(told)),
    )


def _media(told: Told) -> Iterator[Medium]:
    seen: set[str] = set()
    for serial, kind, capacity in told.media[:_MOST_MEDIA]:
        known = _known(serial)
        if known and known not in seen and not is_junk_serial(known):
            seen.add(known)
            yield Medium(known, kind, capacity)


def _known(said: str) -> str | None:
    text = text_of(said)[:_LONGEST_TEXT]
    return text if text and plain(text) not in words().junk else None


def _uuid(said: str) -> str | None:
    text = said.strip().lower()
    if not _UUID.fullmatch(text):
        return None
    # Tools differ on the order of its first bytes.
    other = str(uuid.UUID(bytes_le=uuid.UUID(text).bytes))
    if not words().junk_uuids.isdisjoint({text, other}):
        return None
    return text if len(set(text)) > 2 else None  # noqa: PLR2004 - one digit, dashes


def as_sheet(found: list[Told | None]) -> Sheet:
    """Show snapshots as rows, for those to correct."""

    def rows() -> Rows:
        for line, told in enumerate(found, start=1):
            cells: list[Cell] = [None] * len(TITLES)
            if told is not None:
                medium = told.media[0][0] if told.media else ""
                cells = [
                    *(told.serial, told.uuid, told.chassis),
                    *(told.maker, told.model, medium),
                ]
            yield line, cells

    return Sheet("", rows)
