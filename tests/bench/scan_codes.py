"""Codes as scanners spoil them: no wrong device, at the speed of a list.

All faults of a single key, on each tag, each tag typed on one keyboard in turn;
the tests do so for some tags. `rows` beyond 20,000 are not looked at.
"""

import tempfile
from itertools import cycle
from pathlib import Path

from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.scan_keyboard import encode
from parc.domain.vocabulary import Role
from parc.operations.resolving import resolve_many
from parc.storage import journal, schema
from parc.storage.database import connect, reading, writing
from parc.storage.tables import DeviceRow
from tests.bench.measuring import Verdict, in_turn, timed, told
from tests.domain.test_scan_code import (
    KEYS,
    WHOLE_KEYBOARDS,
    faults,
    found_anywhere,
    is_longer,
    some_tags,
)
from tests.factories import registration
from tests.operations.conftest import populate

MOST_TAGS = 20_000
CODES = 5_000
MOST_SECONDS = 2.0
"""For a whole pasted list: nobody minds before the page that shows it."""


def run(rows: int, rounds: int) -> list[Verdict]:
    """Type each tag with every single wrong key; then look a long list up."""
    wrong, longer, tried = _spoilt(min(rows, MOST_TAGS))
    print(f"  {tried:,} faults, {longer} of a prefix of another length")
    return [Verdict("wrong devices", wrong, 0, "devices"), *_looked_up(rounds)]


def _spoilt(number: int) -> tuple[int, int, int]:
    wrong = longer = tried = 0
    # One sign of each: letter case is folded, signs that no tag has are refused.
    keys = [
        sign for sign in dict.fromkeys(KEYS.upper()) if sign.isalnum() or sign == "-"
    ]
    for tag, keyboard in zip(some_tags(number), cycle(WHOLE_KEYBOARDS), strict=False):
        typed = "".join(dict.fromkeys(encode("".join(keys), keyboard)))
        for fault in faults(encode(tag, keyboard), typed):
            tried += 1
            match = found_anywhere(fault).match
            if match is not None and match.key != tag:
                longer += is_longer(match, tag)
                wrong += not is_longer(match, tag)
    return wrong, longer, tried


def _looked_up(rounds: int) -> list[Verdict]:
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'parc.sqlite3'}")
        schema.upgrade(engine)
        populate(engine)
        tags = list(dict.fromkeys(some_tags(CODES)))
        with writing(engine) as session:
            made = [[registration(tag=tag, serial=f"S{tag}")] for tag in tags]
            journal.open_histories(session, made)
        auditor = Viewer("bench", frozenset({Grant(Role.AUDITOR, None)}))
        with reading(engine) as session:
            assert session.exec(select(DeviceRow.id)).first()
            spoilt = [encode(tag, WHOLE_KEYBOARDS[1]) for tag in tags]
            times = in_turn(
                {
                    "tags": lambda: timed(lambda: resolve_many(session, auditor, tags)),
                    "tags on azerty": lambda: timed(
                        lambda: resolve_many(session, auditor, spoilt)
                    ),
                },
                rounds,
            )
        engine.dispose()
    for name, seconds in times.items():
        print(told(f"{len(tags):,} {name}", seconds))
    return [
        Verdict(f"{len(tags):,} {name}", min(seconds), MOST_SECONDS, "s")
        for name, seconds in times.items()
    ]
