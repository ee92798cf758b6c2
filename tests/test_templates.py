"""Every template compiles, every one is used, and none that is named is missing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import meta

from parc.web.rendering import templates

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = {
    path.relative_to(ROOT / "templates").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html"))
}


def names_in_code() -> Iterator[str]:
    """Give each template name of the code, as a pattern: f-strings have holes."""
    for path in sorted((ROOT / "parc").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.JoinedStr(values=parts):
                    pattern = "".join(
                        re.escape(str(part.value))
                        if isinstance(part, ast.Constant)
                        else ".+"
                        for part in parts
                    )
                case ast.Constant(value=str(text)):
                    pattern = re.escape(text)
                case _:
                    continue
            if pattern.endswith(r"\.html"):
                yield pattern


def names_in_templates() -> Iterator[str]:
    """Give each template that another extends, includes or imports."""
    syntax = templates()
    for name, source in TEMPLATES.items():
        for other in meta.find_referenced_templates(syntax.parse(source)):
            assert other is not None, f"{name}: the name of a template is computed"
            yield other


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    assert templates().get_template(name).name == name


def test_every_template_is_used() -> None:
    patterns = set(names_in_code()) | {re.escape(name) for name in names_in_templates()}

    assert [
        name
        for name in TEMPLATES
        if not any(re.fullmatch(pattern, name) for pattern in patterns)
    ] == []


def test_every_template_named_by_a_template_exists() -> None:
    assert sorted(set(names_in_templates()) - set(TEMPLATES)) == []
