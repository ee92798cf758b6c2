"""What an import that waits would change, device by device and field by field."""

import itertools
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from parc.config import Settings
from parc.domain.fields import Field as FactField
from parc.domain.fields import Json, Kind
from parc.operations import import_jobs, import_preview
from parc.operations.import_preview import Changed
from parc.web import rendering
from parc.web.deps import ReadSession, SettingsDep
from parc.web.device_lists import Pager
from parc.web.devices import AtDesk
from parc.web.errors import NotFoundError
from parc.web.event_view import Names
from parc.web.import_words import FIELDS, changed, in_words, names_of_categories
from parc.web.imports import Batch, batch_of
from reports.render import xlsx
from reports.render.table_files import Field, Row, Value, csv_blocks, write_xlsx

router = APIRouter()

PER_PAGE = 50
_MOST_ROWS = 1_048_575
"""Rows of a sheet below its headings; the other file holds them all."""
_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_COLUMNS = (
    Field("line", "Ligne", 8),
    Field("tag", "Étiquette", 16),
    Field("name", "Matériel", 28),
    Field("field", "Champ", 26),
    Field("before", "Valeur présente", 36),
    Field("after", "Nouvelle valeur", 36),
)
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": xlsx.MEDIA_TYPE}


@router.get("/imports/{key}/differences")
def show_differences(
    *,
    request: Request,
    session: ReadSession,
    settings: SettingsDep,
    desk: AtDesk,
    key: str,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a page of the devices that would change."""
    batch = batch_of(session, desk, key)
    path = _waiting(settings, batch)
    start = (page - 1) * PER_PAGE
    devices = changed(path, start, PER_PAGE)
    if not devices and page > 1:
        raise NotFoundError
    total = int(str(batch.result["updated"]))
    here = f"/imports/{key}/differences"
    last = start + len(devices)
    pager = Pager(
        f"{rendering.number(start + 1)} à {rendering.number(last)} sur "
        f"{rendering.number(total)}",
        previous=f"{here}?page={page - 1}" if page > 1 else "",
        next=f"{here}?page={page + 1}" if last < total else "",
    )
    return rendering.page(
        request,
        "imports/differences.html",
        batch=batch,
        total=total,
        devices=devices,
        pager=pager,
    )


@router.get("/imports/{key}/differences.{kind}")
def download_differences(
    session: ReadSession, settings: SettingsDep, desk: AtDesk, key: str, kind: str
) -> Response:
    """Send all of it as a table: a line for each field.

    Raises:
        NotFoundError: no such kind of file, or no import that waits.
    """
    batch = batch_of(session, desk, key)
    if kind not in _MEDIA_TYPES:
        raise NotFoundError
    rows = _rows(_waiting(settings, batch))
    blocks = csv_blocks(_COLUMNS, rows) if kind == "csv" else _workbook(rows)
    name = f'attachment; filename="differences-{key}.{kind}"'
    return StreamingResponse(
        blocks,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": name},
    )


def _waiting(settings: Settings, batch: Batch) -> Path:
    path = import_jobs.preview_of(settings, batch.row.id)
    if batch.row.applied_at is not None or not path.exists():
        raise NotFoundError
    return path


def _rows(path: Path) -> Iterator[Row]:
    names = names_of_categories()
    for device in import_preview.changes(path):
        yield from _rows_of(device, names)


def _rows_of(device: Changed, names: Names) -> Iterator[Row]:
    for name, (before, after) in device.fields.items():
        if field := FIELDS.get(name):
            values = (_typed(field, value, names) for value in (before, after))
            yield [device.line, device.tag, device.name, field.label, *values]


def _typed(field: FactField, value: Json, names: Names) -> Value:
    """Give days and amounts as spreadsheets count them, the rest in words."""
    if field.kind is Kind.DAY and value:
        return date.fromisoformat(str(value))
    if field.kind is Kind.MONEY and isinstance(value, int):
        return Decimal(value).scaleb(-2)
    return in_words(field, value, names) or None


def _workbook(rows: Iterator[Row]) -> Iterator[bytes]:
    """Make the workbook apart, then send it: its index comes last."""
    most = itertools.islice(rows, _MOST_ROWS)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        write_xlsx("Différences", _COLUMNS, most, file)  # type: ignore[arg-type]  # a file in all but name
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block
