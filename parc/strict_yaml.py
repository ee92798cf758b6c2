"""Read the plain part of YAML: no anchors, no tags, nothing read two ways.

Law and factors are reviewed by people who see text, so what a text means must not
depend on knowing YAML: a key twice, `no` that becomes false, `0.1` that becomes a
binary fraction or `012` that becomes ten are refused, not understood.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from parc.domain.entry import DataError

Yaml = str | int | bool | date | list["Yaml"] | dict[str, "Yaml"]

LARGEST_FILE = 1_000_000
DEEPEST = 12
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TWO_READINGS = re.compile(
    # What other readers take for a number, a boolean or nothing.
    r"[-+.]?[0-9].*|[-+]?\.(?:inf|nan)|y|n|yes|no|on|off|true|false|null|~|<<|=",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)


def read(path: Path, where: str) -> Yaml:
    """Read a file; `where` names it in problems.

    Raises:
        DataError: the file is too large, not UTF-8, or not plain YAML.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise DataError([f"{where}: larger than {LARGEST_FILE} bytes"])
    try:
        return parse(content.decode("utf-8"), where)
    except UnicodeDecodeError as error:
        raise DataError([f"{where}: not UTF-8 at byte {error.start}"]) from None


def parse(text: str, where: str) -> Yaml:
    """Read one document.

    Raises:
        DataError: with the line and the reason, in English.
    """
    events = yaml.parse(text, Loader=_LOADER)
    try:
        return _document(events, where)
    except yaml.YAMLError as error:
        place = _place(getattr(error, "problem_mark", None), where)
        reason = getattr(error, "problem", None) or "unreadable character"
        raise DataError([f"{place}: not YAML: {reason}"]) from None


def _document(events: Iterator[yaml.Event], where: str) -> Yaml:
    content: Yaml = {}
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(event, where, "one document only is expected")
            content = _node(next(events), events, where, 0)
    if not documents:
        raise DataError([f"{where}: the file is empty"])
    return content


def _node(
    event: yaml.Event, events: Iterator[yaml.Event], where: str, depth: int
) -> Yaml:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _refused(event, where, "anchors (&) and aliases (*) are not allowed")
    if getattr(event, "tag", None):
        raise _refused(event, where, "tags (!) are not allowed")
    if depth > DEEPEST:
        raise _refused(event, where, f"nested more than {DEEPEST} times")
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, where, depth)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Yaml] = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_node(item, events, where, depth + 1))
        return items
    assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - no other event is left
    return _scalar(event, where)


def _mapping(events: Iterator[yaml.Event], where: str, depth: int) -> dict[str, Yaml]:
    mapping: dict[str, Yaml] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, where, depth + 1)
        if not isinstance(key, str):
            raise _refused(event, where, f"key {key!r}: put it between quotes")
        if key in mapping:
            raise _refused(event, where, f"key {key!r} is there twice")
        mapping[key] = _node(next(events), events, where, depth + 1)
    return mapping


def _scalar(event: yaml.ScalarEvent, where: str) -> str | int | bool | date:
    text: str = event.value
    plain = event.implicit[0]
    if not plain:
        return text
    if text in {"true", "false"}:
        return text == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _refused(event, where, f"{text} is not a day") from None
    if not text:
        raise _refused(event, where, "a value is missing")
    if _TWO_READINGS.fullmatch(text):
        raise _refused(
            event, where, f"{text!r} has several readings: put it between quotes"
        )
    return text


def _refused(event: yaml.Event, where: str, reason: str) -> DataError:
    return DataError([f"{_place(event.start_mark, where)}: {reason}"])


def _place(mark: object, where: str) -> str:
    """Name the line; the parser's marks are of two kinds, or missing."""
    line = getattr(mark, "line", None)
    return where if line is None else f"{where}:{line + 1}"
