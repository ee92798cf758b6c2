"""A notice that survives one redirection, in a short-lived signed cookie."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from fastapi import Request, Response

from parc.web import security

NAME = "parc-notice"
_KINDS = frozenset({"ok", "warn", "refused"})
_SECONDS = 120
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Undo:
    """A button that takes back what was just done: what it posts, and where."""

    label: str
    address: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell at the top of the next page."""

    text: str
    kind: str
    undo: Undo | None = None


def leave(
    request: Request,
    response: Response,
    text: str,
    kind: str,
    undo: Undo | None = None,
) -> None:
    """Leave a notice for the next page."""
    if kind not in _KINDS:
        message = f"unknown kind of notice: {kind}"
        raise ValueError(message)
    left = [kind, text[:_LONGEST], asdict(undo) if undo else None]
    payload = urlsafe_b64encode(json.dumps(left).encode())
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
        kind, text, undo = json.loads(urlsafe_b64decode(encoded))
    except (ValueError, Base64Error):
        return None
    return Notice(text, kind, Undo(**undo) if undo else None)


def forget(request: Request, response: Response) -> None:
    """Take the notice back once it has been shown."""
    security.drop_cookie(request, response, NAME)


def _mac(request: Request, payload: bytes) -> str:
    key: bytes = request.app.state.signing_key
    return hmac.new(key, b"notice:" + payload, hashlib.sha256).hexdigest()
