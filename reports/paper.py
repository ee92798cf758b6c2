"""Text on a printed page: the signs that its faces have, lines that fit."""


def plain(text: str) -> str:
    """Keep what the printer's own faces have: Windows' signs of western Europe."""
    told = text.replace("\u202f", "\u00a0").replace("\u2212", "-")
    return told.encode("cp1252", "replace").decode("cp1252")


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines, inside a word when it is longer than the line."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            tried = f"{line} {word}" if line else word
            if stringWidth(tried, font, size) <= width:
                line = tried
                continue
            if line:
                lines.append(line)
            rest = word
            while stringWidth(rest, font, size) > width:
                fits = _fitting(rest, font, size, width)
                lines.append(rest[:fits])
                rest = rest[fits:]
            line = rest
        lines.append(line)
    return lines


def _fitting(text: str, font: str, size: float, width: float) -> int:
    """Tell how many signs fit on a line; one at least."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    fits = 1
    while fits < len(text) and stringWidth(text[: fits + 1], font, size) <= width:
        fits += 1
    return fits
