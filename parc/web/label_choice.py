"""How labels are to be printed, as a form says it, and the sheet to pick a place on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refused
from parc.operations import labels
from parc.operations.labels import Way
from parc.storage import label_settings
from parc.storage.devices import owners_seen
from parc.storage.label_tables import LabelPrinterRow
from parc.storage.labels import Subject
from parc.storage.tables import OwnerRow
from parc.web.errors import ForbiddenError
from reports.labels.arrangement import Part
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM
from reports.labels.stock import Codes, Form, Stock

_PLAIN = "dpi-"
_LONGEST_NUMBER = 9
_EXAMPLE = 4217
_PLURALS = {
    Form.SHEET: "Planches",
    Form.ROLL: "Rouleaux prédécoupés",
    Form.TAPE: "Rubans continus",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A label drawn on its sheet, in millimetres; `number` is its place, from 1."""

    x: float
    y: float
    width: float
    height: float
    number: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Preview:
    """One label as it will be, or why it would be clipped."""

    way: Way
    code: str
    address: str
    refusals: tuple[str, ...] = ()
    left_out: tuple[Part, ...] = ()
    wide: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the form offers, and what is chosen in it."""

    way: Way
    kind: str
    printer: str
    groups: Sequence[tuple[str, Sequence[Stock]]]
    printers: Sequence[tuple[str, str]]
    cells: Sequence[Cell]
    preview: Preview


def owners_kept(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer prints labels.

    Raises:
        ForbiddenError: there is none.
    """
    owners = [
        owner
        for owner in owners_seen(session, viewer)
        if label_settings.may_keep(viewer, owner.id)
    ]
    if not owners:
        names = ", ".join(role.label for role in label_settings.KEEPERS)
        message = f"Imprimer des étiquettes est réservé aux rôles : {names}."
        raise ForbiddenError(message)
    return owners


def way_in(session: Session, viewer: Viewer, texts: Mapping[str, str]) -> Way:
    """Read how labels are to be printed; what is unknown is the usual."""
    known = labels.stocks(session, viewer.owner_ids)
    stock = known.get(texts.get("stock", ""), known[labels.USUAL])
    kind = texts.get("kind", "")
    return Way(
        stock,
        _printer(session, viewer, texts.get("printer", ""), stock),
        Codes(kind) if kind in set(Codes) else stock.codes,
        number_in(texts.get("start", "")) or 1,
    )


def options(
    session: Session,
    viewer: Viewer,
    texts: Mapping[str, str],
    subjects: Sequence[Subject],
    public_url: str,
) -> Options:
    """Gather what the form offers, with a label drawn as it will be."""
    way = way_in(session, viewer, texts)
    known = labels.stocks(session, viewer.owner_ids)
    return Options(
        way=way,
        kind=texts.get("kind", ""),
        printer=texts.get("printer", ""),
        groups=_groups(known.values()),
        printers=_printers(session, viewer),
        cells=cells_of(way.stock),
        preview=preview(session, viewer, way, texts, subjects, public_url),
    )


def cells_of(stock: Stock) -> list[Cell]:
    """Draw the sheet of a stock: one cell a label."""
    return [
        Cell(
            *stock.corner(place),
            stock.width,
            stock.height,
            place + 1,
            place // stock.columns + 1,
            place % stock.columns + 1,
        )
        for place in range(stock.per_page)
    ]


def preview(  # noqa: PLR0917 - whose, how, what, for whom
    session: Session,
    viewer: Viewer,
    way: Way,
    texts: Mapping[str, str],
    subjects: Sequence[Subject],
    public_url: str,
) -> Preview:
    """Draw the first label, or an example where nothing is chosen yet."""
    subject = subjects[0] if subjects else example(owners_kept(session, viewer)[0])
    asked = {
        name: texts[name] for name in ("stock", "printer", "kind") if name in texts
    }
    code = subject.code if subjects else ""
    address = f"/labels/one.svg?{urlencode({**asked, 'code': code})}"
    known = labels.stocks(session, viewer.owner_ids).values()
    try:
        (said,) = labels.said(session, [subject], public_url)
        drawn = labels.drawn(said, _first(way), known)
    except Refused as refused:
        reasons = tuple(reason.message for reason in refused.reasons)
        return Preview(way, subject.code, "", refusals=reasons)
    # Large enough to be read, and as wide as the label is.
    per_mm = DOTS_PER_MM[drawn.dpi]
    return Preview(
        way,
        subject.code,
        address,
        left_out=drawn.left_out,
        wide=round(drawn.width / per_mm * 5),
        high=round(drawn.height / per_mm * 5),
    )


def example(owner: OwnerRow) -> Subject:
    """Give a label to show where no device is chosen."""
    return Subject(str(AssetTag(owner.prefix, _EXAMPLE)), owner.id)


def number_in(text: str) -> int | None:
    """Read a whole number of a form; None when it is none."""
    text = text.strip()
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None


def printer_seen(session: Session, viewer: Viewer, text: str) -> LabelPrinterRow | None:
    """Find a profile by its number, among those that the viewer sees."""
    number = number_in(text)
    row = session.get(LabelPrinterRow, number) if number else None
    return row if row is not None and viewer.sees(row.owner_id) else None


def _first(way: Way) -> Way:
    """Leave the place out: it does not change how a label looks."""
    return Way(way.stock, way.printer, way.codes)


def _printer(session: Session, viewer: Viewer, text: str, stock: Stock) -> Printer:
    if text.startswith(_PLAIN):
        dpi = number_in(text.removeprefix(_PLAIN))
        return Printer(dpi if dpi is not None and dpi in DOTS_PER_MM else stock.dpi)
    row = printer_seen(session, viewer, text)
    return labels.printer_of(row) if row else Printer(stock.dpi)


def _printers(session: Session, viewer: Viewer) -> list[tuple[str, str]]:
    usual = [("", "Sans profil, résolution du format")]
    own = [
        (str(row.id), f"{row.name}, {row.dpi} ppp")
        for row in label_settings.printers(session, viewer.owner_ids)
    ]
    plain = [(f"{_PLAIN}{dpi}", f"Sans profil, {dpi} ppp") for dpi in DOTS_PER_MM]
    return [*usual, *own, *plain]


def _groups(known: Iterable[Stock]) -> list[tuple[str, list[Stock]]]:
    """Put one's own stock first, then sheets, rolls and tapes."""
    stocks = list(known)
    own = [stock for stock in stocks if stock.key.startswith(labels.OWN)]
    groups = [
        (
            _PLURALS[form],
            [stock for stock in stocks if stock.form is form and stock not in own],
        )
        for form in Form
    ]
    return [("Formats ajoutés", own), *groups] if own else groups
