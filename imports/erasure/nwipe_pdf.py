"""The certificate that nwipe prints for one disk, read from its page as nwipe draws it.

nwipe writes its text uncompressed, word by word with its place: no library is needed,
and nothing is inflated. A PDF that went through another program is refused.
"""

import re
from dataclasses import dataclass

from imports.erasure.lines import moment, said, serial_of, whole
from imports.sheet import UnreadableError
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.vocabulary import MediumKind

_MOST_WORDS = 20_000
_TEXT = re.compile(
    rb"BT (?:/GS\d+ gs )?"
    rb"(?:(-?[\d.]{1,12}) (-?[\d.]{1,12}) TD|"
    rb"(?:-?[\d.]{1,12} ){4}(-?[\d.]{1,12}) (-?[\d.]{1,12}) Tm)"
    rb"[^()<>]{0,200}\(((?:[^()\\]|\\.){0,400})\) Tj",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FOOTER = re.compile(r"Dis[ck] Erasure by NWIPE version (\S+)", re.IGNORECASE)
_LABELS = {
    "make/model": "model",
    "serial": "serial",
    "bus": "bus",
    "size(apparent)": "size",
    "start time": "started",
    "end time": "ended",
    "status": "status",
    "method": "method",
    "verify pass(last/all/none)": "verify",
    "rounds(completed/requested)": "rounds",
    "errors(pass/sync/verify)": "errors",
    "errors(pass/sync/verify/retries)": "errors",
    "*bytes erased": "erased",
    "bytes erased": "erased",
    "hpa/dco": "hidden",
}
_BYTES = re.compile(r"(\d{1,18}) ?(?:bytes|B)", re.ASCII)
_PERCENT = re.compile(r"\((\d{1,3}(?:\.\d+)?)%\)", re.ASCII)
_STATUS = {
    "ERASED": Status.ERASED,
    "FAILED": Status.FAILED,
    "ABORTED": Status.FAILED,
}
_SAME_LINE = 3.0
_WHOLE_DISK = 100.0


@dataclass(frozen=True, slots=True)
class _Word:
    x: float
    y: float
    text: str


def read_pdf(content: bytes) -> list[Erasure]:
    """Read the only disk of a certificate.

    Raises:
        UnreadableError: no certificate of nwipe, altered, or of several disks.
    """
    words = [*_words(content)]
    version = next((f[1] for w in words if (f := _FOOTER.search(w.text))), None)
    if version is None:
        message = (
            "Ce PDF n'est pas un certificat d'origine de nwipe (celui d'un disque) : "
            "joignez le fichier que nwipe a écrit, ou son journal."
        )
        raise UnreadableError("unknown_format", message)
    found: dict[str, str] = {}
    for word in words:
        name = _LABELS.get(word.text.rstrip(" :").lower())
        if name is None or not word.text.rstrip().endswith(":"):
            continue
        if name in found:
            message = (
                "Ce PDF parle de plusieurs disques : joignez le certificat de chacun, "
                "ou le journal de nwipe."
            )
            raise UnreadableError("several", message)
        found[name] = _after(word, words)
    if not {"serial", "status", "method"} <= found.keys():
        message = "Ce certificat de nwipe est incomplet : joignez son journal."
        raise UnreadableError("damaged", message)
    return [_record(found, version)]


def _words(content: bytes) -> list[_Word]:
    words: list[_Word] = []
    for found in _TEXT.finditer(content):
        try:
            x = float(found[1] or found[3])
            y = float(found[2] or found[4])
        except ValueError:
            continue
        text = _ESCAPED.sub(r"\1", found[5].decode("cp1252", "replace"))
        words.append(_Word(x, y, text.strip()))
        if len(words) > _MOST_WORDS:
            message = "Ce PDF compte trop de texte pour un certificat."
            raise UnreadableError("bomb", message)
    return words


def _after(label: _Word, words: list[_Word]) -> str:
    """Give the text that follows a label on its line, if it is no label itself."""
    same = [w for w in words if abs(w.y - label.y) <= _SAME_LINE and w.x > label.x]
    nearest = min(same, key=lambda word: word.x, default=None)
    return "" if nearest is None or nearest.text.endswith(":") else nearest.text


def _record(found: dict[str, str], version: str) -> Erasure:
    words = said(found["method"])
    errors = _errors(found.get("errors", ""))
    ended = _STATUS.get(found["status"], Status.UNKNOWN)
    percent = _PERCENT.search(found.get("erased", ""))
    complete = percent is None or float(percent[1]) >= _WHOLE_DISK
    complete &= not found.get("hidden", "").startswith("Hidden sectors")
    done, _, wanted = found.get("rounds", "").partition("/")
    if ended is Status.ERASED and errors:
        ended = Status.FAILED
    if ended is Status.ERASED and (errors is None or not complete or done != wanted):
        ended = Status.UNKNOWN
    size = _BYTES.search(found.get("size", ""))
    started = moment(found.get("started", ""))
    return Erasure(
        serial=serial_of(found["serial"]),
        model=said(found.get("model", "")),
        size=whole(size[1]) if size else None,
        kind=MediumKind.NVME
        if "NVME" in found.get("bus", "").upper()
        else MediumKind.UNKNOWN,
        method=Method.VERIFY_ONLY
        if words.lower().startswith("verify")
        else Method.OVERWRITE,
        method_words=words,
        tool="nwipe",
        version=version,
        started=started,
        ended=moment(found.get("ended", "")) or started,
        rounds=whole(done),
        checked={
            "None": Checked.NO,
            "Last": Checked.YES,
            "All": Checked.YES,
        }.get(found.get("verify", ""), Checked.UNKNOWN),
        errors=errors,
        status=ended,
    )


def _errors(text: str) -> int | None:
    counts = [whole(part) for part in text.split("/")]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
