"""Run benches: `python -m tests.bench [NAME …] [--rows N] [--rounds N]`.

Each compares things measured in the same run, one after the other in turn, so
that its ratios mean something on any machine. Exit code 1: a target was missed.
"""

import argparse
import sys
from collections.abc import Callable, Mapping

from tests.bench import (
    export,
    fuzz,
    import_xlsx,
    labels,
    pages,
    photos,
    presets,
    scan_codes,
    scans,
    soak,
)
from tests.bench.measuring import Verdict

BENCHES: Mapping[str, Callable[[int, int], list[Verdict]]] = {
    "export": export.run,
    "fuzz": fuzz.run,
    "import_xlsx": import_xlsx.run,
    "labels": labels.run,
    "pages": pages.run,
    "photos": photos.run,
    "presets": presets.run,
    "scan_codes": scan_codes.run,
    "scans": scans.run,
    "soak": soak.run,
}
ROWS, ROUNDS = 100_000, 5


def main() -> int:
    """Run the benches named, or all; print what each measured and its target."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--rows", type=int, default=ROWS, help="devices")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHES.keys():
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    verdicts: list[Verdict] = []
    for name in asked.names or BENCHES:
        print(f"\n== {name}: {asked.rows:,} devices, {asked.rounds} rounds", flush=True)
        verdicts += BENCHES[name](asked.rows, asked.rounds)
    print("\n== targets")
    for verdict in verdicts:
        print(verdict)
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
