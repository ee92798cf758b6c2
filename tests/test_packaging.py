"""The wheel holds all that parc needs, and nothing but parc."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("parc", "imports", "reports")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME, DEVELOPMENT = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.txt", "requirements-dev.txt")
)


def build(folder: Path, *options: str) -> Path:
    """Build with the installed hatchling; give the folder of what was made."""
    run = subprocess.run(
        [sys.executable, "-m", "build", "-n", *options, "-o", str(folder), str(ROOT)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def wheel_in(folder: Path) -> dict[str, bytes]:
    """Read the only wheel of a folder."""
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def files_of(folder: str) -> set[str]:
    """List the files of a folder of the tree, named from the top."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build the wheel straight from the tree."""
    return wheel_in(build(tmp_path_factory.mktemp("wheel"), "--wheel"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, then the wheel from that archive."""
    return build(tmp_path_factory.mktemp("release"))


@pytest.mark.slow
def test_the_wheel_brings_three_packages_and_no_other_name(
    wheel: dict[str, bytes],
) -> None:
    top = {name.split("/")[0] for name in wheel}

    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)
    assert len(top) == 4


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_tree_that_parc_reads(
    wheel: dict[str, bytes],
) -> None:
    code = {name for folder in PACKAGES for name in files_of(folder)}
    data = {
        f"parc/{name}"
        for folder in ("templates", "carbon_factors")
        for name in files_of(folder)
    }
    needed = {
        "parc/templates/layout.html",
        "parc/carbon_factors/sources.yaml",
        "parc/reference/categories.yaml",
        "parc/storage/migrations/env.py",
        "parc/storage/migrations/script.py.mako",
    }

    shipped = {name for name in wheel if ".dist-info/" not in name}
    assert shipped == code | data
    assert needed - shipped == set()


@pytest.mark.slow
def test_the_source_archive_gives_the_same_wheel(
    wheel: dict[str, bytes], release: Path
) -> None:
    assert wheel_in(release) == wheel


@pytest.mark.slow
def test_the_source_archive_holds_what_runs_the_tests(release: Path) -> None:
    (path,) = release.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "requirements-dev.txt",
        "start.py",
        "tests/conftest.py",
        "tests/postgres.py",
    } - names == set()


@pytest.mark.slow
def test_the_wheel_says_its_licence_and_its_command(wheel: dict[str, bytes]) -> None:
    about = {
        name.partition(".dist-info/")[2]: content.decode()
        for name, content in wheel.items()
        if ".dist-info/" in name
    }

    assert "License-Expression: EUPL-1.2\n" in about["METADATA"]
    assert "parc = parc.cli:main" in about["entry_points.txt"]
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in about["licenses/LICENSE"]


def pins(lock: str) -> dict[str, set[str]]:
    """Read the versions that a lock gives to each library, one per Python."""
    versions: dict[str, set[str]] = {}
    pinned = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)
    for name, version in pinned.findall(lock):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        pytest.param(RUNTIME, PROJECT["project"]["dependencies"], id="runtime"),
        pytest.param(
            RUNTIME,
            PROJECT["project"]["optional-dependencies"]["postgres"],
            id="postgres",
        ),
        pytest.param(
            DEVELOPMENT, PROJECT["dependency-groups"]["dev"], id="development"
        ),
    ],
)
def test_the_lock_answers_each_dependency(lock: str, asked: list[str]) -> None:
    pinned = pins(lock)

    for requirement in map(Requirement, asked):
        versions = pinned[requirement.name.lower()]
        assert all(map(requirement.specifier.contains, versions)), requirement


def imported_names() -> set[str]:
    """List what the packages import, at whatever place: first names only."""
    trees = [
        ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for folder in PACKAGES
        for name in files_of(folder)
        if name.endswith(".py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = [
        *(node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)),
        *(a.name for node in nodes if isinstance(node, ast.Import) for a in node.names),
    ]
    return {module.partition(".")[0] for module in modules}


def test_production_needs_no_library_of_development() -> None:
    foreign = imported_names() - set(sys.stdlib_module_names) - set(PACKAGES)
    sources = packages_distributions()
    pinned = pins(RUNTIME)

    assert {"fastapi", "sqlmodel", "typer"} <= foreign
    assert {
        name
        for name in foreign
        if not any(source.lower() in pinned for source in sources.get(name, []))
    } == set()


def test_development_runs_on_the_versions_of_production() -> None:
    development = pins(DEVELOPMENT)

    assert {
        name: versions
        for name, versions in pins(RUNTIME).items()
        if development.get(name) != versions
    } == {}


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=["runtime", "development"])
def test_a_lock_names_checksums_and_no_host(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", lock)[1:]

    assert len(entries) > 40
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"://|--(extra-)?index|--find-links|\sfile:", lock) is None
