"""Codes of a photo: decoded within bounds of size, time and number; never kept.

One look is enough for a sharp photo. Else the picture is cleaned, evened out,
turned, sharpened and enlarged, one pass after the other, until something is known.
"""

import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFilter, ImageMath, ImageOps, UnidentifiedImageError

from parc.domain.decoded import Believed, Code, Decoding, Symbol, believed
from parc.domain.refusal import Refusal, Refused
from parc.storage.documents import LARGEST

if TYPE_CHECKING:
    import zxingcpp

MOST_PIXELS = 50_000_000
"""What a large telephone takes, as JPEG, which is decoded at a reduced scale."""

MOST_PIXELS_WHOLE = 20_000_000
"""For the other formats, decoded whole."""

WHOLE_SIDE = 4_000
"""Pixels of the first look."""

PASS_SIDE = 2_000
"""Pixels of the passes after it: each costs a quarter."""

SECONDS = 4.0
"""No new pass begins after them."""

AT_ONCE = 2
WAIT_SECONDS = 10.0
_FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG_START = b"\xff\xd8\xff"
_HEIC = slice(4, 12)
_TURNS = (45.0, 22.5, -22.5)
_WHITE = 255
_SMALL = 1_300
_FLAT = 0.06
"""Radius of what counts as background, over the longest side."""

PLACES = threading.BoundedSemaphore(AT_ONCE)

Known = Callable[[Sequence[Code]], bool]


@dataclass(frozen=True, slots=True)
class Photo:
    """What a photo shows; `contradicted`: what was seen could not be believed."""

    codes: tuple[Code, ...]
    contradicted: bool


def _nothing_known(codes: Sequence[Code]) -> bool:
    return any(code.ours for code in codes)


def decode(
    content: bytes,
    is_known: Known = _nothing_known,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Photo:
    """Read the codes of a photo (JPEG, PNG or WebP), until some of them is known.

    Raises:
        Refused: no photo, too large, too many at once; field `photo`.
    """
    _require_photo(content)
    if not PLACES.acquire(timeout=WAIT_SECONDS):
        raise _refused("busy", "Le service lit déjà d'autres photos : réessayez.")
    try:
        return _read(_opened(content), is_known, clock)
    finally:
        PLACES.release()


def _read(picture: Image.Image, is_known: Known, clock: Callable[[], float]) -> Photo:
    until = clock() + SECONDS
    codes: dict[str, Code] = {}
    contradicted = False
    for seen in _passes(picture):
        found = _look(seen)
        contradicted = contradicted or found.contradicted
        codes.update((code.of, code) for code in found.codes if code.of not in codes)
        if (codes and is_known(tuple(codes.values()))) or clock() > until:
            break
    ordered = sorted(codes.values(), key=lambda code: not code.ours)
    return Photo(tuple(ordered), contradicted and not codes)


def _passes(picture: Image.Image) -> Iterator[Image.Image]:
    """Give the picture in one form after the other, from the most likely to be read."""
    yield picture
    small = picture.copy()
    small.thumbnail((PASS_SIDE, PASS_SIDE), reducing_gap=2.0)
    clean = ImageOps.autocontrast(small.filter(ImageFilter.GaussianBlur(1.0)), 1)
    yield clean
    even = ImageOps.autocontrast(_evened(small), 1)
    yield even
    crisp = even.filter(ImageFilter.UnsharpMask(3, 150, 0))
    for degrees in _TURNS:
        yield crisp.rotate(
            degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_WHITE
        )
    sharp = clean.filter(ImageFilter.UnsharpMask(4, 300, 0))
    yield sharp
    if max(sharp.size) <= _SMALL:
        doubled = (sharp.width * 2, sharp.height * 2)
        yield sharp.resize(doubled, Image.Resampling.BICUBIC)


def _evened(picture: Image.Image) -> Image.Image:
    """Divide a picture by its own background: shadows and dark rooms go."""
    radius = max(picture.size) * _FLAT
    soft = picture.filter(ImageFilter.GaussianBlur(1.0))
    ground = picture.filter(ImageFilter.MaxFilter(3)).filter(
        ImageFilter.BoxBlur(radius)
    )

    def ratio(given: dict[str, Any]) -> Any:
        scaled = given["float"](given["soft"]) * 160 / (given["ground"] + 1)
        return given["convert"](given["min"](scaled, _WHITE), "L")

    evened: Image.Image = ImageMath.lambda_eval(ratio, soft=soft, ground=ground)
    return evened


def _look(picture: Image.Image) -> Believed:
    import zxingcpp

    symbols = _symbols()
    # `QRCode` alone would be the whole family, with the Micro QR nobody prints.
    asked = [kind for kind in symbols if kind is not zxingcpp.BarcodeFormat.QRCode]
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(asked))
    return believed(
        Decoding(one.text, symbols[one.format], _outline(one.position))
        for one in found
        if one.valid and one.format in symbols
    )


def _outline(
    position: "zxingcpp.Position",
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]:
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    a, b, c, d = ((corner.x, corner.y) for corner in corners)
    return a, b, c, d


def _symbols() -> dict["zxingcpp.BarcodeFormat", Symbol]:
    from zxingcpp import BarcodeFormat

    return {
        BarcodeFormat.QRCode: Symbol.QR,
        BarcodeFormat.QRCodeModel2: Symbol.QR,
        BarcodeFormat.DataMatrix: Symbol.DATA_MATRIX,
        BarcodeFormat.Code128: Symbol.CODE_128,
        BarcodeFormat.Code39: Symbol.CODE_39,
        BarcodeFormat.EAN13: Symbol.ARTICLE,
        BarcodeFormat.UPCA: Symbol.ARTICLE,
    }


def _require_photo(content: bytes) -> None:
    if not content:
        raise _refused("no_photo", "Prenez ou choisissez une photo.")
    if len(content) > LARGEST:
        raise _refused("photo_too_large", f"La photo dépasse {LARGEST >> 20}\u00a0Mio.")
    if content[_HEIC].startswith((b"ftyphei", b"ftypmif1")):
        message = (
            "Cette photo est au format HEIC, que parc ne lit pas : prenez-la depuis "
            "la page, ou réglez l'appareil photo sur « Le plus compatible »."
        )
        raise _refused("photo_heic", message)


def _opened(content: bytes) -> Image.Image:
    """Decode a photo to grey, upright, no larger than the first look."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            _require_few_pixels(opened, content)
            # JPEG is read grey and at a reduced scale right away.
            opened.draft("L", (WHOLE_SIDE, WHOLE_SIDE))
            picture = _grey(opened)
            ImageOps.exif_transpose(picture, in_place=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        message = (
            "La photo a trop de pixels : réduisez-la à "
            f"{MOST_PIXELS_WHOLE // 1_000_000}\u00a0millions au plus."
        )
        raise _refused("photo_too_large", message) from None
    except UnidentifiedImageError:
        message = "Ce fichier n'est pas une photo (JPEG, PNG ou WebP)."
        raise _refused("not_a_photo", message) from None
    except Exception:  # noqa: BLE001 - decoders of foreign bytes raise anything
        message = "La photo est illisible : le fichier est incomplet ou abîmé."
        raise _refused("photo_unreadable", message) from None
    picture.thumbnail((WHOLE_SIDE, WHOLE_SIDE), reducing_gap=2.0)
    return picture


def _require_few_pixels(opened: Image.Image, content: bytes) -> None:
    is_jpeg = content.startswith(_JPEG_START)
    most = MOST_PIXELS if is_jpeg else MOST_PIXELS_WHOLE
    if opened.width * opened.height > most:
        raise Image.DecompressionBombError


def _grey(opened: Image.Image) -> Image.Image:
    """Lay on white what is transparent, and keep the light alone."""
    if opened.mode in {"P", "PA", "LA", "RGBA"} or "transparency" in opened.info:
        whole = opened.convert("LA" if opened.mode != "P" else "RGBA").convert("LA")
        flat = Image.new("L", whole.size, _WHITE)
        flat.paste(whole.getchannel("L"), mask=whole.getchannel("A"))
        flat.info = dict(opened.info)
        return flat
    if opened.mode.startswith("I;16"):
        return opened.convert("I").point(lambda level: level / 256).convert("L")
    grey = opened.convert("L")
    opened.load()
    return grey


def _refused(code: str, message: str) -> Refused:
    return Refused((Refusal(code, message, "photo"),))
