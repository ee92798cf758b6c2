"""Find the data that ships with parc, and read law, categories and factors."""

import functools
import hashlib
from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from parc.domain.category import AgecCategory, Category, CategoryWords
from parc.domain.parameters import Parameter, ParameterError, parse_parameter

_PACKAGE = Path(__file__).parent
_STORAGE = frozenset({"required", "possible", "none"})
_CATEGORY_KEYS = frozenset(
    {
        "label",
        "plural",
        "weee_category",
        "agec_category",
        "factor",
        "accessory",
        "storage",
        "mandatory",
        "synonyms",
        "note",
    }
)


class StrictLoader(yaml.SafeLoader):
    """YAML without its traps: no duplicate key, no alias, no float.

    Plain PyYAML keeps the last of two equal keys in silence: a wrong number
    that nobody sees. A float is not the decimal that was written.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, by which a small file can stand for a huge one."""
        if self.check_event(yaml.AliasEvent):
            message = "aliases are not allowed"
            raise yaml.composer.ComposerError(None, None, message, None)
        return super().compose_node(parent, index)


def _mapping(loader: StrictLoader, node: yaml.MappingNode) -> dict[Hashable, object]:
    result: dict[Hashable, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | date) or key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"duplicate or strange key {key!r}", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _no_float(_loader: StrictLoader, node: yaml.ScalarNode) -> object:
    raise yaml.constructor.ConstructorError(
        None, None, f"write the decimal {node.value} between quotes", node.start_mark
    )


StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:float", _no_float)


def directory(name: str) -> Path:
    """Return a data directory: inside the installed package, else beside it.

    Raises:
        FileNotFoundError: it is in neither place.
    """
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(name)


def read_yaml(path: Path) -> object:
    """Read one file strictly.

    Raises:
        ParameterError: naming the file, the line and what is wrong.
    """
    try:
        return yaml.load(path.read_text("utf-8"), StrictLoader)  # noqa: S506 - a safe loader, stricter
    except yaml.YAMLError as error:
        message = f"{path.name}: {error}"
        raise ParameterError(message) from error


@functools.cache
def law() -> Mapping[str, Parameter]:
    """Read the dated parameters of the law, by id (the file's name)."""
    return dict(_parameters(directory("law")))


@functools.cache
def categories() -> Mapping[str, Category]:
    """Read the device categories, by id, in the order of the file."""
    path = directory("reference") / "categories.yaml"
    data = read_yaml(path)
    if not isinstance(data, Mapping):
        message = f"{path.name}: a mapping is expected"
        raise ParameterError(message)
    return {str(key): _category(str(key), value) for key, value in data.items()}


@functools.cache
def category_words() -> CategoryWords:
    """Index the words by which inventories name categories."""
    return CategoryWords.of(categories().values())


@functools.cache
def law_version() -> str:
    """Return a checksum of the law's data, the same on every machine."""
    digest = hashlib.sha256()
    for path in sorted(directory("law").glob("*.yaml")):
        digest.update(path.name.encode() + b"\0")
        digest.update(path.read_text("utf-8").encode() + b"\0")
    return digest.hexdigest()


def _parameters(folder: Path) -> Iterator[tuple[str, Parameter]]:
    for path in sorted(folder.glob("*.yaml")):
        data = read_yaml(path)
        yield path.stem, parse_parameter(path.stem, data, where=path.name)


def _category(name: str, data: object) -> Category:
    where = f"categories.yaml: {name}"
    if not isinstance(data, Mapping) or not set(data) <= _CATEGORY_KEYS:
        message = f"{where}: unknown keys or no mapping"
        raise ParameterError(message)
    if data["storage"] not in _STORAGE or data["weee_category"] not in range(1, 8):
        message = f"{where}: storage or weee_category is not acceptable"
        raise ParameterError(message)
    return Category(
        id=name,
        label=data["label"],
        plural=data["plural"],
        weee_category=data["weee_category"],
        agec_category=AgecCategory(data["agec_category"]),
        factor=data.get("factor"),
        accessory=data.get("accessory", False),
        storage=data["storage"],
        mandatory=tuple(data.get("mandatory", ())),
        synonyms=tuple(data.get("synonyms", ())),
        note=data.get("note", ""),
    )
