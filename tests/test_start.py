"""`start.py` prepares once, runs from anywhere and gives back the exit code."""

import importlib.util
import os
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
import os, sys
print(os.getcwd(), *sys.argv[1:], sep="|")
sys.exit(7)
"""
INSTALLER = f"""\
#!/bin/sh
echo "$@" >> "$0.log"
if [ "$1" = venv ]; then
    for folder in "$@"; do :; done
    mkdir -p "$folder/bin"
    ln -s {shlex.quote(sys.executable)} "$folder/bin/python"
fi
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="l'installateur est un script")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a small project in a folder whose name has a space and an accent."""
    tree = tmp_path / "mairie de Liévin"
    (tree / "parc").mkdir(parents=True)
    (tree / "parc" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    (tree / "requirements.txt").write_text("une==1\n", encoding="utf-8")
    (tree / "requirements-dev.txt").write_text("une==1\n", encoding="utf-8")
    shutil.copy(ROOT / "start.py", tree)
    (tmp_path / "bin").mkdir()
    installer = tmp_path / "bin" / "uv"
    installer.write_text(INSTALLER, encoding="utf-8")
    installer.chmod(0o755)
    return tree


def start(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run start.py from the folder above, with an installer that only takes notes."""
    path = f"{tree.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, str(tree / "start.py"), *arguments],
        cwd=tree.parent,
        env=os.environ | {"PATH": path, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def installs(tree: Path) -> list[str]:
    """Read what the installer was asked to install."""
    log = (tree.parent / "bin" / "uv.log").read_text(encoding="utf-8")
    return [line for line in log.splitlines() if line.startswith("pip install")]


def test_without_a_command_it_explains_itself(tree: Path) -> None:
    run = start(tree)

    assert run.returncode == 2
    assert "python3 start.py demo" in run.stderr
    assert not (tree / ".venv").exists()


def test_it_runs_parc_where_the_person_stands_and_returns_its_exit_code(
    tree: Path,
) -> None:
    run = start(tree, "import", "mon fichier.csv", "--dry-run")

    assert run.stdout == f"{tree.parent}|import|mon fichier.csv|--dry-run\n"
    assert run.returncode == 7


def test_it_installs_with_checksums_and_only_what_changed(tree: Path) -> None:
    start(tree, "demo")
    start(tree, "demo")
    assert len(installs(tree)) == 1
    assert "--require-hashes" in installs(tree)[0]

    (tree / "requirements.txt").write_text("une==2\n", encoding="utf-8")
    start(tree, "demo")
    start(tree, "demo")

    assert len(installs(tree)) == 2


def test_an_environment_for_development_also_serves_to_run(tree: Path) -> None:
    start(tree, "test")
    start(tree, "demo")

    assert [line.rpartition("/")[2] for line in installs(tree)] == [
        "requirements-dev.txt"
    ]


def test_a_failed_installation_is_tried_again(tree: Path) -> None:
    installer = tree.parent / "bin" / "uv"
    installer.write_text(INSTALLER + '[ "$1" != pip ] || exit 3\n', encoding="utf-8")

    assert start(tree, "demo").returncode == 3
    assert "préparation a échoué" in start(tree, "demo").stderr
    assert len(installs(tree)) == 2


def test_an_old_python_is_refused_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    with pytest.raises(SystemExit, match=r"demande Python 3\.11 ou plus récent"):
        runpy.run_path(str(ROOT / "start.py"))


def test_a_python_without_venv_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start_py = runpy.run_path(str(ROOT / "start.py"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(SystemExit, match="apt install python3-venv"):
        start_py["make_environment"]()
