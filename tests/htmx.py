"""Do in Python what htmx does in the browser, to compare with a reload.

`after = swapped(page, answer, target="device")`, then `assert_same(after, reload)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADERS = {"HX-Request": "true"}
"""What htmx sends along: the handler answers with a fragment."""

_VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"}
    | {"wbr", "path", "rect", "circle", "line", "polyline"}
)


@dataclass
class Element:
    """An HTML element; text is kept as strings among its children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Give this element and all those inside it."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def by_id(self, wanted: str) -> "Element | None":
        """Find the element with an id."""
        found = (e for e in self.walk() if e.attributes.get("id") == wanted)
        return next(found, None)

    def replace(self, old: "Element", new: list["Element | str"]) -> None:
        """Put others in the place of an element inside this one."""
        for element in self.walk():
            for place, child in enumerate(element.children):
                if child is old:
                    element.children[place : place + 1] = new
                    return


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.open[-1].children.append(Element(tag, values))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.open[-1].children.append(text)


def parsed(html: str) -> Element:
    """Parse a page or a fragment; a tag closed wrongly is an error."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.root], f"left open: {builder.open[-1].name}"
    return builder.root


def swapped(page: str, answer: str, *, target: str, how: str = "outerHTML") -> Element:
    """Apply an answer to a page: the target by id, then what is out of band."""
    root, fragment = parsed(page), parsed(answer)
    apart = [
        child
        for child in fragment.children
        if isinstance(child, Element) and "hx-swap-oob" in child.attributes
    ]
    new = [child for child in fragment.children if child not in apart]
    place = root.by_id(target)
    assert place is not None, f"the page has no element with id {target!r}"
    if how == "innerHTML":
        place.children = new
    else:
        assert how == "outerHTML", how
        root.replace(place, new)
    for element in apart:
        del element.attributes["hx-swap-oob"]
        old = root.by_id(element.attributes["id"])
        assert old is not None, f"out of band, nowhere: {element.attributes['id']}"
        root.replace(old, [element])
    return root


def assert_same(after: Element, reload: str, *, inside: str = "contenu") -> None:
    """Compare with the page as it reloads; the passing notice is left out."""
    fresh = parsed(reload)
    for root in (after, fresh):
        notice = root.by_id("notice")
        if notice is not None:
            notice.children = []
    left, right = after.by_id(inside), fresh.by_id(inside)
    assert left is not None
    assert left == right
