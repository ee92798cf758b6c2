"""A handful of small invented documents that stand for real evidence."""

from enum import StrEnum

_HEAD = "Document de démonstration, sans valeur"
_TOP, _LEADING = 780, 22


class Paper(StrEnum):
    """What a document of the demonstration says it is."""

    ERASURE = "Certificat d'effacement de supports de stockage"
    DESTRUCTION = "Certificat de destruction de supports de stockage"
    ABSENCE = "Constat d'absence de support de stockage"
    TESTS = "Fiche de tests fonctionnels"
    LOT = "Lot proposé au réemploi"
    CONVENTION = "Convention de remise de matériel réformé"
    COMMITMENT = "Engagement de réemploi du preneur"
    PROOF = "Attestation de réemploi effectif"
    COLLECTION = "Bon d'enlèvement DEEE"
    TREATMENT = "Attestation de traitement DEEE"


def content(paper: Paper, owner: str) -> bytes:
    """Write a document of an owner as a one-page PDF, always the same bytes."""
    lines = (_HEAD, str(paper), owner, "Pièce partagée par plusieurs matériels.")
    return _pdf("\n".join(_line(n, text) for n, text in enumerate(lines)))


def _line(number: int, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 14 Tf 60 {_TOP - number * _LEADING} Td ({escaped}) Tj ET"


def _pdf(page: str) -> bytes:
    stream = page.encode("cp1252")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
    used = b"/Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>" % used,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font + b" /Encoding /WinAnsiEncoding >>",
    )
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)
