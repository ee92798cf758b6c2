"""The log of nwipe, and of the systems that wrap it (ShredOS, ABAN).

Versions 0.30 to 0.42: one line per disk found, then the options, then tables « Error
Summary », « Erasure Summary » (0.38 on) and « Drive Status ». Only a line of the last
table says that a disk is erased, and only if nothing in the same run contradicts it.
A log file may hold several runs, one after the other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from imports.erasure.lines import Line, moment, said, serial_of, whole
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.search import serial_key
from parc.domain.vocabulary import MediumKind

_LOGGED = re.compile(r"\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\]\s+(\w+):\s?(.*)", re.ASCII)
_FOUND = re.compile(r"Found (/dev/[^\s,]+),([^,]*),(.*),[^,]*, ?S/N=(.*)")
_SERIAL = re.compile(r"(/dev/\S+) has serial number (.*)")
_SECTORS = re.compile(r"(/dev/\S+), sect/blk/dev \d+/\d+/(\d+)", re.ASCII)
_INVOKED = re.compile(r"Invoking method '([^']*)' on (\S+)")
_VERIFIED = re.compile(
    r"(?:Verified pass \d+ of \d+, round \d+ of \d+, on '?(/dev/[^'\s]+?)'?\.?$"
    r"|\[SUCCESS\] Verified that (/dev/\S+) is (?:empty|.*filled))"
)
_BLANKED = re.compile(r"\[SUCCESS\] Blanked device (/dev/\S+)")
_NAME = re.compile(r"/dev/([^\s'.,:]+)")
_HIDDEN = "HIDDEN SECTORS DETECTED"
_DONE = re.compile(r"Finished final round (\d+) of (\d+) on (/dev/\S+)", re.ASCII)
_OPTION = re.compile(r"\s*(method|verify|rounds|banner|quiet)\s+= (.*)")
_VERSION = re.compile(r"nwipe (\d+\.\d+(?:\.\d+)*)", re.ASCII)
_SHREDOS = re.compile(r"(ShredOS|ABAN)\S*\s+v?(\S+)", re.IGNORECASE)
_STARS = "********"
_TABLES = frozenset({"Error Summary", "Erasure Summary", "Drive Status"})
_ROW = re.compile(r"^(!?)\s*([^\s|]+)\s*\|(.*)$")
_ERASED = "Erased"
_WORDS = {_ERASED: Status.ERASED, "-FAILED-": Status.FAILED, "UABORTED": Status.FAILED}
_KINDS = {"NVME": MediumKind.NVME, "SSD": MediumKind.SSD, "EMMC": MediumKind.EMMC}
_NOT_ERASING = ("verify zeros", "verify ones", "verify")
_OVERWRITING = (
    "fill with",
    "dod",
    "gutmann",
    "rcmp",
    "prng",
    "hmg",
    "schneier",
    "bmb",
)


@dataclass(slots=True)
class _Disk:
    serial: str = ""
    serials: set[str] = field(default_factory=set)
    model: str = ""
    kind: MediumKind = MediumKind.UNKNOWN
    size: int | None = None
    method: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    rounds: int | None = None
    errors: int | None = None
    verified: bool = False
    failed: bool = False
    partial: bool = False
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """What is known so far of one run of the program."""

    disks: dict[str, _Disk] = field(default_factory=dict)
    tool: str = "nwipe"
    version: str = ""
    verify: str = ""
    method: str = ""
    table: str = ""
    over: bool = False

    def disk(self, name: str) -> _Disk:
        return self.disks.setdefault(name.removeprefix("/dev/"), _Disk())


def is_nwipe(lines: list[Line]) -> bool:
    """Tell whether a text is such a log: it invokes a method, or has its tables."""
    return any(
        _INVOKED.search(text) or _heading(text) or "nwipe" in text[:200].lower()
        for _, text in lines
        if text
    )


def records(lines: list[Line]) -> Iterator[Erasure]:
    """Give a record for each disk on which a method was invoked, run by run."""
    run = _Run()
    for number, text in lines:
        found = _LOGGED.match(text)
        if found:
            message = found[2].strip()
            if run.over and _FOUND.match(message):
                yield from _unfinished(run)
                run = _Run(tool=run.tool, version=run.version)
            run.table = ""
            _hear(run, number, found[1], message, moment(text))
        elif heading := _heading(text):
            run.table = heading
        elif run.table:
            record = _row(run, number, text)
            if record is not None:
                yield record
    yield from _unfinished(run)


def _heading(text: str) -> str:
    """Give the title of a table; empty when a line is none."""
    title = text.strip("* ") if text.startswith(_STARS) else ""
    return title if title in _TABLES else ""


def _hear(
    run: _Run, number: int, level: str, message: str, at: datetime | None
) -> None:
    if found := _FOUND.match(message):
        disk = run.disk(found[1])
        disk.model = said(found[3])
        disk.kind = _kind(found[2])
        _serial(disk, found[4])
        disk.lines.append(number)
    elif found := _SERIAL.match(message):
        _serial(run.disk(found[1]), found[2])
    elif found := _SECTORS.match(message):
        run.disk(found[1]).size = whole(found[2])
    elif found := _INVOKED.match(message):
        disk = run.disk(found[2])
        disk.method, disk.started = said(found[1]), at
        disk.lines.append(number)
    elif found := _VERIFIED.search(message):
        run.disk(found[1] or found[2]).verified = True
    elif found := _DONE.search(message):
        disk = run.disk(found[3])
        disk.rounds, disk.ended = whole(found[1]), at
        disk.partial |= found[1] != found[2]
        disk.lines.append(number)
    elif found := _BLANKED.search(message):
        run.disk(found[1]).ended = at
    elif _HIDDEN in message or "fail" in message.lower():
        # Programs beside nwipe fail too: only what concerns a disk at work counts.
        found = _NAME.search(message)
        if found and found[1] in run.disks:
            run.disk(found[1]).partial |= _HIDDEN in message
            run.disk(found[1]).failed |= level in {"error", "fatal"}
    _options(run, message)


def _options(run: _Run, message: str) -> None:
    if found := _OPTION.match(message):
        name, value = found[1], said(found[2])
        if name == "verify":
            run.verify = value
        elif name == "method":
            run.method = value
        elif name == "banner" and (wrapper := _SHREDOS.search(value)):
            run.tool, run.version = wrapper[1], wrapper[2]
    if not run.version and (found := _VERSION.search(message)):
        run.version = found[1]


def _row(run: _Run, number: int, text: str) -> Erasure | None:
    found = _ROW.match(text)
    if not found or found[2] == "Device":
        return None
    cells = [cell.strip() for cell in found[3].split("|")]
    name = found[2]
    if name not in run.disks:
        return None
    disk = run.disks[name]
    if run.table == "Error Summary":
        counts = [whole(cell) for cell in cells]
        known = [count for count in counts if count is not None]
        disk.errors = sum(known) if len(known) == len(counts) else None
        disk.failed |= bool(found[1])
        return None
    if run.table == "Erasure Summary":
        disk.partial |= bool(found[1]) or cells[-1:] not in (["100%"], ["100.00%"])
        return None
    run.over = True
    disk.lines.append(number)
    _serial(disk, cells[-1].rpartition("/")[2])
    del run.disks[name]
    return _record(run, disk, _WORDS.get(cells[0], Status.UNKNOWN), bool(found[1]))


def _record(run: _Run, disk: _Disk, status: Status, flagged: bool) -> Erasure:
    words = disk.method or run.method
    conflict = len(disk.serials) > 1
    if status is Status.ERASED and (disk.failed or flagged or disk.errors):
        status = Status.FAILED
    if status is Status.ERASED and (
        conflict or disk.partial or disk.errors is None or not words
    ):
        status = Status.UNKNOWN
    return Erasure(
        serial="" if conflict else disk.serial,
        model=disk.model,
        size=disk.size,
        kind=disk.kind,
        method=_method(words),
        method_words=words,
        tool=run.tool,
        version=run.version,
        started=disk.started,
        ended=disk.ended or disk.started,
        rounds=disk.rounds,
        checked=_checked(run, disk),
        errors=disk.errors,
        status=status,
        lines=tuple(disk.lines),
    )


def _unfinished(run: _Run) -> Iterator[Erasure]:
    """Disks at work that no table tells of: power was cut, or the log is cut short."""
    for disk in run.disks.values():
        if disk.method:
            status = Status.FAILED if disk.failed else Status.UNKNOWN
            yield _record(run, disk, status, flagged=False)


def _checked(run: _Run, disk: _Disk) -> Checked:
    if run.verify.startswith("0"):
        return Checked.NO
    return Checked.YES if run.verify and disk.verified else Checked.UNKNOWN


def _method(words: str) -> Method:
    plain = words.lower()
    if plain.startswith(_NOT_ERASING):
        return Method.VERIFY_ONLY
    return Method.OVERWRITE if plain.startswith(_OVERWRITING) else Method.UNKNOWN


def _kind(bus: str) -> MediumKind:
    plain = bus.upper()
    found = (kind for word, kind in _KINDS.items() if word in plain)
    return next(found, MediumKind.UNKNOWN)


def _serial(disk: _Disk, text: str) -> None:
    serial = serial_of(text.strip())
    if serial:
        disk.serials.add(serial_key(serial))
        disk.serial = disk.serial or serial
