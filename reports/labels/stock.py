"""Label stock: how big, how many on a sheet, of what; in millimetres, as data.

`stock/*.toml` holds what offices buy; people add their own. Both go through the
same checks (`problems_of`), and a stock that prints outside its paper exists nowhere.
"""

import functools
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from typing import Any

from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal, Refused
from reports.labels.lengths import DOTS_PER_MM, decimal

TOLERANCE = 0.05
"""Millimetres: makers give sizes rounded to a tenth."""

SMALLEST, LARGEST_SIDE, LARGEST_PAGE = 8.0, 300.0, 450.0
MOST_LABELS = 400
LONGEST_NAME = 60

_SAFE = 1.0
"""Millimetres left blank inside a label: printers and cutters are off by that much."""


class Form(Labelled):
    """How labels come."""

    SHEET = "sheet", "Planche"
    ROLL = "roll", "Rouleau prédécoupé"
    TAPE = "tape", "Ruban continu"


class Material(Labelled):
    """What labels are made of, which decides how long they last."""

    PAPER = "paper", "papier"
    POLYESTER = "polyester", "polyester"
    LAMINATED = "laminated", "ruban laminé"
    DIRECT_THERMAL = "direct_thermal", "papier thermique direct"
    TRANSFER = "transfer", "transfert thermique"

    @property
    def lasts(self) -> bool:
        """Tell whether a label outlives the device's warranty on its lid."""
        return self in {Material.POLYESTER, Material.LAMINATED, Material.TRANSFER}


class Codes(Labelled):
    """The codes that a label bears; the text always stands beside them."""

    BOTH = "both", "Code-barres et QR"
    QR = "qr", "QR seul"


@dataclass(frozen=True, slots=True)
class Stock:
    """A kind of label. Lengths in millimetres, from the top left corner.

    `left` and `top` lead to the first label, `pitch_x` and `pitch_y` from one to the
    next. `margin_x` and `margin_y` stay blank inside each label. `dpi` is what the
    printers that take it draw, `codes` what it usually bears. `is_checked`: its sizes
    come from a published description; else they are to be checked with a ruler.
    """

    key: str
    name: str
    form: Form
    material: Material
    page_width: float
    page_height: float
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0
    margin_x: float = _SAFE
    margin_y: float = _SAFE
    dpi: int = 600
    codes: Codes = Codes.BOTH
    is_checked: bool = True
    source: str = ""

    @property
    def per_page(self) -> int:
        """Labels on one sheet; 1 on a roll, where each label is a page."""
        return self.columns * self.rows

    @property
    def size(self) -> str:
        """The size of a label in French: 38,1 × 21,2 mm."""
        return f"{decimal(self.width)}\u00a0×\u00a0{decimal(self.height)}\u00a0mm"

    def corner(self, index: int) -> tuple[float, float]:
        """Give the top left corner of the label at a place, counted from 0 by rows."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y

    def as_mapping(self) -> dict[str, str | float | int | bool]:
        """Write it as it is stored."""
        return asdict(self)


class UnreadableStockError(Exception):
    """A stock of ours is wrong: our mistake, found by the tests."""


def read(raw: Mapping[str, object]) -> Stock:
    """Make a stock of what a file, a table or a form says.

    On a roll the page is the label. Numbers may be texts with a decimal comma.

    Raises:
        Refused: with every reason, in French, each naming its field.
    """
    values: dict[str, object] = {}
    reasons: list[Refusal] = []
    kinds = {f.name: f.type for f in fields(Stock)}
    for name, value in raw.items():
        if name not in kinds or value is None or not str(value).strip():
            continue
        try:
            values[name] = _READERS[kinds[name]](value)
        except ValueError:
            label = LABELS.get(name, name)
            message = f"« {label} » : un nombre est attendu, et non « {value} »."
            if kinds[name] in {Form, Material, Codes}:
                message = f"« {label} » : valeur inconnue."
            reasons.append(Refusal("invalid_field", message, name))
    is_sheet = values.get("form") == Form.SHEET
    if not is_sheet:
        values["page_width"] = values.get("width")
        values["page_height"] = values.get("height")
        _forget_grid(values)
    told = {reason.field for reason in reasons}
    for name in _REQUIRED:
        if values.get(name) is None and name not in told:
            message = f"« {LABELS[name]} » est à renseigner."
            reasons.append(Refusal("missing_field", message, name))
    if reasons:
        raise Refused(tuple(reasons))
    stock = Stock(**values)  # type: ignore[arg-type]  # read by the type of each
    if problems := tuple(problems_of(stock)):
        raise Refused(problems)
    return stock


def problems_of(stock: Stock) -> Iterator[Refusal]:
    """Say what is impossible in a stock: outside its paper, or one over another."""
    for name in ("name", "key"):
        text = str(getattr(stock, name))
        if not 1 <= len(text) <= LONGEST_NAME or not text.isprintable():
            message = f"« {LABELS[name]} » : de 1 à {LONGEST_NAME} caractères."
            yield Refusal("invalid_name", message, name)
    for name, least, most in _BOUNDS:
        value = getattr(stock, name)
        if not least <= value <= most:
            limits = f"de {decimal(least)} à {decimal(most)}\u00a0mm"
            message = f"« {LABELS[name]} » : {limits} ; ici {decimal(value)}."
            yield Refusal("out_of_bounds", message, name)
    if stock.dpi not in DOTS_PER_MM:
        message = f"Résolutions connues : {', '.join(map(str, DOTS_PER_MM))} ppp."
        yield Refusal("out_of_bounds", message, "dpi")
    if not (stock.columns >= 1 and stock.rows >= 1 and stock.per_page <= MOST_LABELS):
        message = f"Une planche porte de 1 à {MOST_LABELS} étiquettes."
        yield Refusal("out_of_bounds", message, "columns")
        return
    for across in (True, False):
        yield from _side_problems(stock, across=across)


def _side_problems(stock: Stock, *, across: bool) -> Iterator[Refusal]:
    """Check one direction: across the page, or down it."""
    if across:
        side, page, first = stock.width, stock.page_width, stock.left
        count, pitch, margin = stock.columns, stock.pitch_x, stock.margin_x
        many, name, edge = "colonnes", "pitch_x", "du bord droit"
    else:
        side, page, first = stock.height, stock.page_height, stock.top
        count, pitch, margin = stock.rows, stock.pitch_y, stock.margin_y
        many, name, edge = "rangées", "pitch_y", "du bas"
    if count > 1 and pitch < side - TOLERANCE:
        message = (
            f"« {LABELS[name]} » : {decimal(pitch)}\u00a0mm pour des étiquettes de "
            f"{decimal(side)}\u00a0mm : les {many} se chevauchent."
        )
        yield Refusal("overlap", message, name)
    end = first + (count - 1) * pitch + side
    if end > page + TOLERANCE:
        message = (
            f"Les {count} {many} finissent à {decimal(end)}\u00a0mm, au-delà "
            f"{edge} de la page ({decimal(page)}\u00a0mm)."
        )
        yield Refusal("outside", message, "left" if across else "top")
    if 2 * margin > side / 2:
        message = "La marge intérieure ne laisse pas de place."
        yield Refusal("out_of_bounds", message, "margin_x" if across else "margin_y")


@functools.cache
def built_in() -> Mapping[str, Stock]:
    """Give the stock that comes with parc, in the order of its files.

    Raises:
        UnreadableStockError: one of them is wrong.
    """
    found: dict[str, Stock] = {}
    folder = files("reports.labels").joinpath("stock")
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".toml"):
            continue
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {name: v for name, v in table.items() if not isinstance(v, dict)}
        for key, own in table.items():
            if not isinstance(own, dict):
                continue
            try:
                found[key] = read({**shared, **own, "key": key})
            except Refused as refused:
                message = f"{path.name}, {key}: {refused}"
                raise UnreadableStockError(message) from refused
    return found


def _forget_grid(values: dict[str, object]) -> None:
    for name in ("columns", "rows", "left", "top", "pitch_x", "pitch_y"):
        values.pop(name, None)


def _length(value: object) -> float:
    number = float(str(value).replace(",", ".").replace("\u202f", "").strip())
    # Neither « nan » nor « inf » is a length, and nobody draws a micrometre.
    if not abs(number) < _ABSURD:
        raise ValueError
    return round(number, 3)


def _count(value: object) -> int:
    number = int(str(value).strip())
    if not abs(number) < _ABSURD:
        raise ValueError
    return number


def _flag(value: object) -> bool:
    return value in {True, "oui", "true", "1"}


_ABSURD = 100_000
_READERS: Mapping[object, Callable[[Any], object]] = {
    str: lambda value: " ".join(str(value).split()),
    float: _length,
    int: _count,
    bool: _flag,
    Form: Form,
    Material: Material,
    Codes: Codes,
}
_REQUIRED = (
    "key",
    "name",
    "form",
    "material",
    "page_width",
    "page_height",
    "width",
    "height",
)
_BOUNDS = (
    ("page_width", SMALLEST, LARGEST_PAGE),
    ("page_height", SMALLEST, LARGEST_PAGE),
    ("width", SMALLEST, LARGEST_SIDE),
    ("height", SMALLEST, LARGEST_SIDE),
    ("left", 0.0, LARGEST_SIDE),
    ("top", 0.0, LARGEST_SIDE),
    ("margin_x", 0.0, 20.0),
    ("margin_y", 0.0, 20.0),
)
LABELS: Mapping[str, str] = {
    "key": "Référence",
    "name": "Nom",
    "form": "Présentation",
    "material": "Matière",
    "page_width": "Largeur de la page",
    "page_height": "Hauteur de la page",
    "width": "Largeur d'une étiquette",
    "height": "Hauteur d'une étiquette",
    "columns": "Colonnes",
    "rows": "Rangées",
    "left": "Du bord gauche à la première",
    "top": "Du haut à la première",
    "pitch_x": "D'une colonne à la suivante",
    "pitch_y": "D'une rangée à la suivante",
    "margin_x": "Marge intérieure à gauche et à droite",
    "margin_y": "Marge intérieure en haut et en bas",
    "dpi": "Résolution de l'imprimante",
    "codes": "Codes",
}
