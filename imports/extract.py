"""A file to device records: every row becomes a record, or a reason with its line."""

import functools
import itertools
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from imports import snapshots
from imports.bounded_json import begins_as_json, read_json
from imports.headings import (
    LOOKED_AT,
    Heading,
    find_heading,
    given_heading,
    remembered_heading,
)
from imports.json_devices import exported_lines
from imports.mapping import NO_MEMORY, Memory
from imports.merging import filled
from imports.reading import sheets
from imports.returned import without_reasons
from imports.rows import RowReader
from imports.sheet import Cell, Sheet, UnreadableError
from imports.values import text_of
from imports.vocabulary import vocabulary
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import Issue, IssueLog, RejectedRow, issue
from parc.domain.search import fold

_FEWEST_OF_A_TABLE = 3
"""Columns from which a row of one text is a remark rather than a device."""

_SHORTEST_SERIAL = 5

MAPPING_USED = "mapping_used"
"""The remark that a file was read as people said, not as parc would."""

_OWN = frozenset({"tag", "serial", "uuid", "medium_serial", "price", "quantity"})
"""What a cell merged over several rows cannot say of each of them."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: `category_of` names a category id for a text (None: unknown).

    `memory` holds what people have said of such files. `vat_rate` gives the rate of
    VAT of a day, in percent (None: not known).
    """

    category_of: Callable[[str], str | None]
    date_order: str | None = None
    format: str | None = None
    memory: Memory = NO_MEMORY
    vat_rate: Callable[[date], Decimal | None] = lambda _: None


@dataclass(slots=True)
class Extract:
    """What a file holds. `read` counts records and rejected rows.

    `orders` and `commas` tell how columns of dates and amounts were read.
    """

    format: str
    heading: Heading
    source: Sheet
    records: list[DeviceRecord] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    orders: Mapping[int, str | None] = field(default_factory=dict)
    commas: Mapping[int, bool | None] = field(default_factory=dict)

    @property
    def sheet(self) -> str:
        """Name of the sheet; empty for a text file."""
        return self.source.name

    @property
    def read(self) -> int:
        """Rows below the heading that hold something."""
        return len(self.records) + len(self.rejected)

    def cells_at(self, lines: Collection[int]) -> dict[int, Sequence[Cell]]:
        """Read some lines again as in the file, what merged cells say in each."""
        found: dict[int, Sequence[Cell]] = {}
        if lines:
            last = max(lines)
            for line, row in _rows(self.source, self.heading):
                if line > last:
                    break
                if line in lines:
                    found[line] = row
        return found


def extract(content: bytes, options: Options) -> Extract:
    """Read a file whole.

    Raises:
        UnreadableError: nothing in it is a list of devices; says why.
    """
    exported = exported_lines(content)
    if exported is None and begins_as_json(content):
        _check_format(snapshots.FORMAT, options)
        return _read_snapshots(content, options)
    sheet, heading = device_list(opened_tables(content, exported), options.memory)
    _check_format(heading.format, options)
    return _read_sheet(sheet, heading, options)


def opened_tables(
    content: bytes, exported: Sheet | None
) -> Generator[Sheet, None, None]:
    """Open the tables of a file; `exported` are the lines that parc made of it."""
    with closing(_alone(exported) if exported else sheets(content)) as tables:
        for sheet in tables:
            yield without_reasons(sheet)


def _alone(sheet: Sheet) -> Generator[Sheet, None, None]:
    yield sheet


def _check_format(found: str, options: Options) -> None:
    if options.format not in {None, found, "spreadsheet"}:
        message = (
            f"Ce fichier n'a pas la forme « {options.format} » (reconnu : « {found} »)."
        )
        raise UnreadableError("other_format", message)


def _read_snapshots(content: bytes, options: Options) -> Extract:
    told = snapshots.machines(read_json(content))
    titles = snapshots.TITLES
    heading = Heading(snapshots.FORMAT, 0, titles, {}, (), vocabulary().generic)
    found = Extract(snapshots.FORMAT, heading, snapshots.as_sheet(told))
    log = IssueLog()
    for read in snapshots.records(told, options.category_of, log):
        if isinstance(read, RejectedRow):
            found.rejected.append(read)
            found.issues += read.issues
        else:
            found.records.append(read)
    found.issues += log.issues()
    return found


def device_list(
    tables: Generator[Sheet, None, None], memory: Memory
) -> tuple[Sheet, Heading]:
    """Find the sheet that people have chosen, or the first that lists devices."""
    refused: UnreadableError | None = None
    first: tuple[Sheet, Heading] | None = None
    chosen = {said.sheet for said in (memory.given, *memory.mappings.values()) if said}
    # Closed at once: the opened file is not needed once the sheet is chosen.
    with closing(tables) as opened:
        for sheet in opened:
            try:
                heading = heading_of(head_of(sheet), memory)
            except UnreadableError as error:
                refused = refused or error
                continue
            if heading is None:
                continue
            if heading.said is not None and heading.said.sheet == sheet.name:
                return sheet, heading
            first = first or (sheet, heading)
            if chosen.isdisjoint(sheet.others):
                break
    if first is not None:
        return first
    message = (
        "Aucune ligne d'en-têtes n'est reconnue : il faut au moins deux colonnes "
        "parmi étiquette, numéro de série, catégorie, marque, modèle…"
    )
    raise refused or UnreadableError("no_heading", message)


def head_of(sheet: Sheet) -> list[tuple[int, list[Cell]]]:
    """Read the lines of a sheet among which its headings are."""
    with closing(sheet.rows()) as rows:
        return list(itertools.islice(rows, LOOKED_AT))


def heading_of(
    head: Sequence[tuple[int, Sequence[Cell]]], memory: Memory
) -> Heading | None:
    """Find a sheet's headings: as given, as remembered, else as parc knows them.

    Raises:
        UnreadableError: it is a list of something else, named.
    """
    if memory.given is not None:
        return given_heading(head, vocabulary(), memory.given)
    known = (
        remembered_heading(head, vocabulary(), memory.mappings)
        if memory.mappings
        else None
    )
    return known or find_heading(head, vocabulary())


def _read_sheet(sheet: Sheet, heading: Heading, options: Options) -> Extract:
    found = Extract(heading.format, heading, sheet)
    found.issues += _issues_of_sheet(sheet, heading)
    if heading.said is not None:
        found.issues.append(_mapping_used(heading, options.memory))
    reader = reader_of(sheet, heading, options)
    reader.counts_from_1904 = sheet.counts_from_1904
    reader.learn(row for _, row in below(sheet, heading))
    found.orders, found.commas = reader.orders, reader.commas
    found.issues += reader.column_issues()
    for line, row in below(sheet, heading):
        if line in sheet.empty_formulas:
            _note_empty_formulas(reader, line, sheet.empty_formulas[line])
        read = not_a_device(line, row, heading) or reader.read(line, row)
        if isinstance(read, RejectedRow):
            found.rejected.append(read)
            found.issues += read.issues
        else:
            found.records.append(read)
    found.issues += reader.log.issues()
    return found


def reader_of(sheet: Sheet, heading: Heading, options: Options) -> RowReader:
    """Make what reads the rows of a sheet; it must `learn` first."""
    return RowReader(
        heading,
        options.category_of,
        options.date_order,
        sheet.name,
        words=options.memory.words_of(heading.format),
        vat_rate=options.vat_rate,
    )


def _mapping_used(heading: Heading, memory: Memory) -> Issue:
    which = "donnée" if memory.given is not None else "mémorisée pour ces intitulés"
    message = f"Les colonnes sont lues selon la correspondance {which}."
    return issue(heading.line, None, MAPPING_USED, None, message)


def below(sheet: Sheet, heading: Heading) -> Iterator[tuple[int, list[Cell]]]:
    """Give the rows below the headings that hold something."""
    for line, row in _rows(sheet, heading):
        if line > heading.line:
            yield line, row


def _rows(sheet: Sheet, heading: Heading) -> Iterator[tuple[int, list[Cell]]]:
    """Give the rows that hold something, a merged category or site in each."""
    written = (numbered for numbered in sheet.rows() if _holds_something(numbered[1]))
    shared = (
        index
        for name, indexes in heading.columns.items()
        if name not in _OWN
        for index in indexes
    )
    return filled(written, sheet.merged, set(shared)) if sheet.merged else written


def _holds_something(row: Sequence[Cell]) -> bool:
    # A generator for each row of a long file would cost more than its cells.
    for cell in row:  # noqa: SIM110
        if cell is not None and cell != "" and text_of(cell):
            return True
    return False


def _issues_of_sheet(sheet: Sheet, heading: Heading) -> Iterator[Issue]:
    if sheet.others:
        named = ", ".join(f"« {name} »" for name in sheet.others)
        message = (
            f"Seule la feuille « {sheet.name} » est lue. Pour en importer une autre "
            f"({named}), choisissez-la en corrigeant la correspondance, ou "
            "enregistrez-la dans un classeur à part."
        )
        yield issue(None, None, "other_sheets", None, message)
    for line, row in itertools.takewhile(
        lambda numbered: numbered[0] < heading.line, sheet.rows()
    ):
        if title := " ".join(filter(None, map(text_of, row))):
            yield issue(line, None, "title_line", title, "Ligne de titre ignorée.")


def _note_empty_formulas(reader: RowReader, line: int, columns: Sequence[int]) -> None:
    message = (
        "Une cellule à formule n'a pas de valeur enregistrée : ouvrez le classeur "
        "dans un tableur et enregistrez-le."
    )
    for index in columns:
        if title := reader.used_title(index):
            reader.log.add(line, title, "formula_without_value", None, message)


def not_a_device(
    line: int, row: Sequence[Cell], heading: Heading
) -> RejectedRow | None:
    """Reject the lines of titles, totals and headings; None of a device."""
    if _identified(row, heading) and not _is_caption(row):
        return None
    texts = [text for text in map(text_of, row) if text]
    if texts == [title for title in heading.titles if title]:
        return _rejected(line, "repeated_heading", None, "En-têtes répétés.")
    if _is_total(texts[0]):
        message = "Ligne de total : ce n'est pas un matériel."
        return _rejected(line, "total_line", texts[0], message)
    if len(texts) == 1 and len(heading.columns) >= _FEWEST_OF_A_TABLE:
        message = "Ligne de titre ou de remarque : ce n'est pas un matériel."
        return _rejected(line, "title_line", texts[0], message)
    return None


def _rejected(line: int, code: str, value: str | None, message: str) -> RejectedRow:
    return RejectedRow("", line, (issue(line, None, code, value, message),))


def _identified(row: Sequence[Cell], heading: Heading) -> bool:
    """Tell whether a row has a tag or a serial that is no heading, total nor count."""
    for name in ("tag", "serial"):
        for index in heading.columns.get(name, ()):
            text = text_of(row[index]) if index < len(row) else ""
            if not text or text == heading.titles[index] or _is_total(text):
                continue
            if name == "serial" and _is_count(text) and _begins_as_total(row):
                continue
            return True
    return False


def _is_caption(row: Sequence[Cell]) -> bool:
    """Tell whether a row is one text, of words, as those above a group of devices."""
    only: Cell = None
    for cell in row:
        if cell is not None and cell != "":
            if only is not None:
                return False
            only = cell
    text = text_of(only)
    return " " in text or not any(map(str.isdigit, text))


def _is_count(text: str) -> bool:
    return text.isdigit() and len(text) < _SHORTEST_SERIAL


def _begins_as_total(row: Sequence[Cell]) -> bool:
    return _is_total(next(filter(None, map(text_of, row)), ""))


def _is_total(text: str) -> bool:
    """Tell whether a text begins as the lines of totals do."""
    totals = vocabulary().totals
    # Folding each identifier of a long file would cost more than reading it.
    if not text.lower().startswith(_first_letters(totals)):
        return False
    said = fold(text)
    return any(
        said.startswith(word) and not said[len(word) :][:1].strip(" :=(")
        for word in totals
    )


@functools.cache
def _first_letters(totals: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({word[:3] for word in totals})
