"""Why something asked for is refused: a stable code and a French sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason; `field` names the input to correct, when there is one."""

    code: str
    message: str
    field: str | None = None


class Refused(Exception):
    """Nothing was recorded; `reasons` holds every reason, never only the first."""

    def __init__(self, reasons: tuple[Refusal, ...]) -> None:
        super().__init__(" ".join(reason.message for reason in reasons))
        self.reasons = reasons
