"""Each thing that can go wrong, mapped once to a page or to a problem document."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from parc.domain.refusal import Refusal, Refused
from parc.storage.database import BusyError
from parc.storage.journal import ConflictError
from parc.web import rendering
from parc.web.deps import identify, now_of
from parc.web.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    SignInRequiredError,
    TooManyAttemptsError,
)

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as shown: `code` is stable, the texts are French."""

    status: int
    code: str
    title: str
    detail: str
    reasons: Sequence[Refusal] = ()


_PLAIN = {
    400: ("bad_request", "Demande illisible", "La demande n'a pas pu être lue."),
    401: (
        "not_identified",
        "Identification requise",
        "Connectez-vous, ou présentez un jeton valide.",
    ),
    403: ("not_allowed", "Accès refusé", "Votre rôle ne permet pas cette action."),
    404: (
        "not_found",
        "Page introuvable",
        "Rien à cette adresse, ou rien qui vous soit ouvert.",
    ),
    405: (
        "method_not_allowed",
        "Méthode refusée",
        "Cette adresse n'accepte pas cette méthode.",
    ),
    409: (
        "conflict",
        "Action impossible",
        "L'état présent ne le permet pas.",
    ),
    413: ("too_large", "Envoi trop volumineux", "L'envoi dépasse la taille permise."),
    415: (
        "unsupported_media_type",
        "Type de contenu refusé",
        "Ce type de contenu n'est pas accepté ici.",
    ),
    422: ("invalid", "Saisie à corriger", "Certaines valeurs sont à corriger."),
    429: ("too_many", "Trop de demandes", "Attendez avant de recommencer."),
    500: (
        "internal",
        "Erreur du service",
        "Une erreur est survenue. Rien n'a été enregistré.",
    ),
    503: ("unavailable", "Service indisponible", "Réessayez dans un instant."),
}

_ROLE_CODE = "role"
_TYPE_MESSAGES = {
    "missing": "valeur manquante.",
    "extra_forbidden": "champ inconnu.",
    "json_invalid": "JSON illisible.",
}


def problem(status: int, detail: str = "", reasons: Sequence[Refusal] = ()) -> Problem:
    """Describe an error by its HTTP status."""
    known = status if status in _PLAIN else 500 if status >= 500 else 400  # noqa: PLR2004 - HTTP classes
    code, title, default = _PLAIN[known]
    return Problem(status, code, title, detail or default, reasons)


def refusal(reasons: Sequence[Refusal]) -> Problem:
    """Describe what the domain refused, with every reason.

    A missing role is 403; wrong input alone is 422; anything else is 409.
    """
    if any(reason.code == _ROLE_CODE for reason in reasons):
        status = 403
    elif reasons and all(reason.field for reason in reasons):
        status = 422
    else:
        status = 409
    return problem(status, reasons=reasons)


def answer(request: Request, shown: Problem) -> Response:
    """Render an error: problem document for programs, fragment or page for people."""
    if wants_json(request):
        body = {
            "type": "about:blank",
            "title": shown.title,
            "status": shown.status,
            "detail": shown.detail,
            "code": shown.code,
        }
        if shown.reasons:
            body["reasons"] = [
                {"code": r.code, "message": r.message, "field": r.field}
                for r in shown.reasons
            ]
        return JSONResponse(body, shown.status, media_type=PROBLEM)
    if rendering.is_htmx(request):
        return rendering.fragment(
            request, "_problem.html", status_code=shown.status, problem=shown
        )
    return rendering.page(
        request, "error.html", status_code=shown.status, problem=shown
    )


def wants_json(request: Request) -> bool:
    """Tell programs from people by the address."""
    return request.url.path.startswith(("/api/", "/health/"))


def install(app: FastAPI) -> None:
    """Map every exception of the application, once."""
    handlers = {
        Refused: _refused,
        BusyError: _busy,
        InvalidInputError: _invalid,
        ConflictError: _conflict,
        NotFoundError: _not_found,
        ForbiddenError: _forbidden,
        SignInRequiredError: _sign_in,
        TooManyAttemptsError: _too_many,
        RequestValidationError: _unreadable,
        HTTPException: _http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        _misplaced(error)
    return answer(request, refusal(error.reasons))


def _busy(request: Request, error: Exception) -> Response:
    if not isinstance(error, BusyError):
        _misplaced(error)
    response = answer(request, problem(503, reasons=error.reasons))
    response.headers["Retry-After"] = "30"
    return response


def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, InvalidInputError):
        _misplaced(error)
    return answer(request, problem(422, reasons=error.reasons))


def _conflict(request: Request, error: Exception) -> Response:
    reason = Refusal("changed_meanwhile", str(error))
    return answer(request, problem(409, str(error), (reason,)))


def _not_found(request: Request, _: Exception) -> Response:
    return answer(request, problem(404))


def _forbidden(request: Request, error: Exception) -> Response:
    return answer(request, problem(403, str(error)))


def _sign_in(request: Request, _: Exception) -> Response:
    if wants_json(request):
        response = answer(request, problem(401))
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if rendering.is_htmx(request):
        response = Response(status_code=HTTPStatus.UNAUTHORIZED)
        response.headers["HX-Redirect"] = "/sign-in"
        return response
    target = "/sign-in"
    if request.method == "GET" and request.url.path != "/":
        asked = request.url.path
        if request.url.query:
            asked += f"?{request.url.query}"
        target += f"?next={quote(asked, safe='/')}"
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def _too_many(request: Request, error: Exception) -> Response:
    if not isinstance(error, TooManyAttemptsError):
        _misplaced(error)
    response = answer(request, problem(429, str(error)))
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _unreadable(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        _misplaced(error)
    reasons = []
    for issue in error.errors():
        place = [str(part) for part in issue["loc"][1:]] or [str(issue["loc"][0])]
        name = ".".join(place)
        message = _TYPE_MESSAGES.get(issue["type"], "valeur non valide.")
        reasons.append(Refusal("invalid_field", f"« {name} » : {message}", name))
    return answer(request, problem(422, reasons=reasons))


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        _misplaced(error)
    if not wants_json(request) and not hasattr(request.state, "identity"):
        # No route was found: nobody has looked yet at who is asking.
        request.state.identity = identify(request, now_of(request))
    response = answer(request, problem(error.status_code))
    response.headers.update(error.headers or {})
    return response


def _misplaced(error: Exception) -> NoReturn:
    raise error
