"""Photos: read within bounds, encoded again by us, without what they hid."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from parc.domain.refusal import Refused
from parc.storage import pictures
from parc.storage.documents import Upload

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def a_photo(
    size: tuple[int, int] = (64, 48),
    mode: str = "RGB",
    kind: str = "JPEG",
    **said: object,
) -> bytes:
    """Give a red photo."""
    colour = {"RGB": (200, 0, 0), "RGBA": (200, 0, 0, 255)}.get(mode, 100)
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **said)
    return out.getvalue()


def opened(upload: Upload) -> Image.Image:
    """Open what is kept."""
    return Image.open(io.BytesIO(upload.content))


def huge_png(width: int, height: int) -> bytes:
    """Give a few bytes that claim to be a photo of many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return (
            struct.pack(">I", len(data))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
    )


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "JPEG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("I;16", "PNG"),
        ("RGB", "WEBP"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_kind_of_photo_becomes_our_jpeg(mode: str, kind: str) -> None:
    content = a_photo(mode=mode, kind=kind)

    picture = pictures.decoded(content)

    assert pictures.is_picture(content)
    assert (picture.width, picture.height) == (64, 48)
    for upload in (picture.photo, picture.thumbnail):
        assert upload.media_type == "image/jpeg"
        assert (opened(upload).format, opened(upload).mode) == ("JPEG", "RGB")


def test_a_large_photo_is_shrunk_and_has_a_small_one() -> None:
    picture = pictures.decoded(a_photo((3_000, 1_500)))

    assert (picture.width, picture.height) == (2_000, 1_000)
    assert opened(picture.photo).size == (2_000, 1_000)
    assert opened(picture.thumbnail).size == (320, 160)


def test_the_place_the_camera_and_every_comment_are_gone() -> None:
    exif = Image.Exif()
    exif[MAKE] = "SECRETPHONE"
    exif.get_ifd(GPS)[1] = "N"
    content = a_photo(exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE")
    assert content.count(b"SECRET") == 3

    picture = pictures.decoded(content)

    for upload in (picture.photo, picture.thumbnail):
        assert b"SECRET" not in upload.content
        assert not opened(upload).getexif()


def test_a_photo_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    picture = pictures.decoded(a_photo((64, 48), exif=exif))

    assert (picture.width, picture.height) == (48, 64)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")

    pixel = opened(pictures.decoded(out.getvalue()).photo).getpixel((4, 4))

    assert pixel == (255, 255, 255)


@pytest.mark.parametrize(
    "hidden", [b"<script>alert(1)</script>", b"PK\x03\x04", b"%PDF-"]
)
def test_what_follows_the_photo_is_not_kept(hidden: bytes) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        picture = pictures.decoded(a_photo(kind=kind) + hidden)

        assert hidden not in picture.photo.content


@pytest.mark.parametrize(
    "size", [(5_000, 4_001), (8_000, 8_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_unpacked(
    size: tuple[int, int],
) -> None:
    with pytest.raises(Refused, match="trop de pixels"):
        pictures.decoded(huge_png(*size))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0....",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        huge_png(64, 64),
        a_photo()[:-400],
        a_photo(kind="PNG")[:-30],
    ],
)
def test_a_broken_photo_is_refused_in_french(content: bytes) -> None:
    assert pictures.is_picture(content)
    with pytest.raises(Refused, match="illisible") as refused:
        pictures.decoded(content, "files")

    assert [r.field for r in refused.value.reasons] == ["files"]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"BM", b"<svg/>", b"RIFF....WAVE"])
def test_what_is_no_photo_of_these_kinds_is_told_apart(content: bytes) -> None:
    assert not pictures.is_picture(content)


SEEDS = [
    a_photo(kind="JPEG"),
    a_photo(mode="RGBA", kind="PNG"),
    a_photo(mode="P", kind="PNG"),
    a_photo(mode="RGBA", kind="WEBP"),
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=20),
    st.integers(0, 900),
)
def test_whatever_the_bytes_a_photo_is_ours_or_refused(
    seed: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(seed)
    for place, value in changes:
        content[place % len(content)] = value

    try:
        picture = pictures.decoded(bytes(content[: length or None]))
    except Refused:
        return

    assert max(opened(picture.photo).size) <= 2_000
    assert max(opened(picture.thumbnail).size) <= 320
