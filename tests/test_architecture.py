"""What the tree promises of itself, read from the source and never run."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("parc", "imports", "reports")
LONGEST = 400
"""Lines; a longer module holds two concepts."""
HEAPS = re.compile(r"_?(utils?|helpers?|common|misc|services?|managers?|repository)")
EVENT_TABLE = {"EventRow", "EVENTS"}
ONLY_WRITER = Path("parc/storage/journal.py")
ONLY_COMMITTER = Path("parc/storage/database.py")

Rule = Callable[[ast.AST], bool]


def modules(*folders: str) -> Iterator[Path]:
    """Find the Python files of folders, named from the top of the tree."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT)


def text_of(path: Path) -> str:
    """Read a file named from the top of the tree."""
    return (ROOT / path).read_text(encoding="utf-8")


def breaches(rule: Rule, folders: tuple[str, ...], allowed: set[Path]) -> list[str]:
    """List the places of the source that a rule forbids."""
    return [
        f"{path}:{getattr(node, 'lineno', 1)}"
        for path in modules(*folders)
        if path not in allowed
        for node in ast.walk(ast.parse(text_of(path)))
        if rule(node)
    ]


def called(node: ast.AST) -> str | None:
    """Give the last name of what a node calls: `b` of `a.b()`."""
    if not isinstance(node, ast.Call):
        return None
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def writes_events(node: ast.AST) -> bool:
    """Tell whether a node makes, changes or removes a row of the event table."""
    if isinstance(node, ast.Constant):
        written = r"\b(insert\s+into|update|delete\s+from)\s+\"?event\b"
        return isinstance(node.value, str) and bool(
            re.match(r"\s*" + written, node.value, re.IGNORECASE)
        )
    name = called(node)
    if name == "EventRow":
        return True
    if name not in {"insert", "update", "delete"} or not isinstance(node, ast.Call):
        return False
    # insert(EventRow), insert(EventRow.__table__) or EVENTS.insert().
    named = [*node.args[:1], node.func]
    return any(
        isinstance(part, ast.Name) and part.id in EVENT_TABLE
        for argument in named
        for part in ast.walk(argument)
    )


def commits(node: ast.AST) -> bool:
    """Tell whether a node ends a transaction for good."""
    return called(node) == "commit"


def postpones_annotations(node: ast.AST) -> bool:
    """Tell whether a node is the import that breaks SQLModel's relationships."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


RULES = {
    "only the journal writes events": (
        writes_events,
        PACKAGES,
        # The migrations make the table and its triggers.
        {ONLY_WRITER, *modules("parc/storage/migrations")},
        [
            "EventRow(seq=1)",
            "tables.EventRow()",
            "session.execute(insert(EventRow))",
            "update(EVENTS).values(seq=2)",
            "EVENTS.insert()",
            "text('DELETE FROM event')",
        ],
    ),
    "only the database module commits": (
        commits,
        PACKAGES,
        {ONLY_COMMITTER},
        ["session.commit()", "connection.commit()"],
    ),
    "annotations are evaluated": (
        postpones_annotations,
        (*PACKAGES, "tests"),
        set(),
        ["from __future__ import annotations"],
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_the_source_keeps_the_rule(name: str) -> None:
    rule, folders, allowed, _ = RULES[name]

    assert breaches(rule, folders, allowed) == []


@pytest.mark.parametrize("name", RULES)
def test_the_rule_sees_what_it_forbids(name: str) -> None:
    rule, _, _, guilty = RULES[name]

    assert [
        code for code in guilty if not any(map(rule, ast.walk(ast.parse(code))))
    ] == []


def test_packages_import_each_other_in_the_agreed_direction() -> None:
    code = "import sys, importlinter.cli as c; sys.exit(c.lint_imports(no_cache=True))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_no_module_is_named_after_no_concept() -> None:
    assert [
        str(path) for path in modules(*PACKAGES, "tests") if HEAPS.fullmatch(path.stem)
    ] == []


def test_no_module_is_too_long() -> None:
    lengths = {
        str(path): text_of(path).count("\n") for path in modules(*PACKAGES, "tests")
    }

    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in modules(*PACKAGES, "tests")}

    assert (
        sorted(
            str(folder)
            for folder in folders
            if not (ROOT / folder / "__init__.py").exists()
        )
        == []
    )
