"""Labels on sheets, rolls and tapes: of devices, of places, of numbers to come."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from parc.cli.context import open_engine, owners_named, refuse, say
from parc.cli.files import read_file, require_place, write_file
from parc.cli.progress import stages
from parc.clock import now, today
from parc.config import Settings
from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role
from parc.operations import labels, selection
from parc.operations.labels import Reservation, Way
from parc.storage import label_settings, people
from parc.storage.database import reading, writing
from parc.storage.device_list import Filters
from parc.storage.label_tables import LabelRunRow
from parc.storage.labels import Subject
from parc.storage.tables import OwnerRow
from parc.web import code_lists
from reports.labels import calibration
from reports.labels.geometry import Printer
from reports.labels.stock import Codes, Stock

_VIEWER = Viewer("command-line", frozenset({Grant(Role.ADMIN, None)}))
_NAMED = 10

Make = Callable[[LabelRunRow], bytes]
Out = Annotated[Path | None, typer.Option("--out", help="Fichier .pdf des planches.")]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("labels")(print_labels)


def print_labels(  # noqa: PLR0917 - options of the command line
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="ÉTIQUETTE…", help="Suite de --tags.")
    ] = None,
    out: Out = None,
    layout: Annotated[
        str, typer.Option(help="Format d'étiquettes ; « list » les montre.")
    ] = labels.USUAL,
    start: Annotated[
        int, typer.Option(min=1, help="Première place libre de la planche.")
    ] = 1,
    tags: Annotated[
        list[str] | None,
        typer.Option(
            help="Étiquettes, ou fichier qui les liste ; sans elles ni --reserve ni "
            "--places, les matériels jamais étiquetés."
        ),
    ] = None,
    reserve: Annotated[
        int, typer.Option(min=0, help="Numéros à réserver pour plus tard.")
    ] = 0,
    zpl: Annotated[
        Path | None, typer.Option(help="Fichier ZPL pour imprimante Zebra.")
    ] = None,
    ptouch: Annotated[
        Path | None, typer.Option(help="Fichier CSV pour P-touch Editor.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="SIRET du propriétaire des numéros réservés.")
    ] = None,
    printer: Annotated[
        str | None, typer.Option(help="Profil d'imprimante enregistré.")
    ] = None,
    dpi: Annotated[
        int | None, typer.Option(help="Résolution : 180, 203, 300, 360 ou 600.")
    ] = None,
    qr_only: Annotated[
        bool, typer.Option("--qr-only", help="Le QR seul, sans code-barres.")
    ] = False,
    places: Annotated[
        bool, typer.Option("--places", help="Les étiquettes de tous les sites.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--calibration", help="Écrire la page de calage.")
    ] = False,
) -> None:
    """Imprimer des étiquettes (PDF, ZPL, CSV) ; réserver des numéros."""
    engine = open_engine(Settings())
    with reading(engine) as session:
        known = labels.stocks(session, None)
    if layout == "list":
        _list(known)
        return
    files = _files(out, zpl, ptouch)
    with stages("Étiquettes") as step, writing(engine) as session:
        step(layout)
        stock = _stock(known, layout)
        way = Way(
            stock,
            _printer(session, printer, dpi or stock.dpi),
            Codes.QR if qr_only else stock.codes,
            start,
        )
        if page:
            _calibrate(way, out)
            return
        asked = [*(tags or []), *(codes or [])]
        subjects = _subjects(session, asked, places=places, wanted=not reserve)
        run = labels.print_labels(
            session,
            _VIEWER,
            subjects,
            way,
            Settings().public_url,
            now(),
            reservation=_reservation(session, owner, reserve),
        )
        # Before the end of the transaction: refused, it takes the numbers with it.
        for path, make in files:
            write_file(path, make(run))
        count = len(labels.labels_of(run))
    for path, _ in files:
        say(f"Écrit : {path}")
    typer.echo(f"{count} étiquette{'s' if count > 1 else ''} : {stock.name}.")
    say("Imprimez à 100 %, sans ajustement à la page.")


def _files(
    out: Path | None, zpl: Path | None, ptouch: Path | None
) -> list[tuple[Path, Make]]:
    wanted: list[tuple[Path | None, Make]] = [
        (out, labels.pdf),
        (zpl, lambda run: labels.zpl_text(run).encode()),
        (ptouch, labels.table),
    ]
    files = [(path, make) for path, make in wanted if path is not None]
    if not files:
        message = "--out FICHIER.pdf, --zpl FICHIER ou --ptouch FICHIER"
        raise typer.BadParameter(message)
    if out is not None and out.suffix.lower() != ".pdf":
        message = "--out : un fichier .pdf"
        raise typer.BadParameter(message)
    for path, _ in files:
        require_place(path)
    return files


def _list(known: Mapping[str, Stock]) -> None:
    for key, stock in known.items():
        unsure = "" if stock.is_checked else " (à mesurer avant l'emploi)"
        kind = f"{stock.form.label.lower()}, {stock.material.label}"
        each = f", {stock.per_page} par planche" if stock.per_page > 1 else ""
        typer.echo(f"{key} : {stock.name}, {stock.size}, {kind}{each}{unsure}")


def _stock(known: Mapping[str, Stock], layout: str) -> Stock:
    wanted = layout.casefold()
    named = [
        stock
        for key, stock in known.items()
        if wanted in {key.casefold(), stock.name.casefold()}
    ]
    if not named:
        message = f"Format inconnu : {layout}. Voir : parc labels --layout list"
        refuse("unknown_layout", message)
    return named[0]


def _printer(session: Session, name: str | None, dpi: int) -> Printer:
    if name is None:
        return Printer(dpi)
    rows = label_settings.printers(session, None)
    named = [row for row in rows if row.name.casefold() == name.casefold()]
    if not named:
        message = f"Aucun profil d'imprimante ne s'appelle « {name} »."
        refuse("unknown_printer", message)
    return labels.printer_of(named[0])


def _calibrate(way: Way, out: Path | None) -> None:
    if out is None:
        message = "--out FICHIER.pdf"
        raise typer.BadParameter(message)
    if reasons := tuple(way.printer.problems()):
        refuse(reasons[0].code, reasons[0].message)
    write_file(out, calibration.page(way.stock, way.printer))
    say(f"Écrit : {out}. Imprimez à 100 %, sans ajustement à la page.")


def _subjects(
    session: Session, asked: Sequence[str], *, places: bool, wanted: bool
) -> list[Subject]:
    found: list[Subject] = []
    if places:
        found += labels.of_places(people.sites(session, None))
    if asked:
        gathered, unknown = labels.gather(session, _VIEWER, _codes(session, asked))
        if unknown:
            named = ", ".join(unknown[:_NAMED])
            more = "…" if len(unknown) > _NAMED else ""
            refuse("unknown_tags", f"Codes inconnus : {named}{more}")
        found += gathered
    elif wanted and not places:
        rows = labels.never_printed(session, _VIEWER, Filters(), today())
        found += labels.of_devices(rows)
    return found


def _codes(session: Session, asked: Sequence[str]) -> list[str]:
    """Read the codes given: each a tag, several parted by commas, or a file."""

    def known(sample: Sequence[str]) -> int:
        return len(selection.pick(session, _VIEWER, sample).rows)

    codes: list[str] = []
    for text in asked:
        path = Path(text)
        if path.is_file():
            codes += code_lists.in_file(read_file(path), known)
        else:
            codes += code_lists.in_text(text)
    return codes


def _reservation(session: Session, siret: str | None, count: int) -> Reservation | None:
    if not count:
        return None
    owners: list[OwnerRow] = owners_named(session, [siret] if siret else [])
    if not owners:
        refuse("no_owner", "Aucun propriétaire. Créez-le avec : parc owner add")
    if len(owners) > 1:
        refuse("which_owner", "Précisez le propriétaire : --owner SIRET")
    return Reservation(owners[0], count)
