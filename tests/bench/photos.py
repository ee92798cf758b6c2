"""Photos of labels degraded by code: how many are read, none wrong, how long it takes.

The label with both codes is what parc prints; its codes alone show what each brings.
"""

import time
from collections import Counter
from statistics import median

from PIL import Image

from parc.operations.decoding import decode
from reports.labels.code128 import QUIET_MODULES, bars, modules
from reports.labels.stock import Codes
from tests.bench.measuring import Verdict
from tests.photographed import DEGRADED, label_of, tag_number, taken

PHOTOS = 30
"""Per kind of label and degradation, as in the measurements of the design."""

SHARES = (0.5, 0.35)
"""Part of the photo's width that the label takes."""

MOST_LOST = 0.01
MOST_SECONDS = 1.0
_DOT = 8


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print rates and times; labels with both codes are judged."""
    del rows, rounds  # not of this bench
    read: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    wrong = 0
    slow: list[float] = []
    for share in SHARES:
        for name, degrade in DEGRADED.items():
            told = []
            for kind in ("both", "bars", "qr"):
                seconds = []
                found = 0
                for number in range(PHOTOS):
                    tag = tag_number(1_000 + number)
                    photo = taken(_label(tag, kind), degrade, number, share=share)
                    start = time.process_time()
                    codes = {code.of for code in decode(photo).codes}
                    seconds.append(time.process_time() - start)
                    found += tag in codes
                    wrong += bool(codes - {tag})
                tried[kind] += PHOTOS
                read[kind] += found
                told.append(
                    f"{kind} {found / PHOTOS:4.0%} ({median(seconds) * 1000:4.0f} ms)"
                )
                slow += [median(seconds)] if kind == "both" else []
            print(f"  {share:.0%} {name:<18} {'   '.join(told)}", flush=True)
    lost = 1 - read["both"] / tried["both"]
    return [
        Verdict("photos: labels not read", lost * 100, MOST_LOST * 100, "%"),
        Verdict("photos: wrong codes", wrong, 0, "codes"),
        Verdict(
            "photos: slowest label, processor",
            max(slow),
            MOST_SECONDS,
            "s",
        ),
    ]


def _label(tag: str, kind: str) -> Image.Image:
    if kind == "bars":
        return _bars(tag)
    return label_of(tag, Codes.QR if kind == "qr" else Codes.BOTH)


def _bars(tag: str) -> Image.Image:
    """Print the bars of a tag alone, as wide on their label as on ours."""
    pattern = modules(tag)
    quiet = QUIET_MODULES * 3
    width = (len(pattern) + 2 * quiet) * _DOT
    label = Image.new("L", (width, width * 3 // 5), 255)
    top, bottom = label.height // 4, label.height * 2 // 3
    for start, wide in bars(pattern):
        left = (start + quiet) * _DOT
        label.paste(0, (left, top, left + wide * _DOT, bottom))
    return label
