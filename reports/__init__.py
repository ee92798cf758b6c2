"""Documents made from facts: no SQL, no HTTP, no settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reports import reen
from reports.report import Report
from reports.reuse_year import ReuseYear


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of report: what it is called, what founds it, how it is made."""

    title: str
    legal_basis: str
    build: Callable[[ReuseYear], Report]


REPORTS: Mapping[str, Document] = {
    "reen": Document(reen.TITLE, reen.LEGAL_BASIS, reen.build),
}
"""The reports on offer, by the name in their address."""
