"""What an import did, told by line and column of the file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from imports import Extract
from imports.rejects import rejects_csv
from parc.domain.intake import FACT_LABELS, DeviceRecord
from parc.domain.intake_issue import Issue, RejectedRow, issue
from parc.domain.intake_plan import Plan
from parc.domain.refusal import Refusal
from parc.domain.transitions import FACT_FIELDS

_SAID_BY = {"target": "state", "foreign_tag": "tag"}
"""The record's field behind an event's detail, where the names differ."""
_HEADED_BY = _SAID_BY | {
    "price_cents": "price",
    "estimated_value_cents": "estimated_value",
    "repairability_tenths": "repairability",
}
"""The field of headings behind an event's detail, where the names differ."""


@dataclass(slots=True)
class Outcome:
    """What an import did or would do; the counts always add up to `read`.

    `doubts` counts the conflicts by what makes them wait for a person.
    `already_applied` is when the very same file was, before this time. `mapping` sums
    up the headings that were read as people said; empty: as parc does.
    """

    sha256: str
    format: str
    dry_run: bool
    import_id: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    rejected: int = 0
    issues: list[Issue] = field(default_factory=list)
    doubts: dict[str, int] = field(default_factory=dict)
    already_applied: datetime | None = None
    rejects: bytes = b""
    mapping: str = ""

    @property
    def applied(self) -> bool:
        """Tell whether something was applied, or nothing was to do (decision D12)."""
        return not self.read or bool(self.created or self.updated or self.unchanged)

    def as_json(self, file: str) -> dict[str, object]:
        """Give the contract's object."""
        values = asdict(self)
        del values["rejects"], values["mapping"], values["doubts"]
        if self.already_applied is not None:
            values["already_applied"] = self.already_applied.isoformat()
        return {"file": file, **values}


def reject(planned: Plan, record: DeviceRecord, reasons: Sequence[Refusal]) -> None:
    """Set a row aside for what the domain refuses of it."""
    issues: list[Issue] = []
    for reason in reasons:
        said = getattr(
            record, _SAID_BY.get(reason.field or "", reason.field or ""), None
        )
        value = said if said is not None else record.tag or record.serial
        issues.append(
            issue(record.line, reason.field, reason.code, value, reason.message)
        )
    planned.reject(record, issues)


def count(outcome: Outcome, found: Extract, planned: Plan) -> None:
    """Add up what became of every row, and gather the remarks."""
    columns = _columns(found)

    def named(told: Issue) -> Issue:
        column = columns.get(told.column, told.column) if told.column else None
        return replace(told, column=column, sheet=found.sheet)

    def told_of(row: RejectedRow) -> RejectedRow:
        return replace(row, issues=tuple(named(told) for told in row.issues))

    rejected = [*found.rejected, *map(told_of, planned.rejected)]
    conflicts = [told_of(row) for row in planned.conflicts]
    outcome.read = found.read
    outcome.unchanged = planned.unchanged
    outcome.conflicts = len(conflicts)
    outcome.rejected = len(rejected)
    told = [replace(i, sheet=found.sheet) for i in found.issues]
    told += map(named, planned.issues)
    outcome.issues = sorted(told, key=lambda i: (i.line or 0, i.code))
    outcome.rejects = rejects_csv(found, rejected, conflicts)


def _columns(found: Extract) -> dict[str, str]:
    """Map the names of fields and their usual labels to the file's own headings."""
    names = {field.name: field.label for field in FACT_FIELDS}
    titles = {
        name: found.heading.titles[indexes[0]]
        for name, indexes in found.heading.columns.items()
    }
    names |= titles
    names |= {FACT_LABELS[name]: titles[name] for name in FACT_LABELS if name in titles}
    names |= {fact: titles[name] for fact, name in _HEADED_BY.items() if name in titles}
    return names
