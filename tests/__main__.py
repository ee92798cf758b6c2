"""Every check, in order, then a summary: what `python3 start.py test` runs."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
RAPID = "--rapide"
QUICK = ("-m", "not slow and not browser", "--hypothesis-profile=quick")
"""What « --rapide » asks of pytest."""


@dataclass(frozen=True)
class Phase:
    """A check: its French name and the arguments that follow `python`."""

    name: str
    arguments: tuple[str, ...]
    backend: str = "sqlite"


def phases(options: list[str], *, postgresql: bool) -> list[Phase]:
    """List the checks; options other than --rapide are handed to pytest."""
    quick = RAPID in options
    given = [option for option in options if option != RAPID]
    spread = any(option.startswith(("-n", "--numprocesses")) for option in given)
    # One file stays on one process: its module's fixtures are made once.
    workers = () if spread else ("-n", "auto", "--dist", "loadfile")
    pytest = ("-m", "pytest", *workers, *(QUICK if quick else ()), *given)
    contracts = "import sys, importlinter.cli as c; sys.exit(c.lint_imports())"
    found = [
        Phase("Style : ruff check", ("-m", "ruff", "check")),
        Phase("Mise en forme : ruff format", ("-m", "ruff", "format", "--check")),
        Phase("Types : mypy", ("-m", "mypy")),
        Phase("Sens des imports : import-linter", ("-c", contracts)),
        Phase("Gabarits : djlint", ("-m", "djlint", "templates", "--lint")),
        Phase("Tests sur SQLite", pytest),
        Phase("Tests sur PostgreSQL", pytest, "postgresql"),
    ]
    if quick:
        found = [phase for phase in found if "mypy" not in phase.arguments]
    if quick or not postgresql:
        found.pop()
    return found


def run(phase: Phase) -> int:
    """Run a check at the top of the tree and give its exit code."""
    environment = os.environ | {"PARC_TEST_BACKEND": phase.backend}
    say(f"\n=== {phase.name}")
    return subprocess.call(
        [sys.executable, *phase.arguments], cwd=ROOT, env=environment
    )


def main(options: list[str]) -> int:
    """Run every check, even after a failure; give the first failing exit code."""
    # In continuous integration its absence is a failure, and the tests say so.
    postgresql = postgres.is_available() or bool(os.environ.get("CI"))
    outcomes = []
    for phase in phases(options, postgresql=postgresql):
        start = time.monotonic()
        outcomes.append((phase, run(phase), time.monotonic() - start))
    say("\n=== Bilan")
    for phase, code, seconds in outcomes:
        say(f"{'réussi' if code == 0 else 'ÉCHEC ':7}{seconds:6.1f} s  {phase.name}")
    if not postgresql and RAPID not in options:
        say(
            "non fait         Tests sur PostgreSQL : il n'est pas sur cette machine "
            "(sous Debian : apt install postgresql)."
        )
    return next((code for _, code, _ in outcomes if code), 0)


def say(text: str) -> None:
    """Print between the outputs of the checks, in order with them."""
    print(text, flush=True)  # noqa: T201 - a program for a person at a terminal


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
