"""Templates and French formats: a whole page, or a fragment that htmx swaps."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from parc import clock, resources
from parc.domain import siret
from parc.domain.access import READERS
from parc.domain.labelled import Labelled
from parc.domain.vocabulary import Role, State, VoidKind
from parc.operations.importing import IMPORTERS
from parc.operations.selection import DOERS
from parc.storage.label_settings import KEEPERS
from parc.web import flash, static_files
from reports import french

NARROW = "\u202f"
"""Narrow no-break space: between groups of digits and before high punctuation."""

NO_BREAK = "\u00a0"

NAVIGATION = (
    ("/", "Tableau de bord"),
    ("/devices", "Matériels"),
    ("/scan", "Scanner"),
    ("/stocktakes", "Récolements"),
    ("/purchases", "Achats"),
    ("/slips", "Remises"),
    ("/repairs", "Maintenance"),
    ("/erasures", "Effacements"),
    ("/decommissions", "Réformes"),
    ("/foresight", "Prévisions"),
    ("/labels", "Étiquettes"),
    ("/sites", "Sites"),
    ("/imports", "Imports"),
    ("/reports", "Rapports"),
    ("/aide", "Aide"),
)
_RESERVED = {
    "/imports": IMPORTERS,
    "/labels": KEEPERS,
    "/decommissions": READERS,
    "/repairs": READERS,
    "/erasures": READERS,
    "/foresight": READERS,
    "/purchases": READERS,
    "/scan": DOERS,
    "/sites": READERS,
    "/slips": READERS,
    "/stocktakes": READERS,
}
"""Pages of the navigation that some roles only may open."""

_TOOLS = frozenset({"/labels", "/sites", "/imports"})
"""Pages that one opens now and then: under one entry, so that the others fit."""

_ALSO = {"/slips": ("/people",), "/foresight": ("/profiles",)}
"""Addresses that belong to a page of the navigation without being under it."""


def page(
    request: Request, template: str, *, status_code: int = 200, **context: object
) -> HTMLResponse:
    """Render a whole page: the template extends `layout.html`.

    The layout gets `signed_in` (Identity or None), `notice` (from the request
    before), `navigation` and its `tools`; nothing else is global but formats and
    enums.
    """
    notice = flash.read(request)
    path = request.url.path
    identity = getattr(request.state, "identity", None)
    entries = [
        (address, label, _is_current(path, address))
        for address, label in NAVIGATION
        if identity and identity.viewer.holds(*_RESERVED.get(address, Role))
    ]
    html = (
        templates()
        .get_template(template)
        .render(
            context,
            signed_in=identity,
            notice=notice,
            navigation=[entry for entry in entries if entry[0] not in _TOOLS],
            tools=[entry for entry in entries if entry[0] in _TOOLS],
        )
    )
    response = HTMLResponse(html, status_code)
    if notice is not None:
        flash.forget(request, response)
    return response


def fragment(
    request: Request, template: str, *, status_code: int = 200, **context: object
) -> HTMLResponse:
    """Render a part of a page: the template's name starts with `_`."""
    html = templates().get_template(template).render(context)
    return written(request, html, status_code=status_code)


def written(request: Request, html: str, *, status_code: int = 200) -> HTMLResponse:
    """Send a part of a page that is written already."""
    # A cached answer must never stand for the page at the same address.
    headers = {"Vary": "HX-Request"} if is_htmx(request) else None
    return HTMLResponse(html, status_code, headers)


def is_htmx(request: Request) -> bool:
    """Tell whether htmx asks for a fragment, not the browser for a page."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def redirect(
    request: Request,
    address: str,
    notice: str = "",
    *,
    kind: str = "ok",
    undo: flash.Undo | None = None,
) -> RedirectResponse:
    """Send the browser to another page of ours, with a notice to show there.

    `kind` is `ok`, `warn` or `refused`; `undo` is a button beside the notice.
    """
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    if notice:
        flash.leave(request, response, notice, kind, undo)
    return response


class Typeset(Extension):
    """Keep French punctuation with its word, in what templates themselves say.

    Only the templates' own text: what people typed goes back as they typed it.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Set each piece of text, once, when a template is compiled."""
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", french.typeset(token.value))
            else:
                yield token


@cache
def templates() -> Environment:
    """Give the one environment; templates are compiled once per process."""
    environment = Environment(
        loader=FileSystemLoader(str(resources.directory("templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[Typeset],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(
        asset=static_files.address,
        State=State,
        Role=Role,
        VoidKind=VoidKind,
        label=label,
    )
    return environment


def day(value: date | str | None) -> str:
    """Write a day as 31/12/2026; ISO text of an event's details is accepted."""
    if not value:
        return "—"
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return f"{value:%d/%m/%Y}"


def instant(value: datetime | None) -> str:
    """Write an instant in French local time: 31/12/2026 à 09:30."""
    return "—" if value is None else f"{clock.local(value):%d/%m/%Y à %H:%M}"


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Write a number with a decimal comma and grouped digits: 12 345,6."""
    if value is None:
        return "—"
    text = f"{value:,.{decimals}f}"
    return text.replace(",", NARROW).replace(".", ",").replace("-", "\u2212")


def euros(cents: int | None) -> str:
    """Write integer cents as 1 234,56 €."""
    if cents is None:
        return "—"
    return number(Decimal(cents) / 100, 2) + NO_BREAK + "€"


def percent(value: float | Decimal | None, decimals: int = 1) -> str:
    """Write a value already in percent: 47.5 becomes 47,5 %."""
    return "—" if value is None else number(value, decimals) + NO_BREAK + "%"


def label(kind: type[Labelled], value: str) -> str:
    """Give the French label of a stored enum value."""
    return kind(value).label


def _is_current(path: str, address: str) -> bool:
    places = (address, *_ALSO.get(address, ()))
    return path in places or (
        address != "/" and any(path.startswith(f"{place}/") for place in places)
    )


FILTERS: dict[str, Callable[..., str]] = {
    "day": day,
    "instant": instant,
    "number": number,
    "euros": euros,
    "percent": percent,
    "siret": siret.formatted,
}
