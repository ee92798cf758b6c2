"""The ledger and the inventory side by side, as a workbook of four lists."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO

from parc.domain.reconciliation import Compared, Reconciled
from reports.render.table_files import Field, Value, write_sheets

FIELDS = (
    Field("number", "N° d'inventaire comptable", 24),
    Field("designation", "Désignation", 36),
    Field("lines", "Lignes du fichier", 16),
    Field("ledger_on", "Date (finances)", 14),
    Field("oldest", "Date la plus ancienne (parc)", 16),
    Field("ledger_value", "Valeur HT (finances)", 18),
    Field("value", "Valeur HT (parc)", 18),
    Field("difference", "Écart de valeur", 16),
    Field("ledger_quantity", "Quantité (finances)", 12),
    Field("quantity", "Quantité (parc)", 12),
    Field("note", "À savoir", 36),
)


def workbook(result: Reconciled) -> bytes:
    """Write the four lists, one a sheet."""
    out = BytesIO()
    write_sheets(
        [
            ("Finances seulement", FIELDS, _rows(result.only_ledger)),
            ("Parc seulement", FIELDS, _rows(result.only_parc)),
            ("Valeurs différentes", FIELDS, _rows(result.value_differs)),
            ("Quantités différentes", FIELDS, _rows(result.quantity_differs)),
        ],
        out,
    )
    return out.getvalue()


def _rows(found: Iterable[Compared]) -> Iterator[list[Value]]:
    for one in found:
        both = one.ledger_value is not None and one.value is not None
        apart = (one.ledger_value or 0) - (one.value or 0) if both else None
        yield [
            one.number,
            one.designation,
            ", ".join(map(str, one.lines)),
            one.ledger_on,
            one.oldest,
            _euros(one.ledger_value),
            _euros(one.value),
            _euros(apart),
            one.ledger_quantity,
            one.quantity,
            one.note,
        ]


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)
