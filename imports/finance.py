"""Spreadsheets of the finance office: spends without devices, lines of the ledger.

Headings are recognised as those of inventories are: case, accents, small words and
punctuation do not count.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from imports.headings import LOOKED_AT, says_with_vat
from imports.reading import sheets
from imports.sheet import Cell, Sheet, UnreadableError
from imports.values import (
    AmbiguousDateError,
    YearAloneError,
    cents_of,
    date_order,
    day_of,
    decimal_comma,
    is_mangled,
    text_of,
)
from imports.vocabulary import plain, vocabulary
from parc.domain.category import AgecCategory
from parc.domain.intake_issue import Issue, issue
from parc.domain.reconciliation import LedgerLine
from parc.domain.search import fold
from parc.domain.vocabulary import Condition

MOST_LINES = 20_000
_LONGEST = 200
_MOST_UNITS = 1_000_000

_DAY = (
    *("Date", "Date de mandat", "Date de mandatement", "Date de facture"),
    *("Date de paiement", "Date de liquidation", "Date de dépense"),
    *("Date d'émission", "Date d'engagement"),
)
_SPEND: Mapping[str, Sequence[str]] = {
    "day": _DAY,
    "supplier": ("Fournisseur", "Tiers", "Titulaire", "Prestataire", "Supplier"),
    "agec": (
        *("Catégorie AGEC", "Catégorie", "Type de produit", "Type produit acquis"),
        *("Famille", "Famille d'achat", "Nature", "Nature d'achat"),
    ),
    "amount": (
        *("Montant HT", "Montant", "Montant hors taxes", "Total HT", "Dépense HT"),
        *("Montant mandaté HT", "Montant H.T.", "HT"),
    ),
    "condition": (
        *("État", "État à l'achat", "Neuf ou reconditionné", "Condition", "Origine"),
        *("Réemploi", "Neuf/réemploi"),
    ),
    "reference": (
        *("Référence", "N° de mandat", "Mandat", "N° de facture", "Facture"),
        *("N° de pièce", "Pièce", "N° de bon de commande", "Bon de commande"),
    ),
    "designation": ("Objet", "Désignation", "Libellé", "Description", "Intitulé"),
}
_LEDGER: Mapping[str, Sequence[str]] = {
    "number": (
        *("N° d'inventaire", "Numéro d'inventaire", "N° inventaire comptable"),
        *("Numéro d'inventaire comptable", "Inventaire", "N° d'immobilisation"),
        *("N° immo", "Immobilisation", "N° de fiche", "Fiche", "N° de bien", "Bien"),
        *("Code bien", "Fiche immobilisation", "N° inv", "Inventaire comptable"),
    ),
    "designation": (
        *("Désignation", "Libellé", "Libellé du bien", "Désignation du bien"),
        *("Description", "Intitulé", "Nature du bien", "Objet"),
    ),
    "day": (
        *("Date d'acquisition", "Date d'entrée", "Date", "Date de mise en service"),
        *("Date d'achat", "Acquisition", "Date d'intégration", "Date acquis"),
    ),
    "value": (
        *("Valeur d'acquisition", "Valeur brute", "Valeur", "Valeur d'origine"),
        *("Valeur historique", "Montant", "Coût d'acquisition", "Prix d'achat"),
        *("Valeur d'entrée", "Valeur initiale", "Valeur comptable brute"),
    ),
    "quantity": ("Quantité", "Qté", "Nombre", "Nb", "Nombre de biens", "Quantity"),
}
_AGEC_WORDS: Mapping[str, AgecCategory] = {
    "informatique": AgecCategory.IT_AND_TELEPHONY,
    "telephonie": AgecCategory.IT_AND_TELEPHONY,
    "ordinateur": AgecCategory.IT_AND_TELEPHONY,
    "reprographie": AgecCategory.PRINTING,
    "copieur": AgecCategory.PRINTING,
    "imprimante": AgecCategory.PRINTING,
    "consommable": AgecCategory.CONSUMABLES,
    "toner": AgecCategory.CONSUMABLES,
    "cartouche": AgecCategory.CONSUMABLES,
}


@dataclass(frozen=True, slots=True)
class Spend:
    """A spend without devices: one line of the finance office's file."""

    line: int
    day: date
    supplier: str
    agec_category: AgecCategory
    amount_cents: int
    condition: Condition
    reference: str = ""
    designation: str = ""


@dataclass(slots=True)
class Spends:
    """What a file of spends holds, and the lines that could not be read."""

    lines: list[Spend] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """What a file of the ledger holds; `says_vat`: a heading says « TTC »."""

    lines: list[LedgerLine] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    says_vat: bool = False


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows under recognised headings; `order` and `comma` are those of each column."""

    rows: Sequence[tuple[int, Mapping[str, Cell]]]
    titles: Mapping[str, str]
    orders: Mapping[str, str | None]
    commas: Mapping[str, bool | None]


def spends(content: bytes, order: str | None = None) -> Spends:
    """Read a file of spends without devices.

    Raises:
        UnreadableError: no date, supplier, category and amount under headings.
    """
    table = _table(content, _SPEND, {"day", "supplier", "amount"}, order)
    if says_with_vat(table.titles["amount"]):
        message = (
            "La colonne des montants dit « TTC » : la part d'achats se compte hors "
            "taxes. Donnez les montants HT."
        )
        raise UnreadableError("with_vat", message)
    found = Spends()
    for line, row in table.rows:
        read = _spend(table, line, row)
        if isinstance(read, Issue):
            found.issues.append(read)
        else:
            found.lines.append(read)
    return found


def ledger(content: bytes, order: str | None = None) -> Ledger:
    """Read the finance ledger (état de l'actif).

    Raises:
        UnreadableError: no accounting number with a value or a quantity under
            headings.
    """
    table = _table(content, _LEDGER, {"number"}, order)
    if not {"value", "quantity"} & set(table.titles):
        raise _no_heading(_LEDGER, {"number", "value"})
    found = Ledger(says_vat=says_with_vat(table.titles.get("value", "")))
    for line, row in table.rows:
        if (read := _ledger_line(table, line, row, found.issues)) is not None:
            found.lines.append(read)
    return found


def _spend(table: _Table, line: int, row: Mapping[str, Cell]) -> Spend | Issue:
    day = _day(table, line, row)
    if isinstance(day, Issue):
        return day
    cents = _cents(table, row, "amount")
    supplier = text_of(row.get("supplier"))[:_LONGEST]
    agec = _agec(text_of(row.get("agec")), text_of(row.get("designation")))
    condition = _condition(text_of(row.get("condition")))
    if day is None or cents is None or not supplier or not agec or not condition:
        for name, value, message in (
            ("day", day, "Sans date, l'année n'est pas connue."),
            ("amount", cents, "Ce montant ne se lit pas."),
            ("supplier", supplier or None, "Le fournisseur manque."),
            ("agec", agec, "Cette catégorie AGEC n'est pas reconnue."),
        ):
            if value is None:
                return _wrong(table, line, row, name, message)
        message = "Cet état à l'achat n'est pas reconnu."
        return _wrong(table, line, row, "condition", message)
    return Spend(
        line,
        day,
        supplier,
        agec,
        cents,
        condition,
        text_of(row.get("reference"))[:_LONGEST],
        text_of(row.get("designation"))[:_LONGEST],
    )


def _ledger_line(
    table: _Table, line: int, row: Mapping[str, Cell], issues: list[Issue]
) -> LedgerLine | None:
    number = text_of(row.get("number"))[:_LONGEST]
    if not number or is_mangled(row.get("number")):
        message = "Sans numéro d'inventaire lisible, cette ligne n'est pas comparée."
        issues.append(_wrong(table, line, row, "number", message))
        return None
    day = _day(table, line, row)
    if isinstance(day, Issue):
        issues.append(day)
        day = None
    value = _cents(table, row, "value")
    if value is None and text_of(row.get("value")):
        message = "Cette valeur ne se lit pas : elle n'est pas comparée."
        issues.append(_wrong(table, line, row, "value", message))
    text = text_of(row.get("quantity"))
    quantity = int(text) if text.isascii() and text.isdigit() else None
    if (quantity is None and text) or (quantity or 0) > _MOST_UNITS:
        message = "Cette quantité ne se lit pas : elle n'est pas comparée."
        issues.append(_wrong(table, line, row, "quantity", message))
        quantity = None
    designation = text_of(row.get("designation"))[:_LONGEST]
    return LedgerLine(line, number, designation, day, value, quantity)


def _table(
    content: bytes,
    headings: Mapping[str, Sequence[str]],
    needed: set[str],
    order: str | None,
) -> _Table:
    with closing(sheets(content)) as opened:
        for sheet in opened:
            found = _heading(sheet, headings, needed)
            if found is not None:
                return _read(sheet, *found, order)
    raise _no_heading(headings, needed)


def _heading(
    sheet: Sheet, headings: Mapping[str, Sequence[str]], needed: set[str]
) -> tuple[int, dict[str, int], dict[str, str]] | None:
    """Find the line of headings: which column fills which field."""
    qualifiers = vocabulary().qualifiers
    ranks = {
        plain(title): (name, rank)
        for name, titles in reversed([*headings.items()])
        for rank, title in reversed([*enumerate(titles)])
    }
    with closing(sheet.rows()) as rows:
        for line, row in itertools.islice(rows, LOOKED_AT):
            best: dict[str, tuple[int, int]] = {}
            for index, cell in enumerate(row):
                title = plain(text_of(cell)) if isinstance(cell, str) else ""
                bare = " ".join(w for w in title.split() if w not in qualifiers)
                name, rank = ranks.get(title) or ranks.get(bare) or ("", 0)
                if name and (name not in best or rank < best[name][0]):
                    best[name] = (rank, index)
            if needed <= set(best):
                columns = {name: index for name, (_, index) in best.items()}
                titles = {name: text_of(row[i]) for name, i in columns.items()}
                return line, columns, titles
    return None


def _read(
    sheet: Sheet,
    heading: int,
    columns: Mapping[str, int],
    titles: Mapping[str, str],
    order: str | None,
) -> _Table:
    rows: list[tuple[int, Mapping[str, Cell]]] = []
    for line, row in _below(sheet, heading):
        if len(rows) == MOST_LINES:
            message = f"Le fichier a plus de {MOST_LINES} lignes : coupez-le."
            raise UnreadableError("too_many_rows", message)
        said = {n: row[i] for n, i in columns.items() if i < len(row)}
        rows.append((line, said))
    cells = {name: [row.get(name) for _, row in rows] for name in columns}
    return _Table(
        rows,
        titles,
        {name: order or date_order(found) for name, found in cells.items()},
        {name: decimal_comma(found) for name, found in cells.items()},
    )


def _below(sheet: Sheet, heading: int) -> Iterator[tuple[int, list[Cell]]]:
    """Give the rows that hold something, but totals."""
    totals = vocabulary().totals
    for line, row in sheet.rows():
        first = next(filter(None, map(text_of, row)), "")
        if line > heading and first and not fold(first).startswith(totals):
            yield line, row


def _day(table: _Table, line: int, row: Mapping[str, Cell]) -> date | Issue | None:
    cell = row.get("day")
    if not text_of(cell):
        return None
    try:
        return day_of(cell, table.orders["day"])
    except AmbiguousDateError:
        message = (
            "Cette date se lit de deux façons et rien dans la colonne ne tranche : "
            "précisez l'ordre des dates."
        )
    except YearAloneError:
        message = "Une année seule ne fait pas une date."
    except ValueError:
        message = "Cette cellule n'est pas une date."
    return _wrong(table, line, row, "day", message)


def _cents(table: _Table, row: Mapping[str, Cell], name: str) -> int | None:
    cell = row.get(name)
    if not text_of(cell):
        return None
    try:
        return cents_of(cell, table.commas.get(name))
    except ValueError:
        return None


def _agec(text: str, designation: str) -> AgecCategory | None:
    """Recognise a category of AGEC art. 58; a text that says nothing is read further.

    Its official label first, else one of its words; two categories are none.
    """
    labels = {plain(one.label): one for one in AgecCategory}
    for said in (text, designation):
        if plain(said) in labels:
            return labels[plain(said)]
        words = plain(said).split()
        found = {
            one
            for word in words
            for start, one in _AGEC_WORDS.items()
            if word.startswith(start)
        }
        if len(found) == 1:
            return found.pop()
    return None


def _condition(text: str) -> Condition | None:
    """Recognise the condition at the purchase; nothing said is new."""
    if not text:
        return Condition.NEW
    found = vocabulary().conditions.get(plain(text))
    return Condition(found) if found else None


def _wrong(
    table: _Table, line: int, row: Mapping[str, Cell], name: str, message: str
) -> Issue:
    title = table.titles.get(name)
    return issue(
        line, title, f"invalid_{name}", text_of(row.get(name)) or None, message
    )


def _no_heading(
    headings: Mapping[str, Sequence[str]], needed: set[str]
) -> UnreadableError:
    named = ", ".join(f"« {headings[name][0]} »" for name in headings if name in needed)
    message = f"Aucune ligne d'en-têtes n'est reconnue : il faut au moins {named}."
    return UnreadableError("no_heading", message)
