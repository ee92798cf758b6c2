"""Labels as a table for P-touch Editor, whose own layout draws them.

Its database takes a CSV file with a heading row; the tag goes in a Code 128 field,
the address in a QR field.
"""

from collections.abc import Iterable

from reports.labels.design import Label
from reports.render.table_files import Field, csv_blocks

FIELDS = (
    Field("tag", "Étiquette"),
    Field("address", "Adresse"),
    Field("owner", "Propriétaire"),
    Field("return_to", "Rapporter à"),
)


def table(labels: Iterable[Label]) -> bytes:
    """Write the table: one row a label."""
    rows = ([one.code, one.content, one.owner, one.return_to] for one in labels)
    return b"".join(csv_blocks(FIELDS, rows))
