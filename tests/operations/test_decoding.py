"""Photos of labels, degraded by code: read within bounds, and never read wrong."""

import io
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from parc.domain.decoded import Code
from parc.domain.refusal import Refused
from parc.operations import decoding
from parc.operations.decoding import decode
from reports.labels.stock import Codes
from tests.photographed import DEGRADED, SIZE, jpeg, label_of, tag_number, taken

TAG = tag_number(4217)
WHOLE = taken(label_of(TAG, Codes.QR), share=0.3)


def read(photo: bytes) -> list[str]:
    """Give what a photo shows."""
    return [code.of for code in decode(photo).codes]


@pytest.mark.parametrize("name", DEGRADED)
def test_a_label_is_read_through_every_degradation(name: str) -> None:
    photos = {n: taken(label_of(tag_number(n)), DEGRADED[name], n) for n in (17, 18)}

    found = {number: read(photo) for number, photo in photos.items()}

    assert found == {number: [tag_number(number)] for number in photos}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA"])
def test_every_kind_of_picture_is_read(kind: str, mode: str) -> None:
    out = io.BytesIO()
    picture = label_of(TAG).resize((800, 480))
    if kind == "WEBP" and mode in {"P", "LA"}:
        mode = "RGBA"
    picture.convert(mode).save(out, kind)

    assert read(out.getvalue()) == [TAG]


def test_a_transparent_label_lies_on_white() -> None:
    label = label_of(TAG).resize((800, 480))
    picture = Image.new("RGBA", label.size, (0, 0, 0, 0))
    picture.putalpha(label.point(lambda level: 255 - level))
    out = io.BytesIO()
    picture.save(out, "PNG")

    assert read(out.getvalue()) == [TAG]


def test_a_large_photo_is_read_at_a_reduced_scale() -> None:
    small = Image.open(io.BytesIO(taken(label_of(TAG), share=0.4)))
    large = small.resize((7200, 5400))

    assert read(jpeg(large, 70)) == [TAG]


def test_the_way_the_telephone_was_held_does_not_matter() -> None:
    picture = Image.open(io.BytesIO(taken(label_of(TAG))))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(out, "JPEG", exif=exif)

    assert read(out.getvalue()) == [TAG]


def test_passes_stop_when_something_is_known() -> None:
    asked: list[int] = []

    def is_known(codes: object) -> bool:
        asked.append(1)
        return len(asked) == 2

    decode(taken(label_of(TAG)), is_known)

    assert len(asked) == 2


def test_no_pass_begins_after_the_time() -> None:
    times = iter([0.0, decoding.SECONDS + 1])

    found = decode(taken(label_of(TAG)), lambda _: False, clock=lambda: next(times))

    assert [code.of for code in found.codes] == [TAG]
    assert next(times, None) is None


def test_two_photos_at_once_and_no_more_are_read() -> None:
    inside = Barrier(2, timeout=20)
    third = Barrier(2, timeout=20)

    def hold(codes: tuple[Code, ...]) -> bool:
        inside.wait()
        third.wait()
        return True

    photo = taken(label_of(TAG))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(decode, photo, lambda codes: hold(tuple(codes)))
        inside.wait()
        assert read(photo) == [TAG]  # the second place is free
        third.wait()
        assert [code.of for code in first.result().codes] == [TAG]


def test_who_finds_no_place_is_told_to_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "WAIT_SECONDS", 0.01)
    places = [decoding.PLACES.acquire() for _ in range(decoding.AT_ONCE)]
    try:
        with pytest.raises(Refused, match="d'autres photos"):
            decode(taken(label_of(TAG)))
    finally:
        for _ in places:
            decoding.PLACES.release()


def test_a_picture_that_is_only_noise_shows_nothing_of_ours() -> None:
    rng = random.Random(1)  # noqa: S311 - the same noise each time
    for _ in range(2):
        picture = Image.frombytes("L", SIZE, rng.randbytes(SIZE[0] * SIZE[1]))

        assert not any(code.ours for code in decode(jpeg(picture, 90)).codes)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_photo_is_refused_or_shows_nothing_wrong(data: st.DataObject) -> None:
    photo = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 20))):
        photo[data.draw(st.integers(0, len(photo) - 1))] = data.draw(
            st.integers(0, 255)
        )
    cut = data.draw(st.integers(0, len(photo)))
    try:
        found = decode(bytes(photo[:cut]), lambda _: True)
    except Refused:
        return
    assert {code.of for code in found.codes if code.ours} <= {TAG}
