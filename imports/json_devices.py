"""JSON files of devices: snapshots of Workbench, or lines that parc exported."""

from collections.abc import Iterator

from imports.bounded_json import begins_as_json, read_json
from imports.sheet import MOST_ROWS, Cell, Rows, Sheet, UnreadableError

_LONGEST_LINE = 64 * 1024
_MARK = b'"owner_siret":'
_KEYS = (
    *("tag", "foreign_tag", "owner_siret", "owner", "category", "serial", "uuid"),
    *("accounting_number", "maker", "model", "specifications", "acquired_on"),
    *("commissioned_on", "manufactured_on", "price_cents", "condition", "supplier"),
    *("order_number", "repairability_tenths", "warranty_ends_on", "order_line"),
    *("lease_ends_on", "operating_system", "security"),
    *("estimated_value_cents", "notes", "site", "holder", "state", "since"),
    *("decommissioned_on", "destination", "handed_over_on", "beneficiary"),
    *("commitment_on", "proof_on", "medium_serial", "medium_kind"),
)
"""What a line may say, in the order of the table that it makes."""


def exported_lines(content: bytes) -> Sheet | None:
    """Open the lines that parc exported as a table; None when they are none.

    The line of headings counts as line 0: line 1 is the file's first.
    """
    if not (begins_as_json(content) and _MARK in _first_line(content)):
        return None
    return Sheet("", lambda: _rows(content))


def _first_line(content: bytes) -> bytes:
    head = content[:_LONGEST_LINE]
    return head.partition(b"\n")[0]


def _rows(content: bytes) -> Rows:
    yield 0, [*_KEYS]
    for number, text in enumerate(_lines(content), start=1):
        if text.strip():
            yield number, _cells(number, text)


def _lines(content: bytes) -> Iterator[bytes]:
    start = len(content) - len(content.removeprefix(b"\xef\xbb\xbf"))
    number = 0
    while start < len(content):
        number += 1
        end = content.find(b"\n", start, start + _LONGEST_LINE)
        if end < 0:
            end = len(content)
        if end - start > _LONGEST_LINE:
            message = f"La ligne {number} est trop longue pour être un matériel."
            raise UnreadableError("damaged", message)
        if number > MOST_ROWS:
            message = f"Le fichier a plus de {MOST_ROWS} lignes : coupez-le."
            raise UnreadableError("too_many_rows", message)
        yield content[start:end]
        start = end + 1


def _cells(number: int, text: bytes) -> list[Cell]:
    try:
        said = read_json(text)
    except UnreadableError as error:
        message = f"La ligne {number} n'est pas un matériel en JSON : elle est abîmée."
        raise UnreadableError("damaged", message) from error
    if not isinstance(said, dict):
        message = f"La ligne {number} n'est pas un matériel en JSON."
        raise UnreadableError("damaged", message)
    return [_cell(said.get(key)) for key in _KEYS]


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) else None
