"""Photos of labels made by code: what a telephone does to a picture, one at a time.

Everything follows from a seed: the same name and number give the same photo.
"""

import io
import math
import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from parc.domain.asset_tag import AssetTag
from reports.labels.design import design
from reports.labels.single import png
from reports.labels.stock import Codes, built_in
from tests.reports.labels.printed import a_label

SIZE = (1600, 1200)
STOCK = built_in()["L7160"]
Degrade = Callable[[Image.Image, random.Random], Image.Image]


def label_of(tag: str, codes: Codes = Codes.BOTH) -> Image.Image:
    """Print the label of a tag of ours."""
    prefix, number, _ = tag.split("-")
    made = design(a_label(int(number), prefix), STOCK, 600, codes)
    with Image.open(io.BytesIO(png(made))) as picture:
        return picture.convert("L")


def tag_number(number: int, prefix: str = "LL") -> str:
    """Give a tag of ours."""
    return str(AssetTag(prefix, number))


def taken(
    label: Image.Image,
    degrade: Degrade | None = None,
    seed: int = 0,
    *,
    share: float = 0.5,
    quality: int = 60,
) -> bytes:
    """Photograph a label on a dark desk; `share` is its part of the picture's width."""
    rng = random.Random(seed)  # noqa: S311 - the same photo each time
    width = round(SIZE[0] * share)
    small = label.resize(
        (width, round(width * label.height / label.width)), Image.Resampling.LANCZOS
    )
    scene = Image.new("L", SIZE, 60)
    scene.paste(small, ((SIZE[0] - width) // 2, (SIZE[1] - small.height) // 2))
    if degrade is not None:
        scene = degrade(scene, rng)
    return jpeg(noisy(scene, rng, 6), quality)


def jpeg(picture: Image.Image, quality: int = 60) -> bytes:
    """Encode a picture as telephones do."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def noisy(picture: Image.Image, rng: random.Random, most: int) -> Image.Image:
    """Add the grain of a sensor: as much as `most` grey levels either way."""
    grain = Image.frombytes("L", picture.size, rng.randbytes(math.prod(picture.size)))
    scaled = grain.point([round(level * 2 * most / 255) for level in range(256)])
    return ImageChops.add(picture, scaled, 1, -most)


def turned(degrees: float | None = None) -> Degrade:
    """Turn the telephone, by any angle when none is said."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        angle = rng.uniform(0, 360) if degrees is None else degrees
        return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=60)

    return degrade


def tilted(degrees: float) -> Degrade:
    """Hold the telephone at an angle to the label: the far edge is shorter."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        shrink = 1 - math.cos(math.radians(degrees))
        far = 0.25 * math.sin(math.radians(degrees))
        w, h = picture.size
        # Where in the picture each corner of the photo comes from.
        top, bottom = h * -shrink / 2, h * (1 + shrink / 2)
        corners = (-far * w, top, 0, bottom, w, bottom, w * (1 + far), top)
        return picture.transform(
            picture.size,
            Image.Transform.PERSPECTIVE,
            _perspective(corners, (w, h)),
            Image.Resampling.BICUBIC,
            fillcolor=60,
        )

    return degrade


def blurred(sigma: float) -> Degrade:
    """Focus badly."""
    return lambda picture, _: picture.filter(ImageFilter.GaussianBlur(sigma))


def moved(pixels: int) -> Degrade:
    """Move while the picture is taken."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        total = picture
        for step in range(1, pixels):
            shifted = ImageChops.offset(picture, step, step // 3)
            total = Image.blend(total, shifted, 1 / (step + 1))
        return total

    return degrade


def darkened(light: float) -> Degrade:
    """Take it in the cellar: less light, and the grain of a sensor that tries."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        return noisy(picture.point(lambda level: level * light), rng, 5)

    return degrade


def shaded(light: float) -> Degrade:
    """Let a hard shadow fall across the label."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        dark = picture.point(lambda level: level * light)
        w, h = picture.size
        edge = w * rng.uniform(0.4, 0.6)
        mask = Image.new("L", picture.size, 0)
        ImageDraw.Draw(mask).polygon(
            [(0, 0), (edge + 120, 0), (edge - 120, h), (0, h)], fill=255
        )
        return Image.composite(dark, picture, mask)

    return degrade


def scratched(number: int) -> Degrade:
    """Scratch the label with a key."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        draw = ImageDraw.Draw(picture)
        for _ in range(number):
            x, y = rng.uniform(400, 1200), rng.uniform(360, 840)
            dx, dy = rng.uniform(-160, 160), rng.uniform(-160, 160)
            draw.line((x, y, x + dx, y + dy), fill=rng.choice((230, 120)), width=2)
        return picture

    return degrade


def together(*steps: Degrade) -> Degrade:
    """Do one thing after another."""

    def degrade(picture: Image.Image, rng: random.Random) -> Image.Image:
        for step in steps:
            picture = step(picture, rng)
        return picture

    return degrade


DEGRADED: Mapping[str, Degrade | None] = {
    "clean": None,
    "any rotation": turned(),
    "tilt 20°": tilted(20),
    "tilt 40°": tilted(40),
    "blur 1.5": blurred(1.5),
    "blur 2": blurred(2),
    "motion 5": moved(5),
    "low light ×0.25": darkened(0.25),
    "low light ×0.12": darkened(0.12),
    "hard shadow 75 %": shaded(0.25),
    "12 scratches": scratched(12),
    "combined mild": together(turned(12), tilted(20), blurred(1), darkened(0.5)),
    "combined hard": together(turned(31), tilted(30), blurred(1.5), darkened(0.25)),
}


def _perspective(
    corners: tuple[float, ...], size: tuple[int, int]
) -> tuple[float, ...]:
    """Give the eight numbers that take the corners of a photo to those of a scene.

    Top left, bottom left, bottom right, top right; Heckbert 1989, §2.2.3, square to
    quadrilateral.
    """
    (x0, y0), (x3, y3), (x2, y2), (x1, y1) = zip(
        corners[::2], corners[1::2], strict=True
    )
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    det = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det
    w, t = size
    return (
        (x1 - x0 + g * x1) / w,
        (x3 - x0 + h * x3) / t,
        x0,
        (y1 - y0 + g * y1) / w,
        (y3 - y0 + h * y3) / t,
        y0,
        g / w,
        h / t,
    )
