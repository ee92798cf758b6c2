"""Style sheet, icon and htmx, at addresses that change with their content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from fastapi import APIRouter, Request, Response

from parc.web.errors import NotFoundError

router = APIRouter()

HTMX_SHA256 = "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"
"""htmx 2.0.3, minified: the only third-party code that browsers get."""

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class TamperedFileError(Exception):
    """The installed htmx is not the one this version of parc was tested with."""

    def __init__(self) -> None:
        super().__init__(
            "Le fichier htmx installé n'est pas celui attendu : réinstallez les "
            "dépendances de parc."
        )


@dataclass(frozen=True, slots=True)
class Asset:
    """A file ready to be sent, plain and compressed."""

    address: str
    media_type: str
    content: bytes
    compressed: bytes


@router.get("/static/{name}", include_in_schema=False)
def static_file(request: Request, name: str) -> Response:
    """Send a file under its hashed name, to be kept for ever."""
    found = {asset.address: asset for asset in assets().values()}
    asset = found.get(f"/static/{name}")
    if asset is None:
        raise NotFoundError
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    content = asset.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = asset.compressed
    return Response(content, headers=headers, media_type=asset.media_type)


def address(name: str) -> str:
    """Return the address of a file by its plain name: `base.css`, `htmx.js`."""
    return assets()[name].address


@cache
def assets() -> dict[str, Asset]:
    """Read every file once per process.

    Raises:
        TamperedFileError: htmx does not have the expected checksum.
    """
    htmx = files("js_lib_htmx").joinpath("static", "htmx", "htmx.min.js").read_bytes()
    if hashlib.sha256(htmx).hexdigest() != HTMX_SHA256:
        raise TamperedFileError
    own = {
        file.name: file.read_bytes()
        for file in files("parc.web").joinpath("static").iterdir()
        if PurePosixPath(file.name).suffix in _MEDIA_TYPES
    }
    return {
        name: _asset(name, content)
        for name, content in {**own, "htmx.js": htmx}.items()
    }


def _asset(name: str, content: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(
        address=f"/static/{path.stem}-{digest}{path.suffix}",
        media_type=_MEDIA_TYPES[path.suffix],
        content=content,
        compressed=gzip.compress(content, mtime=0),
    )
