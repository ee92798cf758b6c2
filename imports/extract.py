"""A file to device records: every row becomes a record, or a reason with its line."""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from imports.headings import LOOKED_AT, Heading, find_heading
from imports.reading import Cell, Sheet, UnreadableError, sheets
from imports.rows import RowReader
from imports.values import text_of
from imports.vocabulary import plain, vocabulary
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import Issue, RejectedRow, issue

_LONGEST_TITLE_LINE = 3


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: `category_of` names a category id for a text (None: unknown)."""

    category_of: Callable[[str], str | None]
    date_order: str | None = None
    format: str | None = None


@dataclass(slots=True)
class Extract:
    """What a file holds. `read` counts records and rejected rows."""

    format: str
    sheet: str
    heading: Heading
    records: list[DeviceRecord] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    rows: dict[int, Sequence[Cell]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows below the heading that hold something."""
        return len(self.records) + len(self.rejected)


def extract(content: bytes, options: Options) -> Extract:
    """Read a file whole.

    Raises:
        UnreadableError: nothing in it is a list of devices; says why.
    """
    words = vocabulary()
    names: list[str] = []
    for sheet in sheets(content):
        names.append(sheet.name)
        rows = iter(sheet.rows)
        head = list(itertools.islice(rows, LOOKED_AT))
        heading = find_heading(head, words)
        if heading is None:
            continue
        if options.format not in {None, heading.format, "spreadsheet"}:
            message = (
                f"Ce fichier n'a pas la forme « {options.format} » (reconnu : "
                f"« {heading.format} »)."
            )
            raise UnreadableError("other_format", message)
        return _read_sheet(sheet, heading, itertools.chain(head, rows), options)
    message = (
        "Aucune ligne d'en-têtes n'est reconnue : il faut au moins deux colonnes "
        "parmi étiquette, numéro de série, catégorie, marque, modèle…"
    )
    raise UnreadableError("no_heading", message)


def _read_sheet(
    sheet: Sheet,
    heading: Heading,
    rows: Iterator[tuple[int, list[Cell]]],
    options: Options,
) -> Extract:
    found = Extract(heading.format, sheet.name, heading)
    body: list[tuple[int, list[Cell]]] = []
    for line, row in rows:
        if not any(cell not in {None, ""} for cell in row):
            continue
        if line < heading.line:
            title = " ".join(filter(None, map(text_of, row)))
            found.issues.append(
                issue(line, None, "title_line", title, "Ligne de titre ignorée.")
            )
        elif line > heading.line:
            body.append((line, row))
    reader = RowReader(heading, options.category_of, options.date_order, sheet.name)
    reader.learn(row for _, row in body)
    found.issues += reader.column_issues()
    found.rows = dict(body)
    empty_formulas = frozenset(sheet.empty_formulas)
    for line, row in body:
        if line in empty_formulas:
            message = (
                "Une cellule à formule n'a pas de valeur enregistrée : ouvrez le "
                "classeur dans un tableur et enregistrez-le."
            )
            found.issues.append(
                issue(line, None, "formula_without_value", None, message)
            )
        read = _not_a_device(line, row, heading) or reader.read(line, row)
        if isinstance(read, RejectedRow):
            found.rejected.append(read)
            found.issues += read.issues
        else:
            found.records.append(read)
    found.issues += reader.log.issues()
    return found


def _not_a_device(
    line: int, row: Sequence[Cell], heading: Heading
) -> RejectedRow | None:
    if _identified(row, heading):
        return None
    texts = [text for text in map(text_of, row) if text]
    if tuple(map(text_of, row)) == heading.titles:
        reason = issue(line, None, "repeated_heading", None, "En-têtes répétés.")
        return RejectedRow("", line, (reason,))
    if texts and _is_total(texts[0]):
        message = "Ligne de total : ce n'est pas un matériel."
        return RejectedRow(
            "", line, (issue(line, None, "total_line", texts[0], message),)
        )
    if len(texts) == 1 and len(heading.columns) >= _LONGEST_TITLE_LINE:
        message = "Ligne de titre ou de remarque : ce n'est pas un matériel."
        return RejectedRow(
            "", line, (issue(line, None, "title_line", texts[0], message),)
        )
    return None


def _identified(row: Sequence[Cell], heading: Heading) -> bool:
    """Tell whether a row has a serial or a tag that is no heading nor total."""
    for name in ("serial", "tag"):
        for index in heading.columns.get(name, ()):
            text = text_of(row[index]) if index < len(row) else ""
            if text and text != heading.titles[index] and not _is_total(text):
                return True
    return False


def _is_total(text: str) -> bool:
    """Tell whether a text begins as the lines of totals do."""
    totals = vocabulary().totals
    # Folding each identifier of a long file would cost more than reading it.
    if not text.lower().startswith(_first_words(totals)):
        return False
    first = plain(text)
    return any(first == word or first.startswith(f"{word} ") for word in totals)


@functools.cache
def _first_words(totals: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({word.split()[0] for word in totals})
