"""Damaged files by the hundred thousand: each is read, or refused in French."""

import secrets

from tests.bench.measuring import Verdict
from tests.imports.damaging import damaged_files
from tests.imports.test_any_bytes import check
from tests.imports.test_many_damaged import WHOLE

IN_PROCESS = ("csv", "json", "lines", "xlsx")


def run(rows: int, rounds: int) -> list[Verdict]:
    """Read `rows` damaged files of each kind, others each time; count what escapes."""
    escaped = 0
    seed = secrets.randbelow(1 << 32)
    for kind in IN_PROCESS:
        for name, content in damaged_files(WHOLE[kind], rows * rounds, seed):
            try:
                check(content)
            except Exception as error:  # noqa: BLE001 - what escapes is the finding
                escaped += 1
                print(f"  {kind} {name}: {error!r}")
    return [Verdict("fuzz: files that were neither read nor refused", escaped, 0)]
