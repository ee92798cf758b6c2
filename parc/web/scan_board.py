"""The live part of a bench: what is armed, the latest answer, the tally."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from parc.operations.scan_orders import order_of
from parc.operations.scan_turns import Turns
from parc.operations.scanning import Scan
from parc.operations.selection import Desk
from parc.storage import attachments, people, scans
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Line, Scanned
from parc.web import rendering
from parc.web.errors import NotFoundError

Board = dict[str, Any]
Bench = Turns[str]
"""Where the scans of a process wait for their turn; each comes back with its board."""

TEMPLATE = "scan/_board.html"

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A run to show to whoever scans in it; `told`: the answer just given."""

    desk: Desk
    run: str
    told: Answer | None = None


def board(session: Session, asked: Asked) -> Board:
    """Lay out one run.

    Raises:
        NotFoundError: it is somebody else's.
    """
    return boards(session, [asked])[0]


def written_after(
    session: Session, done: Sequence[tuple[Scan, Answer]]
) -> Sequence[str]:
    """Write the boards of scans that were just done together, in HTML."""
    asked = [Asked(one.desk, one.run_id or "", told) for one, told in done]
    template = rendering.templates().get_template(TEMPLATE)
    return [template.render(found) for found in boards(session, asked)]


def boards(session: Session, asked: Sequence[Asked]) -> list[Board]:
    """Lay out several runs: what they have in common is read once.

    Raises:
        NotFoundError: one is somebody else's.
    """
    numbers = list(dict.fromkeys(one.run for one in asked))
    runs = scans.runs_numbered(session, numbers)
    for one in asked:
        row = runs.get(one.run)
        if row is not None and row.actor != one.desk.viewer.actor:
            raise NotFoundError
    lines = {run: scans.latest(session, run, _SHOWN) for run in numbers}
    tallies = scans.tallies(session, numbers)
    places = _places(session, runs.values())
    latest = [found[0].row for found in lines.values() if found]
    photos = attachments.last_photos(session, [row.id for row in latest if row])
    return [
        _board(one, runs.get(one.run), lines[one.run], tallies[one.run], places, photos)
        for one in asked
    ]


def _board(  # noqa: PLR0917 - whose, and all that was read
    asked: Asked,
    row: ScanRunRow | None,
    lines: Sequence[Line],
    tally: dict[Scanned, int],
    places: dict[int, str],
    photos: dict[int, list[tuple[int, int]]],
) -> Board:
    viewer = asked.desk.viewer
    seen = [
        line
        if line.row is None or viewer.sees(line.row.owner_id)
        else replace(line, row=None)
        for line in lines
    ]
    last = seen[0] if seen else None
    taken = photos.get(last.row.id, []) if last and last.row else []
    photo = next((key for key, owner in taken if viewer.sees(owner)), None)
    return {
        "run": asked.run,
        "told": asked.told,
        "key": secrets.token_hex(8),
        "order": order_of(row),
        "place": places.get(row.site_id or 0, "") if row else "",
        "last": last,
        "photo": f"/attachments/{photo}/thumbnail" if photo is not None else "",
        "lines": seen[1:],
        "tally": list(tally.items()),
        "can_undo": tally[Scanned.APPLIED] > 0,
    }


def _places(session: Session, runs: Iterable[ScanRunRow]) -> dict[int, str]:
    wanted = {row.site_id for row in runs if row.site_id is not None}
    return people.site_names(session, wanted) if wanted else {}
