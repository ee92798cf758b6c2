"""Find the data files that come with parc, and read law, factors and categories."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from parc import strict_yaml
from parc.domain.category import Categories, parse_categories
from parc.domain.custody import parse_accessories
from parc.domain.decommissioning import Vocabulary, parse_vocabulary
from parc.domain.diagnosis import Diagnosis, parse_diagnoses
from parc.domain.entry import DataError, noting
from parc.domain.factors import Factor, FactorSet, parse_family, parse_sources
from parc.domain.os_support import Systems, parse_systems
from parc.domain.parameters import Law, Parameter, parse_parameter

PACKAGE = Path(__file__).resolve().parent

Files = Mapping[str, strict_yaml.Yaml]
"""What each file says, by its address from the project: `parc/law/x.yaml`."""


def directory(name: str) -> Path:
    """Find a folder of data: inside the installed package, else beside it.

    Raises:
        FileNotFoundError: parc is not installed whole; the message is French.
    """
    for folder in (PACKAGE / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"Le dossier « {name} » est introuvable\u00a0: réinstallez parc."
    )


@cache
def law() -> Law:
    """Give the law's parameters, read once."""
    return load_law(directory("law"))


@cache
def factors() -> FactorSet:
    """Give the carbon factors, read once."""
    return load_factors(directory("carbon_factors"))


@cache
def categories() -> Categories:
    """Give the categories of devices, read once."""
    return load_categories(directory("reference"))


@cache
def diagnoses() -> Mapping[str, Diagnosis]:
    """Give the vocabulary of what repairs find, read once."""
    return load_diagnoses(directory("reference"))


@cache
def accessories() -> Mapping[str, str]:
    """Give the accessories that go with devices, id to label, read once.

    Raises:
        DataError: with all problems.
    """
    folder = directory("reference")
    name = f"{folder.name}/accessories.yaml"
    files = _read(folder, "accessories.yaml")
    return MappingProxyType(parse_accessories(files[name], where=name))


@cache
def decommissioning() -> Vocabulary:
    """Give the words of the lists of réforme, read once.

    Raises:
        DataError: with all problems.
    """
    folder = directory("reference")
    name = f"{folder.name}/decommissioning.yaml"
    files = _read(folder, "decommissioning.yaml")
    return parse_vocabulary(files[name], where=name)


@cache
def systems() -> Systems:
    """Give the operating systems and the end of their support, read once.

    Raises:
        DataError: with all problems.
    """
    folder = directory("reference")
    name = f"{folder.name}/os_support.yaml"
    files = _read(folder, "os_support.yaml")
    return parse_systems(files[name], where=name)


def load_law(folder: Path) -> Law:
    """Read a folder of parameters, one a file, which has its name.

    Raises:
        DataError: with the problems of all files.
    """
    files = _read(folder, "*.yaml")
    return Law(_parameters(files), _version(files))


def load_categories(folder: Path) -> Categories:
    """Read `categories.yaml` in a folder.

    Raises:
        DataError: with all problems.
    """
    files = _read(folder, "categories.yaml")
    name = f"{folder.name}/categories.yaml"
    return parse_categories(files[name], where=name, version=_version(files))


def load_diagnoses(folder: Path) -> Mapping[str, Diagnosis]:
    """Read `diagnoses.yaml` in a folder.

    Raises:
        DataError: with all problems.
    """
    files = _read(folder, "diagnoses.yaml")
    name = f"{folder.name}/diagnoses.yaml"
    return parse_diagnoses(files[name], where=name)


def load_factors(folder: Path) -> FactorSet:
    """Read a folder of factors: `sources.yaml`, `devices/`, `assumptions/`.

    Raises:
        DataError: with the problems of all files.
    """
    problems: list[str] = []
    files = _read(folder, "**/*.yaml")
    name = f"{folder.name}/sources.yaml"
    sources = parse_sources(files.get(name, {}), where=name)
    assumptions: Mapping[str, Parameter] = {}
    with noting(problems):
        assumptions = _parameters(_inside(files, f"{folder.name}/assumptions/"))
    known: dict[str, Factor] = {}
    for place, raw in _inside(files, f"{folder.name}/devices/").items():
        with noting(problems):
            for factor in parse_family(raw, where=place, family=Path(place).stem):
                here = f"{place}: factors: {factor.id}"
                if known.setdefault(factor.id, factor) is not factor:
                    other = known[factor.id].family
                    problems.append(f"{here}: is already in {other}.yaml")
                problems += [
                    f"{here}: sources: {source!r} is not in {name}"
                    for value in factor.values
                    for source in value.sources
                    if source not in sources
                ]
    if problems:
        raise DataError(problems)
    return FactorSet(MappingProxyType(known), sources, assumptions, _version(files))


def _inside(files: Files, start: str) -> Files:
    return {place: raw for place, raw in files.items() if place.startswith(start)}


def _parameters(files: Files) -> Mapping[str, Parameter]:
    problems: list[str] = []
    parameters: dict[str, Parameter] = {}
    for place, raw in files.items():
        with noting(problems):
            parameter = parse_parameter(raw, where=place)
            parameters[parameter.id] = parameter
            if parameter.id != Path(place).stem:
                problems.append(f"{place}: id: is not the name of the file")
    if problems:
        raise DataError(problems)
    return MappingProxyType(parameters)


def _read(folder: Path, pattern: str) -> Files:
    """Read the files of a folder that match, in an order any machine has."""
    problems: list[str] = []
    files: dict[str, strict_yaml.Yaml] = {}
    for path in sorted(folder.glob(pattern)):
        place = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        with noting(problems):
            files[place] = strict_yaml.read(path, place)
    if problems:
        raise DataError(problems)
    if not files:
        raise DataError([f"{folder.name}/{pattern}: no such file"])
    return files


def _version(files: Files) -> str:
    """Hash what files say; comments, order of keys and line ends do not count."""
    canonical = json.dumps(
        files,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=str,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
