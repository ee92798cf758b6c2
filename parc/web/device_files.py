"""The list of devices as a file: all that its filters let through, not one page."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from parc.domain.access import Viewer
from parc.operations.device_export import FIELDS, device_rows
from parc.storage.database import reading
from parc.storage.device_list import Filters
from parc.storage.devices import owners_seen
from parc.web.deps import CurrentViewer, EngineDep, Today
from parc.web.device_filters import Asked, filters_of
from parc.web.errors import NotFoundError
from reports.render import xlsx
from reports.render.table_files import Field, Row, csv_blocks, json_lines, write_xlsx

router = APIRouter()

_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": xlsx.MEDIA_TYPE,
}
Rows = Callable[[], Iterator[Row]]


@router.get("/devices.{kind}")
def download_devices(
    engine: EngineDep, viewer: CurrentViewer, today: Today, query: Asked, kind: str
) -> Response:
    """Send the devices that the filters let through, in the columns chosen if any.

    Raises:
        NotFoundError: no such kind of file.
    """
    if kind not in _MEDIA_TYPES:
        raise NotFoundError
    with reading(engine) as session:
        filters, _ = filters_of(query, owners_seen(session, viewer))
    keys = {"tag", *query.columns} if query.columns else {f.key for f in FIELDS}
    kept = [place for place, field in enumerate(FIELDS) if field.key in keys]
    fields = [FIELDS[place] for place in kept]
    rows = partial(_rows, engine, viewer, filters, today, kept)
    if kind == "csv":
        blocks = csv_blocks(fields, rows())
    elif kind == "jsonl":
        blocks = json_lines(fields, rows())
    else:
        blocks = _workbook(fields, rows)
    name = f"materiels-{today:%Y%m%d}.{kind}"
    return StreamingResponse(
        blocks,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(
    engine: Engine,
    viewer: Viewer,
    filters: Filters,
    today: date,
    kept: Sequence[int],
) -> Iterator[Row]:
    # A session of its own: it lives as long as the answer is being sent.
    with reading(engine) as session:
        for row in device_rows(session, viewer, filters, today):
            yield [row[place] for place in kept]


def _workbook(fields: Sequence[Field], rows: Rows) -> Iterator[bytes]:
    """Make the workbook apart, then send it: its index comes last."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        write_xlsx("Matériels", fields, rows(), file)  # type: ignore[arg-type]  # a file in all but name
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block
