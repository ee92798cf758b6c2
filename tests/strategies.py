"""Hypothesis strategies that several tests share: files, right and wrong."""

from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.imports import files

TITLES = (
    "Étiquette",
    "N° de série",
    "Catégorie",
    "Marque",
    "Modèle",
    "Date d'achat",
    "Date de réforme",
    "Destination",
    "Date de remise",
    "Prix HT",
    "Garantie",
    "Quantité",
    "Indice de réparabilité",
    "Statut",
    "SIRET",
    "Prénom",
    "Capacité",
    "N° de série du disque",
    "Notes",
    "Purchase Date",
    "Asset Tag",
    "Total",
    "Couleur",
)
TRICKY = (
    "",
    "Total",
    "=1+1",
    "@SUM(A1)",
    "01/02/23",
    "25/12/2022",
    "31/02/2023",
    "2019",
    "45000",
    "6.37702E+15",
    "1.234",
    "1 234,56 €",
    "-5",
    "²",
    "٣",
    "nan",
    "1e999",
    "Don à une association",
    "vrai",
    '"',
    "'=",
    "\u200b",
    "é" * 300,
    "x" * 40_000,
)
CELLS = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(-(10**18), 10**18).map(str),
    st.floats().map(str),
    st.dates().map(str),
)
XML_VALUES = st.one_of(
    st.sampled_from(
        (
            "1e999",
            "NaN",
            "-1",
            "45000.5",
            "1E+308",
            "",
            " ",
            "&#0;",
            "&#55296;",
            "<",
            "&",
        )
    ),
    st.floats().map(str),
    st.integers().map(str),
)
XML_ADDRESSES = st.one_of(
    st.builds("{}{}".format, st.sampled_from("ABCDE"), st.integers(1, 9)),
    st.sampled_from(
        ("XFD1048576", "IV900000", "A0", "A4294967296", "ZZZZZZZ1", "", "1", "a1", "é1")
    ),
)
XML_KINDS = st.sampled_from(("", "s", "str", "b", "e", "d", "n", "inlineStr", "x"))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Give headings of an inventory, most often, above cells of any kind."""
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=8))
    if draw(st.integers(0, 4)):
        titles = ["Étiquette", "Marque", *titles]
    above = draw(st.lists(st.lists(CELLS, max_size=3), max_size=2))
    rows = draw(st.lists(st.lists(CELLS, max_size=10), max_size=6))
    return [*above, titles, *rows]


@st.composite
def text_files(draw: st.DrawFn) -> bytes:
    """Write a table as text, in any of the encodings and separators."""
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252", "utf-16")))
    separator = draw(st.sampled_from(";,\t|"))
    end = draw(st.sampled_from(("\r\n", "\n", "\r")))
    lines = [separator.join(row) + end for row in draw(tables())]
    return "".join(lines).encode(encoding, "replace")


@st.composite
def wild_cells(draw: st.DrawFn) -> str:
    """Write a cell as no spreadsheet would."""
    value = draw(XML_VALUES)
    formula = draw(st.sampled_from(("", "<f>A1</f>", "<f/>")))
    inside = draw(
        st.sampled_from(
            (
                f"{formula}<v>{value}</v>",
                f"<is><t>{value}</t></is>",
                formula,
                f"<v>{value}",
                "<!-- -->",
            )
        )
    )
    kind, address = draw(XML_KINDS), draw(XML_ADDRESSES)
    style = draw(st.sampled_from(("", ' s="1"', ' s="99"')))
    return f'<c r="{address}"{style} t="{kind}">{inside}</c>'


@st.composite
def sane_cells(draw: st.DrawFn, address: str) -> str:
    """Write a cell as spreadsheets do, of any value."""
    how = draw(st.integers(0, 4))
    if how == 0:
        number = draw(st.floats(allow_nan=False, allow_infinity=False))
        return f'<c r="{address}"><v>{number}</v></c>'
    if how == 1:
        return f'<c r="{address}" t="b"><v>{draw(st.integers(0, 1))}</v></c>'
    if how == 2:
        return f'<c r="{address}"><f>A1</f></c>'
    if how == 3:
        return f'<c r="{address}" t="d"><v>{draw(st.dates())}</v></c>'
    return files.cell(address, escape(draw(CELLS.filter(str.isprintable))))


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """Write a workbook: headings as they should be, then cells of any kind."""
    known = st.sampled_from(TITLES[1:])
    titles = draw(st.lists(known, min_size=1, max_size=4, unique=True))
    letters = "ABCDE"[: len(titles) + 1]
    heading = "".join(
        map(files.cell, (f"{c}1" for c in letters), TITLES[:1] + tuple(titles))
    )
    body = ""
    for line in range(2, draw(st.integers(2, 7))):
        filled = draw(st.lists(st.sampled_from(letters), unique=True).map(sorted))
        cells = [draw(sane_cells(f"{letter}{line}")) for letter in filled]
        if not draw(st.integers(0, 9)):
            cells.append(draw(wild_cells()))
        body += f'<row r="{line}">{"".join(cells)}</row>'
    shared = draw(st.sampled_from((None, "", "<si><t>a</t></si>", "<si/>", "<si")))
    return files.raw_workbook(f'<row r="1">{heading}</row>{body}', shared=shared)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Cut a file short, change some of its bytes, or add some."""
    content = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 4))):
        if not content:
            break
        at = draw(st.integers(0, len(content) - 1))
        how = draw(st.sampled_from(("flip", "nul", "cut", "insert", "surrogate")))
        if how == "flip":
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "nul":
            content[at] = 0
        elif how == "cut":
            del content[at:]
        elif how == "insert":
            content[at:at] = draw(st.binary(max_size=8))
        else:
            content[at:at] = b"\xed\xa0\x80"
    return bytes(content)
