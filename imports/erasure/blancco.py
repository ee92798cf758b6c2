"""The XML report of Blancco: nested `entries` and `entry`, each with a name.

Read from public descriptions of the format, and from none of its documentation: what
is not named as expected says nothing. Neither entities nor a document type is taken.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, XMLParser

from imports.erasure.lines import bounded, moment, said, serial_of, whole
from imports.sheet import UnreadableError
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.vocabulary import MediumKind

_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"encoding=[\"']([^\"']*)")
_ENCODINGS = frozenset({b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252"})
_DEEPEST = 64
_MOST_TAGS = 200_000
_STATES = {
    "successful": Status.ERASED,
    "failed": Status.FAILED,
    "cancelled": Status.FAILED,
    "interrupted": Status.FAILED,
}
_METHODS = (
    ("cryptographic", Method.CRYPTO_ERASE),
    ("crypto", Method.CRYPTO_ERASE),
    ("sanitize", Method.SANITIZE_BLOCK),
    ("enhanced secure erase", Method.ENHANCED_ERASE),
    ("secure erase", Method.SECURE_ERASE),
    ("factory reset", Method.FACTORY_RESET),
)
_NO = frozenset({"", "0", "0%", "none", "no", "false", "off"})


def read_blancco(content: bytes) -> list[Erasure]:
    """Read each erasure of a report.

    Raises:
        UnreadableError: damaged, not such a report, or out of all measure.
    """
    if _FORBIDDEN.search(content) or _FORBIDDEN.search(content.replace(b"\x00", b"")):
        message = "Ce fichier XML contient une déclaration DOCTYPE : il n'est pas lu."
        raise UnreadableError("bomb", message)
    root = _parsed(content)
    reports = [e for e in root.iter() if _local(e) == "blancco_erasure_report"]
    if not reports:
        message = "Ce fichier XML n'est pas un rapport d'effacement de Blancco."
        raise UnreadableError("unknown_format", message)
    version = next((v for e in root.iter() if (v := _version(e))), "")
    told = (
        _record(erasure, version)
        for report in reports
        for erasure in report.iter()
        if _name(erasure) == "erasure"
    )
    found = bounded(told)
    if not found:
        message = "Ce rapport de Blancco ne contient aucun effacement."
        raise UnreadableError("no_erasure", message)
    return found


def _parsed(content: bytes) -> Element:
    declared = _ENCODING.search(content[:200])
    if b"\x00" in content or (declared and declared[1].lower() not in _ENCODINGS):
        message = "Ce fichier XML n'est pas en UTF-8 : exportez-le de nouveau."
        raise UnreadableError("encoding", message)
    if content.count(b"<") > _MOST_TAGS or _depth(content) > _DEEPEST:
        message = "Ce fichier XML est imbriqué ou étendu hors de toute mesure."
        raise UnreadableError("bomb", message)
    parser = XMLParser()  # noqa: S314 - neither entities nor a document type get here
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        message = "Ce fichier XML est abîmé ou incomplet : exportez-le de nouveau."
        raise UnreadableError("damaged", message) from error
    if not isinstance(root, Element):
        message = "Ce fichier XML est vide."
        raise UnreadableError("damaged", message)
    return root


def _depth(content: bytes) -> int:
    """Bound the depth of nesting: opened minus closed tags, at most."""
    depth = deepest = 0
    for found in re.finditer(rb"<(/?)[A-Za-z_][^<>]*?(/?)>", content):
        if found[1]:
            depth -= 1
        elif not found[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _record(erasure: Element, version: str) -> Erasure:
    own = _entries(erasure)
    target = next((e for e in erasure.iter() if _name(e) == "target"), None)
    disk = _entries(target) if target is not None else own
    words = said(own.get("erasure_standard_name", ""))
    errors = _errors(own)
    status = _STATES.get(own.get("state", "").strip().lower(), Status.UNKNOWN)
    if status is Status.ERASED and errors:
        status = Status.FAILED
    return Erasure(
        serial=serial_of(disk.get("serial", "")),
        model=said(disk.get("model", "")),
        size=whole(disk.get("capacity", "")),
        kind=_kind(disk),
        method=_method(words, own),
        method_words=words,
        tool="Blancco",
        version=version,
        started=moment(own.get("start_time", "")),
        ended=moment(own.get("end_time", "")) or moment(own.get("timestamp", "")),
        rounds=whole(own.get("total_erasure_rounds", "")),
        checked=_checked(own),
        errors=errors,
        status=status,
    )


def _entries(parent: Element) -> dict[str, str]:
    """Give what is said at this level: `entry` children, or children by their tag."""
    return {
        _name(child): (child.text or "")[:400] for child in parent if not len(child)
    }


def _errors(own: Mapping[str, str]) -> int | None:
    counts = [whole(own[k]) for k in ("total_errors", "failed_sectors") if k in own]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _checked(own: Mapping[str, str]) -> Checked:
    said_ = [value for name, value in own.items() if "verif" in name]
    if not said_:
        return Checked.UNKNOWN
    refused = any(value.strip().lower() in _NO for value in said_)
    return Checked.NO if refused else Checked.YES


def _method(words: str, own: Mapping[str, str]) -> Method:
    plain = words.lower()
    for word, method in _METHODS:
        if word in plain:
            return method
    overwritten = whole(own.get("overwriting_rounds", ""))
    if overwritten is not None and overwritten > 0:
        return Method.OVERWRITE
    return Method.UNKNOWN


def _kind(disk: Mapping[str, str]) -> MediumKind:
    about = " ".join((disk.get("type", ""), disk.get("interface_type", ""))).upper()
    if "NVM" in about:
        return MediumKind.NVME
    if "SSD" in about:
        return MediumKind.SSD
    if "EMMC" in about or "UFS" in about:
        return MediumKind.EMMC
    return MediumKind.HDD if "HDD" in about else MediumKind.UNKNOWN


def _version(element: Element) -> str:
    for name in ("product_version", "software_version"):
        if _name(element) == name:
            return said(element.text or "")
    return ""


def _name(element: Element) -> str:
    return element.get("name") or _local(element)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
