"""The program that opens a workbook apart; see `imports.apart`.

It is run by its path and knows nothing of parc: bytes in, lines of JSON out. A line
{"sheet": …} announces each sheet, its rows follow, {"end": true} comes last. Whatever
the library does to this process, the one that asked goes on.
"""

import contextlib
import datetime as dt
import io
import json
import sys


def main(memory: int, seconds: int, rows: int, columns: int, cells: int) -> None:
    """Read a workbook from the standard input, within limits of memory and time."""
    _limit(memory, seconds)
    import python_calamine as library

    content = sys.stdin.buffer.read()
    try:
        book = library.CalamineWorkbook.from_filelike(io.BytesIO(content))
        kind = library.SheetTypeEnum.WorkSheet
        about = [sheet for sheet in book.sheets_metadata if sheet.typ == kind]
        seen = library.SheetVisibleEnum.Visible
        about.sort(key=lambda sheet: sheet.visible != seen)
        for known in about[:64]:
            sheet = book.get_sheet_by_name(known.name)
            height, width = sheet.total_height + 1, sheet.total_width + 1
            merged = sheet.merged_cell_ranges or []
            told = {"sheet": known.name, "rows": height, "columns": width}
            _write({**told, "merged": merged[:100_000]})
            if height <= rows and width <= columns and height * width <= cells:
                for row in sheet.iter_rows():
                    _write(row)
    except library.PasswordError:
        _write({"error": "password"})
    except MemoryError:
        _write({"error": "bomb"})
    except BaseException:  # noqa: BLE001 - a panic of the library is no Exception
        _write({"error": "damaged"})
    _write({"end": True})
    sys.stdout.flush()


def _limit(memory: int, seconds: int) -> None:
    """Take the limits upon oneself, where the system knows them."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (memory // 4, memory // 4))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _write(value: object) -> None:
    sys.stdout.write(json.dumps(value, default=_told, ensure_ascii=True) + "\n")


def _told(value: object) -> object:
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return str(value)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
