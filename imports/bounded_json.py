"""JSON of unknown origin, read within bounds of size, depth and number of values.

A list of empty lists takes forty times its size in memory, and one nested deep enough
ends a program: both are counted in the text before it is read.
"""

import json
import re
from collections.abc import Iterable

from imports.sheet import UnreadableError

LONGEST = 20 * 1024 * 1024
_DEEPEST = 64
_MOST_VALUES = 1_000_000
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BEGINNING = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{])")
_SIGNS = re.compile(rb"[^\[\]{},]+")


def begins_as_json(content: bytes) -> bool:
    """Tell whether a file begins as JSON does, and no list in columns."""
    return _BEGINNING.match(content.removeprefix(b"\xef\xbb\xbf")[:512]) is not None


def read_json(text: bytes) -> object:
    """Read a text whole.

    Raises:
        UnreadableError: it is damaged, says one thing twice, or is beyond the bounds.
    """
    if len(text) > LONGEST:
        message = "Ce fichier JSON dépasse 20 Mo : il n'est pas lu."
        raise UnreadableError("too_large", message)
    _check_shape(text)
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        message = "Ce fichier JSON est abîmé ou incomplet : exportez-le de nouveau."
        raise UnreadableError("damaged", message) from error


def _check_shape(text: bytes) -> None:
    signs = _SIGNS.sub(b"", _STRINGS.sub(b"", text))
    if len(signs) > _MOST_VALUES or _deepest(signs) > _DEEPEST:
        message = "Ce fichier JSON est imbriqué ou étendu hors de toute mesure."
        raise UnreadableError("bomb", message)


def _deepest(signs: bytes) -> int:
    depth = deepest = 0
    for sign in signs:
        if sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest


def _each_once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    said: dict[str, object] = {}
    for key, value in pairs:
        if key in said:
            message = f"clé répétée : {key[:40]}"
            raise ValueError(message)
        said[key] = value
    return said
