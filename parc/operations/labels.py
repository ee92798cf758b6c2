"""Print labels: gather what they are for, check that they fit, keep what was printed.

A label that would be clipped is refused before anything is reserved or recorded, with
the stock on which it fits. What is printed is kept by value: made again from a run,
the file has the same bytes whatever changed since.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.operations import selection
from parc.storage import label_settings, labels
from parc.storage.device_list import Filters, every
from parc.storage.label_tables import LabelPrinterRow, LabelRunRow, LabelStockRow
from parc.storage.labels import Frozen, Subject
from parc.storage.tables import DeviceRow, OwnerRow, SiteRow
from reports.french import typeset
from reports.labels import ptouch, qr, sheet_pdf, zpl
from reports.labels.design import (
    Design,
    Label,
    design,
    reasons_against,
    sizes_that_fit,
)
from reports.labels.geometry import Printer, slots
from reports.labels.stock import Codes, Stock, built_in, read

MOST = 5_000
"""Labels printed together."""

OWN = "own-"
"""What the key of an added stock begins with; its number follows."""

USUAL = "L7160"
"""The stock offered first: nothing usual is clipped on it."""

_NAMED = 6
"""Stocks, or tags, named in a refusal."""


@dataclass(frozen=True, slots=True)
class Way:
    """How labels are printed; `start` is the first place used of a sheet, from 1."""

    stock: Stock
    printer: Printer
    codes: Codes
    start: int = 1


@dataclass(frozen=True, slots=True)
class Reservation:
    """Numbers to take in advance for an owner."""

    owner: OwnerRow
    count: int


def gather(
    session: Session, viewer: Viewer, codes: Iterable[str]
) -> tuple[list[Subject], list[str]]:
    """Find what codes stand for: devices, places, numbers printed in advance.

    Returns the labels in the order given, each once, and the codes that stand for
    nothing that the viewer prints labels for.

    Raises:
        Refused: too many codes.
    """
    given = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not given:
        return [], []
    found: dict[str, Subject] = {}
    unknown: list[str] = []
    reserved = labels.reserved(session, given)
    places = {
        str(place): place.number for code in given if (place := PlaceTag.parse(code))
    }
    sites = {row.id: row for row in sites_seen(session, viewer, places.values())}
    for picked in selection.pick(session, viewer, given).picked:
        written = str(AssetTag.parse(picked.code) or picked.code)
        number = places.get(picked.code.upper())
        if picked.row is not None:
            subjects = of_devices([picked.row])
        elif number in sites:
            subjects = of_places([sites[number]])
        elif written in reserved and not reserved[written].is_bound:
            subjects = [Subject(written, reserved[written].owner_id)]
        else:
            subjects = []
        if subjects and label_settings.may_keep(viewer, subjects[0].owner_id):
            found.setdefault(subjects[0].code, subjects[0])
        else:
            unknown.append(picked.code)
    return list(found.values()), unknown


def of_devices(rows: Iterable[DeviceRow]) -> list[Subject]:
    """Give the labels of devices, by the tag that they bear."""
    return [Subject(row.tag, row.owner_id, device_id=row.id) for row in rows]


def of_places(rows: Iterable[SiteRow]) -> list[Subject]:
    """Give the labels of places: no device's tag can be one of theirs."""
    return [
        Subject(str(PlaceTag(row.id)), row.owner_id, site_id=row.id) for row in rows
    ]


def never_printed(
    session: Session, viewer: Viewer, filters: Filters, today: date
) -> list[DeviceRow]:
    """List the devices of a list that have no printed label yet; `MOST` at most."""
    found: list[DeviceRow] = []
    for batch in every(session, viewer, filters, today):
        done = labels.printed(session, [row.id for row in batch])
        found += [row for row in batch if row.id not in done]
        if len(found) > MOST:
            break
    return found[:MOST]


def stocks(session: Session, owner_ids: Collection[int] | None) -> Mapping[str, Stock]:
    """Give the stock that comes with parc, and what the owners added, by key."""
    own = {
        f"{OWN}{row.id}": stock_of(row)
        for row in label_settings.stocks(session, owner_ids)
    }
    return {**own, **built_in()}


def stock_of(row: LabelStockRow) -> Stock:
    """Read an added stock."""
    return read({**json.loads(row.definition), "key": f"{OWN}{row.id}"})


def definition_of(stock: Stock) -> str:
    """Write a stock as it is stored."""
    return _json(stock.as_mapping())


def printer_of(row: LabelPrinterRow) -> Printer:
    """Read a printer's profile."""
    micro, millionth = label_settings.MICROMETRES, label_settings.MILLIONTHS
    return Printer(
        row.dpi,
        row.shift_x / micro,
        row.shift_y / micro,
        row.scale / millionth,
        row.name,
    )


def said(session: Session, subjects: Sequence[Subject], public_url: str) -> list[Label]:
    """Write what each label says."""
    texts = label_settings.texts_of(session, {one.owner_id for one in subjects})
    return [
        Label(
            one.code,
            qr.address(public_url, one.code),
            texts[one.owner_id].name,
            texts[one.owner_id].return_to,
        )
        for one in subjects
    ]


def require_fit(written: Sequence[Label], way: Way, known: Iterable[Stock]) -> None:
    """Refuse labels, all of them, when one cannot be printed that way.

    Raises:
        Refused: none or too many; a printer or a place that cannot be; codes that
            would be clipped, each reason with the stock of `known` that suits.
    """
    reasons = [*way.printer.problems()]
    if not written:
        message = "Aucune étiquette à imprimer : choisissez des matériels."
        reasons.append(Refusal("nothing", message, "codes"))
    if len(written) > MOST:
        message = f"{len(written)} étiquettes, {MOST} au plus : faites plusieurs fois."
        reasons.append(Refusal("too_many", message, "codes"))
    if reasons:
        raise Refused(tuple(reasons))
    list(slots(way.stock, way.start, 0))
    refused = [
        (one, reason)
        for one in written
        for reason in reasons_against(one, way.stock, way.printer.dpi, way.codes)
    ]
    if refused:
        raise Refused(tuple(_with_sizes(refused, way, list(known))))


def drawn(label: Label, way: Way, known: Iterable[Stock]) -> Design:
    """Draw one label.

    Raises:
        Refused: as `require_fit`.
    """
    require_fit([label], way, known)
    return design(label, way.stock, way.printer.dpi, way.codes)


def print_labels(  # noqa: PLR0917 - whose, what, how, when
    session: Session,
    viewer: Viewer,
    subjects: Sequence[Subject],
    way: Way,
    public_url: str,
    at: datetime,
    *,
    reservation: Reservation | None = None,
) -> LabelRunRow:
    """Record that labels are printed, numbers reserved among them; give the run.

    Raises:
        Refused: with every reason; nothing must then be committed.
    """
    wanted = list(subjects)
    if reservation is not None:
        wanted += labels.reserve(
            session, reservation.owner, reservation.count, at, viewer.actor
        )
    known = stocks(session, viewer.owner_ids).values()
    written = said(session, wanted, public_url)
    require_fit(written, way, known)
    frozen = Frozen(
        layout=way.stock.key,
        stock=definition_of(way.stock),
        printer=_json(asdict(way.printer)),
        codes=way.codes.value,
        start=way.start,
        labels=_json([asdict(label) for label in written]),
    )
    return labels.record_run(session, wanted, frozen, at, viewer.actor)


def way_of(run: LabelRunRow) -> Way:
    """Give how a run was printed, as it was then."""
    return Way(
        read(json.loads(run.stock)),
        Printer(**json.loads(run.printer)),
        Codes(run.codes),
        run.start,
    )


def labels_of(run: LabelRunRow) -> list[Label]:
    """Give what the labels of a run said."""
    return [Label(**values) for values in json.loads(run.labels)]


def pdf(run: LabelRunRow) -> bytes:
    """Make the sheets of a run: the same bytes each time."""
    way = way_of(run)
    return sheet_pdf.sheets(_drawn(run, way), way.stock, way.printer, way.start)


def zpl_text(run: LabelRunRow) -> str:
    """Make the labels of a run for a Zebra printer."""
    way = way_of(run)
    return zpl.labels(_drawn(run, way), way.printer)


def table(run: LabelRunRow) -> bytes:
    """Make the labels of a run as a table for P-touch Editor."""
    return ptouch.table(labels_of(run))


def sites_seen(
    session: Session, viewer: Viewer, keys: Collection[int]
) -> list[SiteRow]:
    """List the places among `keys` for whose owner somebody prints labels."""
    rows = session.exec(
        select(SiteRow)
        .where(col(SiteRow.id).in_(sorted(keys)))
        .order_by(col(SiteRow.name), col(SiteRow.id))
    )
    return [row for row in rows if label_settings.may_keep(viewer, row.owner_id)]


def _drawn(run: LabelRunRow, way: Way) -> list[Design]:
    return [
        design(label, way.stock, way.printer.dpi, way.codes) for label in labels_of(run)
    ]


def _with_sizes(
    refused: Sequence[tuple[Label, Refusal]], way: Way, known: Sequence[Stock]
) -> Iterable[Refusal]:
    """Tell each reason for the widest label, how many share it, and what would fit."""
    by_code: dict[str, list[tuple[Label, Refusal]]] = {}
    for label, reason in refused:
        by_code.setdefault(reason.code, []).append((label, reason))
    for found in by_code.values():
        label, reason = max(found, key=lambda pair: len(pair[0].code))
        message = reason.message
        if others := len(found) - 1:
            message += f" {others} autre{'s' if others > 1 else ''} dans ce cas."
        if reason.code == "clipped":
            message += f" {_fitting(label, way, known)}"
        yield Refusal(reason.code, typeset(message), reason.field)


def _fitting(label: Label, way: Way, known: Sequence[Stock]) -> str:
    fitting = [
        stock
        for stock in sizes_that_fit(label, known, way.codes)
        if stock.key != way.stock.key
    ]
    # What comes as the one chosen comes first: a sheet does not replace a roll.
    fitting.sort(key=lambda stock: stock.form is not way.stock.form)
    named = ", ".join(f"{stock.name} ({stock.size})" for stock in fitting[:_NAMED])
    told = f"Formats qui conviennent : {named}." if named else "Aucun format connu."
    if way.codes is Codes.BOTH:
        told += " Ou choisissez « QR seul »."
    return told


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
