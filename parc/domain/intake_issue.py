"""What is wrong with a file, a row or a cell: told once, with where and what to do."""

import re
from dataclasses import dataclass, field, replace

LONGEST_VALUE = 120
"""Characters of a cell that an issue quotes."""

MOST_PER_KIND = 200
"""Different values of one column reported for one reason; the rest is counted."""

_BREAKABLE = re.compile(r"(?<=«) | (?=[»:;?!%€])")


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark on a file, by line.

    `line` counts from 1 as a spreadsheet does; None speaks of the whole file.
    `column` is the heading in the file, `code` stable English, `value` the cell
    as read, `message` French. `sheet` is empty for a text file.
    """

    line: int | None
    column: str | None
    code: str
    value: str | None
    message: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot become a device, with every reason."""

    sheet: str
    line: int
    issues: tuple[Issue, ...]


def french(text: str) -> str:
    """Set the no-break spaces of French typography."""
    return _BREAKABLE.sub("\u00a0", text)


def issue(  # noqa: PLR0917 - where, what, why: read in this order
    line: int | None,
    column: str | None,
    code: str,
    value: object,
    message: str,
    sheet: str = "",
) -> Issue:
    """Make an issue fit to be shown: value quoted short, typography set."""
    shown = None if value is None else str(value)[:LONGEST_VALUE]
    return Issue(line, column, code, shown, french(message), sheet)


@dataclass(slots=True)
class IssueLog:
    """Collect remarks, those that repeat told once with their count.

    A file of 100,000 rows that all say "En usage" gives one issue, not 100,000.
    """

    sheet: str = ""
    _first: dict[tuple[str | None, str, str | None], Issue] = field(
        default_factory=dict
    )
    _times: dict[tuple[str | None, str, str | None], int] = field(default_factory=dict)
    _kinds: dict[tuple[str | None, str], int] = field(default_factory=dict)

    def add(
        self,
        line: int | None,
        column: str | None,
        code: str,
        value: object,
        message: str,
    ) -> None:
        """Note a remark; the first of its kind gives the line and the message."""
        shown = None if value is None else str(value)[:LONGEST_VALUE]
        key = (column, code, shown)
        if key in self._first:
            self._times[key] += 1
            return
        kind = self._kinds.get((column, code), 0)
        self._kinds[column, code] = kind + 1
        if kind < MOST_PER_KIND:
            self._first[key] = issue(line, column, code, value, message, self.sheet)
            self._times[key] = 1

    def issues(self) -> list[Issue]:
        """Give the remarks in the order they were first made."""
        told = [_counted(found, self._times[key]) for key, found in self._first.items()]
        for (column, code), kinds in self._kinds.items():
            if kinds > MOST_PER_KIND:
                message = (
                    f"Et {kinds - MOST_PER_KIND} autres remarques de même nature "
                    f"(« {code} »), qui ne sont pas détaillées."
                )
                told.append(issue(None, column, code, None, message, self.sheet))
        return told


def _counted(found: Issue, times: int) -> Issue:
    if times == 1:
        return found
    others = times - 1
    lines = "autre ligne" if others == 1 else "autres lignes"
    return replace(found, message=f"{found.message} (Et {others} {lines}.)")
