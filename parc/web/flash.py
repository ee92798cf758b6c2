"""A notice that survives one redirection, in a short-lived signed cookie."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from fastapi import Request, Response

from parc.web import security

NAME = "parc-notice"
_KINDS = frozenset({"ok", "warn", "refused"})
_SECONDS = 120
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell at the top of the next page."""

    text: str
    kind: str


def leave(request: Request, response: Response, text: str, kind: str) -> None:
    """Leave a notice for the next page."""
    if kind not in _KINDS:
        message = f"unknown kind of notice: {kind}"
        raise ValueError(message)
    payload = urlsafe_b64encode(json.dumps([kind, text[:_LONGEST]]).encode())
    value = f"{payload.decode()}.{_mac(request, payload)}"
    security.set_cookie(request, response, NAME, value, max_age=_SECONDS)


def read(request: Request) -> Notice | None:
    """Return the notice left by the request before, if it is one of ours."""
    value = security.cookie(request, NAME)
    payload, _, mac = value.partition(".")
    encoded = payload.encode()
    expected = _mac(request, encoded).encode()
    if not value or not hmac.compare_digest(mac.encode(), expected):
        return None
    try:
        kind, text = json.loads(urlsafe_b64decode(encoded))
    except (ValueError, Base64Error):
        return None
    return Notice(text, kind)


def forget(request: Request, response: Response) -> None:
    """Take the notice back once it has been shown."""
    security.drop_cookie(request, response, NAME)


def _mac(request: Request, payload: bytes) -> str:
    key: bytes = request.app.state.signing_key
    return hmac.new(key, b"notice:" + payload, hashlib.sha256).hexdigest()
