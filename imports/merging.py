"""Merged cells: what one says counts for all the rows that it covers."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from imports.sheet import Cell

MOST_MERGED = 100_000
"""Merged cells of a sheet that are looked at."""

Merged = Mapping[int, Mapping[int, int]]
"""Per column (from 0): the first line of each merged cell, and its last."""

_Corner = tuple[int, int]


def columns_of_merged(ranges: object) -> Merged:
    """Order the ranges that the library gives, those of one line left out.

    A cell merged over several columns says nothing of the others: only its first
    column is kept.
    """
    found: dict[int, dict[int, int]] = {}
    corners: Iterable[tuple[_Corner, _Corner]] = ranges or ()  # type: ignore[assignment]
    for (top, left), (bottom, _) in corners:
        if bottom > top:
            found.setdefault(left, {})[top + 1] = bottom + 1
    return found


def filled(
    rows: Iterable[tuple[int, list[Cell]]], merged: Merged, columns: Collection[int]
) -> Iterator[tuple[int, list[Cell]]]:
    """Repeat in each row what a merged cell above says, in some columns."""
    wanted = {index: merged[index] for index in columns if index in merged}
    if not wanted:
        yield from rows
        return
    current: dict[int, tuple[int, Cell]] = {}
    for line, row in rows:
        filling: list[Cell] | None = None
        for index, lasts in wanted.items():
            value = row[index] if index < len(row) else None
            last = lasts.get(line)
            if last is not None:
                current[index] = (last, value)
            elif value in {None, ""} and current.get(index, (0, None))[0] >= line:
                if filling is None:
                    filling = [*row, *[None] * (index + 1 - len(row))]
                elif len(filling) <= index:
                    filling += [None] * (index + 1 - len(filling))
                filling[index] = current[index][1]
        yield line, row if filling is None else filling
