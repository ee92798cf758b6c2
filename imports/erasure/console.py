"""What somebody kept of a terminal: `nvme sanitize`, `nvme format`, `hdparm`.

The outputs name a device (`/dev/nvme0`), rarely a serial: it is taken from whatever
names it in the same text (`nvme id-ctrl`, `nvme list`, `hdparm -I`, `smartctl -i`).
The latest answer for a device is the one that counts. Only the medium's own answer
says that it is erased: a register of Sanitize that is complete, the success of a
format, or ATA security found disabled after the command.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from imports.erasure.lines import Line, moment, said, serial_of
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.vocabulary import MediumKind

_DEVICE = re.compile(r"/dev/((?:nvme\d+|sd[a-z]+|hd[a-z]+)(?:n\d+)?)\b", re.ASCII)
_NAMESPACE = re.compile(r"(nvme\d+)n\d+", re.ASCII)
_COMMAND = re.compile(
    r"(?:^|[#$>;|&]|\bsudo\b|\btime\b)\s*"
    r"(nvme\s+(?:sanitize-log|sanitize|format|id-ctrl)|hdparm|smartctl)\s+(.*)"
)
_SANITIZE = re.compile(r"(?:-a|--sanact)[ =]?(?:start-)?(0x0?)?(\w[\w-]*)")
_SES = re.compile(r"(?:-s|--ses)[ =]?(\d)", re.ASCII)
_REGISTER = re.compile(
    r"\((SPROG|SSTAT|SCDW10)\)\s*:\s*(0x[0-9a-f]{1,8}|\d{1,10})(?: \(.*\))?$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^\s*(/dev/\S+):$")
_NAMED = re.compile(
    r"^\s*(sn|mn|serial number|model number|device model|model)\s*[:=]\s*(.+)$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(/dev/nvme\S+)\s+(?:/dev/ng\S+\s+)?(\S+)\s+(\S.*?)\s{2,}")
_SUCCESS = re.compile(r"^Success formatting namespace")
_REFUSED = re.compile(
    r"^(?:NVMe status:|SG_IO: bad|.*\bfailed\b|.*Inappropriate ioctl|"
    r".*Operation not permitted|.*No such file)",
    re.IGNORECASE,
)
_ACTIONS = {
    "2": Method.SANITIZE_BLOCK,
    "3": Method.SANITIZE_OVERWRITE,
    "4": Method.CRYPTO_ERASE,
    "block-erase": Method.SANITIZE_BLOCK,
    "overwrite": Method.SANITIZE_OVERWRITE,
    "crypto-erase": Method.CRYPTO_ERASE,
}
_FORMATS = {"1": Method.FORMAT, "2": Method.CRYPTO_ERASE}
_FINISHED = 65_535
_DONE = frozenset({1, 4})
_FAILED = 3
_UNWRITTEN = 0x100


@dataclass(slots=True)
class _Seen:
    """One device in the text; `armed` until the answer of the last command."""

    name: str
    serial: str = ""
    model: str = ""
    method: Method | None = None
    words: str = ""
    tool: str = ""
    armed: bool = False
    status: Status = Status.UNKNOWN
    checked: Checked = Checked.UNKNOWN
    at: datetime | None = None
    registers: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


def is_console(lines: list[Line]) -> bool:
    """Tell whether a text keeps such commands or their answers."""
    return any(
        _REGISTER.search(text)
        or "SECURITY_ERASE" in text
        or _SUCCESS.search(text)
        or ((found := _COMMAND.search(text)) and _arms(found[1], found[2]))
        for _, text in lines
    )


def records(lines: list[Line]) -> Iterator[Erasure]:
    """Give one record for each device that was asked to erase itself."""
    seen: dict[str, _Seen] = {}
    current = seen.setdefault("", _Seen(""))
    at: datetime | None = None
    for number, text in lines:
        at = moment(text) or at
        if command := _COMMAND.search(text):
            current = _of(seen, command[2], current)
            _ask(current, command[1], command[2], number, at)
        elif header := _HEADER.match(text):
            current = _of(seen, header[1], current)
        elif listed := _LISTED.match(text):
            other = _of(seen, listed[1], current)
            other.serial, other.model = serial_of(listed[2]), said(listed[3])
        else:
            _hear(current, number, text, at)
    for one in seen.values():
        if one.method is not None:
            yield _record(one)


def _of(seen: dict[str, _Seen], text: str, current: _Seen) -> _Seen:
    found = _DEVICE.search(text)
    if found is None:
        return current
    # A namespace (nvme0n1) is a part of its controller (nvme0).
    name = _NAMESPACE.sub(r"\1", found[1])
    return seen.setdefault(name, _Seen(name))


def _arms(program: str, rest: str) -> bool:
    words = program.split()
    if words[0] == "hdparm":
        return "--security-erase" in rest
    if words[-1] == "format":
        return bool((found := _SES.search(rest)) and found[1] in _FORMATS)
    return words[-1] == "sanitize"


def _ask(one: _Seen, program: str, rest: str, number: int, at: datetime | None) -> None:
    if not _arms(program, rest):
        return
    one.armed, one.status, one.checked = True, Status.UNKNOWN, Checked.UNKNOWN
    one.registers.clear()
    one.at = at
    one.lines.append(number)
    if program == "hdparm":
        enhanced = "--security-erase-enhanced" in rest
        one.method = Method.ENHANCED_ERASE if enhanced else Method.SECURE_ERASE
        one.tool = "hdparm"
        one.words = "security-erase-enhanced" if enhanced else "security-erase"
    elif program.endswith("format"):
        found = _SES.search(rest)
        one.method = _FORMATS.get(found[1] if found else "")
        one.tool, one.words = "nvme-cli", f"format --ses={found[1] if found else ''}"
    else:
        found = _SANITIZE.search(rest)
        one.method = _ACTIONS.get(found[2] if found else "", Method.UNKNOWN)
        one.tool, one.words = "nvme-cli", "sanitize"


def _hear(one: _Seen, number: int, text: str, at: datetime | None) -> None:
    plain = " ".join(text.split())
    if found := _REGISTER.search(text):
        _register(one, found[1].upper(), int(found[2], 0), number, at)
    elif found := _NAMED.match(text):
        if found[1].lower() in {"sn", "serial number"}:
            one.serial = serial_of(found[2].strip())
        else:
            one.model = said(found[2])
    elif "Issuing SECURITY_ERASE command" in text:
        if one.method is None:
            one.method, one.tool = Method.SECURE_ERASE, "hdparm"
            one.words = "security-erase"
        one.armed, one.at = True, one.at or at
        one.lines.append(number)
    elif one.armed and _REFUSED.match(plain):
        one.status, one.armed = Status.FAILED, False
        one.lines.append(number)
    elif one.armed and one.words.startswith("format") and _SUCCESS.match(plain):
        one.status, one.checked, one.armed = Status.ERASED, Checked.YES, False
        one.lines.append(number)
    elif one.tool == "hdparm" and one.armed and plain in {"not enabled", "enabled"}:
        if plain == "not enabled":
            one.status, one.checked = Status.ERASED, Checked.YES
        else:
            one.status, one.checked = Status.UNKNOWN, Checked.UNKNOWN
        one.lines.append(number)


def _register(
    one: _Seen, name: str, value: int, number: int, at: datetime | None
) -> None:
    """Judge the register of Sanitize once its three parts are there, in order."""
    order = ("SPROG", "SSTAT", "SCDW10")
    if name == order[0]:
        one.registers.clear()
        one.status, one.checked = Status.UNKNOWN, Checked.UNKNOWN
    one.registers[name] = value
    one.lines.append(number)
    if one.method is None:
        one.method, one.tool, one.words = Method.UNKNOWN, "nvme-cli", "sanitize-log"
    if tuple(one.registers) != order:
        return
    one.at = one.at or at
    state = one.registers["SSTAT"]
    action = _ACTIONS.get(str(value & 7))
    if state & 7 == _FAILED:
        one.status = Status.FAILED
    elif state & 7 in _DONE and one.registers["SPROG"] == _FINISHED and action:
        one.status, one.method = Status.ERASED, action
        one.checked = Checked.YES if state & _UNWRITTEN else Checked.UNKNOWN


def _record(one: _Seen) -> Erasure:
    return Erasure(
        serial=one.serial,
        model=one.model,
        kind=MediumKind.NVME if one.name.startswith("nvme") else MediumKind.UNKNOWN,
        method=one.method or Method.UNKNOWN,
        method_words=one.words,
        tool=one.tool,
        started=one.at,
        ended=one.at,
        checked=one.checked,
        status=one.status,
        lines=tuple(one.lines),
    )
