"""The bench as an application of a telephone: its name, its icons, its page offline.

Nothing here says anything of anybody's devices: all of it is open, and kept by
browsers. What waits to be sent is kept by `static/offline.js`.
"""

import hashlib
import io
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from PIL import Image, ImageDraw

from parc.web import rendering, static_files
from parc.web.errors import NotFoundError

router = APIRouter(include_in_schema=False)

_GREEN = "#0e6655"
_SIZES = (180, 192, 512)
_FINER = 4
_UNITS = 44
"""Of the drawing on a side: 32 of `favicon.svg`, and room for a round mask."""

_LINES = (
    ((11, 25), (11, 13.5)),
    ((16.5, 19), (14, 19)),
    ((17.5, 15.5), (14, 19)),
    ((14, 19), (17.5, 22.5)),
)
_CHECKED = {"Cache-Control": "no-cache"}


@router.get("/manifest.webmanifest")
def manifest() -> JSONResponse:
    """Describe the application that a telephone may install."""
    icons = [
        {
            "src": static_files.address("favicon.svg"),
            "sizes": "any",
            "type": "image/svg+xml",
        },
        *(
            {
                "src": f"/icons/{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in _SIZES
        ),
    ]
    described = {
        "name": "parc, poste de scan",
        "short_name": "parc",
        "lang": "fr",
        "id": "/scan",
        "start_url": "/scan",
        "scope": "/",
        "display": "standalone",
        "background_color": _GREEN,
        "theme_color": _GREEN,
        "icons": icons,
    }
    return JSONResponse(
        described, headers=_CHECKED, media_type="application/manifest+json"
    )


@router.get("/icons/{size}.png")
def icon(size: str) -> Response:
    """Draw the icon for telephones that take no SVG."""
    if size not in {str(known) for known in _SIZES}:
        raise NotFoundError
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(_drawn(int(size)), headers=headers, media_type="image/png")


@router.get("/sw.js")
def service_worker() -> Response:
    """Send what answers the bench's addresses without a network.

    It changes with every file that it keeps: browsers then fetch them anew.
    """
    known = "".join(asset.address for asset in static_files.assets().values())
    version = hashlib.sha256((known + _shell()).encode()).hexdigest()[:12]
    code = static_files.assets()["sw.js"].content.decode()
    return Response(
        f'const VERSION = "{version}";\n{code}',
        headers=_CHECKED,
        media_type="text/javascript; charset=utf-8",
    )


@router.get("/scan/offline")
def offline(request: Request) -> HTMLResponse:
    """Show the bench as it is without a network: nobody's, with nobody's devices."""
    request.state.identity = None
    return rendering.page(request, "scan/offline.html")


def _shell() -> str:
    """Give the page that is kept, as everybody gets it."""
    return (
        rendering.templates()
        .get_template("scan/offline.html")
        .render(signed_in=None, notice=None, navigation=[], tools=[])
    )


@cache
def _drawn(size: int) -> bytes:
    scale = size * _FINER / _UNITS
    edge = (_UNITS - 32) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return (x + edge) * scale, (y + edge) * scale

    picture = Image.new("RGB", (size * _FINER, size * _FINER), _GREEN)
    draw = ImageDraw.Draw(picture)
    thick = round(3 * scale)
    for start, end in _LINES:
        draw.line((at(*start), at(*end)), fill="white", width=thick)
        for x, y in (at(*start), at(*end)):
            half = thick / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill="white")
    # Three quarters of a circle, whose line is inside its box.
    draw.arc((at(9.5, 6.5), at(23.5, 20.5)), 180, 90, fill="white", width=thick)
    out = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()
