"""What each person must get at an address."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Expected:
    """The status each of them must get; `form` or `json` is what they send."""

    anonymous: int
    charlie: int
    auditor: int
    form: dict[str, str] = field(default_factory=dict)
    json: dict[str, object] | None = None
