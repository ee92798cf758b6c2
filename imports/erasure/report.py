"""Any report of an erasure: recognised by its content, read into records."""

from collections.abc import Callable
from dataclasses import dataclass

from imports.bounded_json import begins_as_json
from imports.erasure import console, nwipe
from imports.erasure.blancco import read_blancco
from imports.erasure.lines import bounded, check_size, numbered
from imports.erasure.nwipe_pdf import read_pdf
from imports.erasure.workbench import read_snapshot
from imports.sheet import UnreadableError
from parc.domain.erasure import Erasure

UNKNOWN = (
    "Ce fichier n'est pas un rapport d'effacement que parc sait lire : journal ou "
    "certificat PDF de nwipe, ShredOS ou ABAN, XML de Blancco, relevé de Workbench, "
    "texte d'un terminal (nvme, hdparm). Enregistrez-le comme justificatif sur la "
    "fiche du matériel."
)
_EMPTY = (
    "Ce journal ne parle d'aucun effacement commencé : attendez la fin du programme, "
    "puis joignez le journal entier."
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a file says: its format, and one record for each medium."""

    format: str
    records: tuple[Erasure, ...]


def read_report(content: bytes) -> Report:
    """Read a report of erasure.

    Raises:
        UnreadableError: of no known kind, damaged, empty, or beyond the bounds.
    """
    check_size(content)
    head = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    for begins, label, read in _WHOLE:
        if begins(head):
            return Report(label, tuple(read(content)))
    lines = numbered(content)
    for is_one, label, records in (
        (nwipe.is_nwipe, "Journal de nwipe", nwipe.records),
        (console.is_console, "Texte d'un terminal", console.records),
    ):
        if is_one(lines):
            found = tuple(bounded(records(lines)))
            if not found:
                raise UnreadableError("no_erasure", _EMPTY)
            return Report(label, found)
    raise UnreadableError("unknown_format", UNKNOWN)


_WHOLE: tuple[
    tuple[Callable[[bytes], bool], str, Callable[[bytes], list[Erasure]]], ...
] = (
    (lambda head: head.startswith(b"%PDF-"), "Certificat PDF de nwipe", read_pdf),
    (lambda head: head.startswith(b"<"), "Rapport de Blancco", read_blancco),
    (begins_as_json, "Relevé de Workbench", read_snapshot),
)
