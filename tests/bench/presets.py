"""Reading each origin's list, against the plain spreadsheet of as many rows."""

import csv
import gc
import io
from collections.abc import Callable, Iterator, Mapping, Sequence

from imports import Options, extract
from parc import resources
from tests.bench import workbook
from tests.bench.measuring import Verdict, in_turn, ratio, timed, told

MOST_TIMES_PLAIN = 1.3
_PLAIN = "spreadsheet"
# What a list's columns hold: a column of the plain list, or a text.
_COLUMNS: Mapping[str, Mapping[str, int | str]] = {
    "glpi": {
        "Nom": "PC",
        "Statut": 11,
        "Fabricant": 3,
        "Numéro de série": 1,
        "Type": 2,
        "Modèle": 4,
        "Système d'exploitation - Nom": "Windows 10<br>Debian",
        "Lieu": 9,
        "Dernière modification": "2024-10-31 09:12",
        "Numéro d'inventaire": 0,
        "Entité": "Entité racine > CALL",
        "Utilisateur": 10,
        "Commentaires": "a &#62; b",
        "Numéro d'immobilisation": 12,
        "Date d'achat": 5,
        "Fournisseur": 7,
        "N° de commande": 8,
        "Prix": 6,
        "Caractéristiques": 13,
        "N° de série du disque": 16,
    },
    "snipe-it": {
        "Company": "CALL",
        "Asset Name": "PC",
        "Asset Tag": 0,
        "Serial": 1,
        "Model": 4,
        "Model No.": 13,
        "Category": 2,
        "Manufacturer": 3,
        "Purchased": 5,
        "Cost": 6,
        "Order Number": 8,
        "Supplier": 7,
        "Checked Out": 10,
        "Location": 9,
        "Status": 11,
        "Warranty": "36",
        "Warranty Expires": 14,
        "Notes": 19,
        "Username": 10,
        "BYOD": "No",
    },
    "ocs": {
        "TAG": 9,
        "Dernier inventaire": 5,
        "Machine": "PC",
        "Utilisateur connecté": 10,
        "Systeme": "Windows 11",
        "RAM (Mo)": "16384",
        "CPU (MHz)": "2400",
        "Fabricant": 3,
        "Modèle": 4,
        "BIOS Numéro de série": 1,
        "Type": 2,
        "Type de processeur": "i5",
        "Description": 19,
        "Adresse IP": "10.0.0.1",
        "Domaine": "CALL",
        "Dernière visite": 18,
        "Nombre de processeurs": "1",
        "Version du système": "10",
        "Fabricant du BIOS": 3,
        "Architecture": "x64",
    },
    "homebox": {
        "HB.import_ref": "",
        "HB.location": 9,
        "HB.tags": 2,
        "HB.asset_id": 0,
        "HB.archived": "false",
        "HB.url": "/item",
        "HB.name": 4,
        "HB.quantity": "1",
        "HB.description": 13,
        "HB.insured": "false",
        "HB.notes": 19,
        "HB.purchase_price": 6,
        "HB.purchase_from": 7,
        "HB.purchase_date": 5,
        "HB.manufacturer": 3,
        "HB.model_number": 4,
        "HB.serial_number": 1,
        "HB.warranty_expires": 14,
        "HB.sold_to": "",
        "HB.sold_date": "",
    },
    "dell": {
        "Dell Order Number": 8,
        "PO Number": 12,
        "Customer Number": "FR1",
        "Order Status": "Shipped",
        "Ship Date": 5,
        "Service Tag": 1,
        "Express Service Code": 16,
        "Item Description": 4,
        "SKU": 13,
        "Quantity": "1",
        "Unit Price": 6,
        "Invoice Number": 12,
        "Invoice Date": 18,
        "Comments": 19,
        "Location": 9,
        "Category": 2,
        "Warranty End Date": 14,
        "Supplier": 7,
        "Disk serial": 16,
        "Disk type": 17,
    },
}


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print the time of each origin; judge it by the plain list's."""
    plain = [[_text(cell) for cell in row] for row in workbook.rows(rows)]
    contents = {_PLAIN: _written(workbook.HEADINGS, plain)}
    for name, columns in _COLUMNS.items():
        contents[name] = _written([*columns], _rows(plain, [*columns.values()]))
    measured: dict[str, Callable[[], float]] = {
        name: _measure(name, content, rows) for name, content in contents.items()
    }
    times = in_turn(measured, rounds)
    for name, seconds in times.items():
        print(told(f"{name}, a row", seconds, 1_000_000 / rows, "µs"))
    return [
        Verdict(f"presets: {name}", ratio(times, name, _PLAIN), MOST_TIMES_PLAIN)
        for name in _COLUMNS
    ]


def _measure(name: str, content: bytes, rows: int) -> Callable[[], float]:
    def measure() -> float:
        gc.collect()
        gc.disable()  # as `importing.run` does
        try:
            return timed(lambda: _read(name, content, rows))
        finally:
            gc.enable()

    return measure


def _read(name: str, content: bytes, rows: int) -> None:
    found = extract(content, Options(_category_of))
    assert (found.format, len(found.records)) == (name, rows), found.issues[:3]


def _category_of(text: str) -> str | None:
    found = resources.categories().match(text)
    return found.id if found else None


def _rows(
    plain: Sequence[Sequence[str]], columns: Sequence[int | str]
) -> Iterator[list[str]]:
    for row in plain:
        yield [row[c] if isinstance(c, int) else c for c in columns]


def _text(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _written(
    headings: Sequence[str], rows: Sequence[Sequence[str]] | Iterator[list[str]]
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode()
