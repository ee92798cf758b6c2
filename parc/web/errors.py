"""What can go wrong in a request besides what the domain refuses."""

from parc.domain.refusal import Refusal


class NotFoundError(Exception):
    """Nothing there, or nothing that this person may know of (404)."""


class ForbiddenError(Exception):
    """Known, and not allowed to that person (403)."""

    def __init__(self, message: str = "Votre rôle ne permet pas cette action.") -> None:
        super().__init__(message)


class SignInRequiredError(Exception):
    """Nobody is identified: sign in first, or send a token (401)."""


class TooManyAttemptsError(Exception):
    """Too many failed sign-ins; try again after `seconds` (429)."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Trop d'essais de connexion. Attendez quelques minutes avant de "
            "recommencer."
        )
        self.seconds = seconds


class InvalidInputError(Exception):
    """What was sent cannot be read; `reasons` names each field (422)."""

    def __init__(self, *reasons: Refusal) -> None:
        super().__init__(" ".join(reason.message for reason in reasons))
        self.reasons = reasons
