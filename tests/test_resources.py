"""Resources: data files are found, read once, versioned, or refused by name."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from parc import resources
from parc.domain.entry import DataError

Loader = Callable[[Path], object]


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """Give a copy of the law to spoil."""
    return _copied("law", tmp_path)


@pytest.fixture
def factors(tmp_path: Path) -> Path:
    """Give a copy of the factors to spoil."""
    return _copied("carbon_factors", tmp_path)


def _copied(name: str, where: Path) -> Path:
    return shutil.copytree(resources.directory(name), where / name)


def replace(path: Path, old: str, new: str) -> None:
    """Change a text in a file; it must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(load: Loader, folder: Path) -> tuple[str, ...]:
    """Load what must be refused and give the problems."""
    with pytest.raises(DataError) as refused:
        load(folder)
    return refused.value.problems


def test_data_is_found_inside_the_package_and_beside_it() -> None:
    assert resources.directory("law") == resources.PACKAGE / "law"
    assert resources.directory("carbon_factors").parent in {
        resources.PACKAGE,
        resources.PACKAGE.parent,
    }


def test_a_folder_inside_the_package_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parc" / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "parc")

    assert resources.directory("templates") == tmp_path / "parc" / "templates"


def test_a_missing_folder_is_said_in_french() -> None:
    with pytest.raises(FileNotFoundError, match="« toasters » est introuvable"):
        resources.directory("toasters")


def test_each_set_is_read_once() -> None:
    assert resources.law() is resources.law()
    assert resources.factors() is resources.factors()
    assert resources.categories() is resources.categories()


def test_a_version_is_a_hash_of_what_the_files_say(law: Path) -> None:
    version = resources.load_law(law).version

    assert len(version) == 64
    assert version == resources.law().version


def test_a_version_ignores_comments_line_ends_and_the_order_of_keys(law: Path) -> None:
    before = resources.load_law(law).version
    path = law / "reuse_age_limit.yaml"
    replace(path, "unit: years\n", "")
    text = "# another comment\nunit: years\n" + path.read_text(encoding="utf-8")
    path.write_bytes(text.replace("\n", "\r\n").encode())

    assert resources.load_law(law).version == before


def test_a_version_changes_with_any_value(law: Path, factors: Path) -> None:
    replace(law / "reuse_age_limit.yaml", "value: 10", "value: 11")
    replace(factors / "devices" / "computer.yaml", '"182.3"', '"182.4"')

    assert resources.load_law(law).version != resources.law().version
    assert resources.load_factors(factors).version != resources.factors().version


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("unit: percent", "unit: furlong", "reuse_target.yaml: unit: unknown"),
        ("unit: percent", "units: percent", "reuse_target.yaml: unit: missing"),
        ("value: 25", "value: 0.25", "reuse_target.yaml:8: '0.25' has several"),
        ("value: 25", 'value: "25,0"', "values[0]: value: a whole number or a decimal"),
        ("value: 25", "value: 25\n    value: 26", "key 'value' is there twice"),
        ("2024-01-01", "2022-01-01", "values: 2022-01-01 comes after 2023-01-01"),
        ("2024-01-01", "2023-01-01", "values: 2023-01-01 is there twice"),
        ("article: article 3", "page: 3", "values[0]: reference: article: missing"),
        ("value: 25", "value: &x 25", "anchors (&) and aliases (*) are not allowed"),
        ("checked_on", "seen_on", "reuse_target.yaml: checked_on: missing"),
        ("id: reuse_target", "id: target", "id: is not the name of the file"),
    ],
)
def test_a_spoilt_law_is_refused_with_the_file_and_the_key(
    law: Path, old: str, new: str, problem: str
) -> None:
    replace(law / "reuse_target.yaml", old, new)

    problems = problems_of(resources.load_law, law)

    assert all(found.startswith("law/reuse_target.yaml") for found in problems)
    assert any(problem in found for found in problems)


def test_the_problems_of_all_files_are_told_at_once(law: Path) -> None:
    replace(law / "reuse_target.yaml", "unit: percent", "unit: furlong")
    replace(law / "stock_day.yaml", "unit: rule", "unit: furlong")

    problems = problems_of(resources.load_law, law)

    assert {problem.split(":")[0] for problem in problems} == {
        "law/reuse_target.yaml",
        "law/stock_day.yaml",
    }


def test_files_that_cannot_be_read_are_all_named(law: Path) -> None:
    (law / "reuse_target.yaml").write_bytes(b"\xff")
    (law / "stock_day.yaml").write_text("", encoding="utf-8")

    assert problems_of(resources.load_law, law) == (
        "law/reuse_target.yaml: not UTF-8 at byte 0",
        "law/stock_day.yaml: the file is empty",
    )


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()

    assert problems_of(resources.load_law, tmp_path / "law") == (
        "law/*.yaml: no such file",
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "devices/mobile.yaml",
            "sources: [ademe_publicodes",
            "sources: [ademe_2019",
            "smartphone: sources: 'ademe_2019' is not in carbon_factors/sources.yaml",
        ),
        (
            "devices/mobile.yaml",
            "smartphone:",
            "laptop:",
            "factors: laptop: is already in computer.yaml",
        ),
        ("devices/mobile.yaml", "gwp: kg_co2e", "gwp: kg", "units: gwp: kg_co2e is"),
        (
            "assumptions/road_freight.yaml",
            "id: road_freight",
            "id: lorry",
            "id: is not the name of the file",
        ),
        ("sources.yaml", "licence:", "license:", "ademe_publicodes: licence: missing"),
    ],
)
def test_spoilt_factors_are_refused_with_the_file_and_the_key(
    factors: Path, file: str, old: str, new: str, problem: str
) -> None:
    replace(factors / file, old, new)

    problems = problems_of(resources.load_factors, factors)

    assert all(found.startswith(f"carbon_factors/{file}") for found in problems)
    assert any(problem in found for found in problems)


def test_spoilt_categories_are_refused_with_the_file_and_the_key(
    tmp_path: Path,
) -> None:
    folder = _copied("reference", tmp_path)
    replace(folder / "categories.yaml", "weee_category: 2", "weee_category: 9")

    (problem,) = problems_of(resources.load_categories, folder)

    assert problem.startswith("reference/categories.yaml: categories: laptop: ")
    assert problem.endswith("weee_category: 1 to 7 is expected")
