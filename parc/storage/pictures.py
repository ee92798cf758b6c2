"""Photos: decoded within bounds, and encoded again by us.

What is kept is our own JPEG: no place, no camera, no date, nothing hidden after
the picture. What came in is thrown away.
"""

import hashlib
import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps

from parc.domain.refusal import Refusal, Refused
from parc.storage.documents import Upload

LONGEST_SIDE = 2_000
"""Pixels; a serial number on a sticker stays legible."""

THUMBNAIL_SIDE = 320
MOST_PIXELS = 50_000_000
"""What a large telephone takes, as JPEG, which is decoded at a reduced scale."""

MOST_PIXELS_WHOLE = 20_000_000
"""For the other formats, decoded whole: 200 MB at worst."""

JPEG = "image/jpeg"
_JPEG_START = b"\xff\xd8\xff"
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85
_WHITE = (255, 255, 255)
_WEBP = slice(8, 12)
_one_at_a_time = threading.Lock()
"""Memory is bounded for a process, not for each of its threads."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready to be kept, with its thumbnail; sizes are in pixels."""

    photo: Upload
    thumbnail: Upload
    width: int
    height: int


def is_picture(content: bytes) -> bool:
    """Tell a photo from any other file by its first bytes."""
    webp = content.startswith(b"RIFF") and content[_WEBP] == b"WEBP"
    return webp or content.startswith((_JPEG_START, b"\x89PNG\r\n\x1a\n"))


def decoded(content: bytes, field: str | None = None) -> Picture:
    """Read a photo (JPEG, PNG or WebP) and encode it again, without metadata.

    Raises:
        Refused: too many pixels, or no readable photo; `field` is the input.
    """
    with _one_at_a_time:
        try:
            return _encoded(content)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            message = (
                "La photo a trop de pixels : réduisez-la à "
                f"{MOST_PIXELS_WHOLE // 1_000_000}\u00a0millions au plus."
            )
            raise Refused((Refusal("photo_too_large", message, field),)) from None
        except Exception:  # noqa: BLE001 - decoders of foreign bytes raise anything
            message = "La photo est illisible : le fichier est incomplet ou abîmé."
            raise Refused((Refusal("photo_unreadable", message, field),)) from None


def _encoded(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        most = MOST_PIXELS if content.startswith(_JPEG_START) else MOST_PIXELS_WHOLE
        if opened.width * opened.height > most:
            raise Image.DecompressionBombError
        # JPEG is read at a reduced scale right away; the others ignore it.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        ImageOps.exif_transpose(opened, in_place=True)
        photo = _flat(opened, LONGEST_SIDE)
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(_jpeg(photo), _jpeg(small), photo.width, photo.height)


def _flat(image: Image.Image, side: int) -> Image.Image:
    """Shrink, then lay on white what is transparent."""
    if image.mode in {"P", "PA", "LA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    image.thumbnail((side, side))
    flat = Image.new("RGB", image.size, _WHITE)
    if image.mode == "RGBA":
        flat.paste(image, mask=image.getchannel("A"))
    else:
        flat.paste(image.convert("RGB"))
    return flat


def _jpeg(image: Image.Image) -> Upload:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    content = out.getvalue()
    return Upload(content, hashlib.sha256(content).hexdigest(), JPEG)
