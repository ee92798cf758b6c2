"""What every request goes through: headers, origin of the request, size of its body."""

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parc.config import Settings
from parc.web.problems import Problem, answer, problem

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR = "max-age=31536000"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIELESS = ("/api/",)
"""Addresses that never look at a cookie: no other site can borrow one there."""

_ELSEWHERE = "Cette demande vient d'un autre site : recommencez depuis parc."
_PLAIN_BODY_BYTES = 2 * 1024 * 1024
_ONES_OWN = frozenset({"same-origin", "none"})


class Guard:
    """ASGI middleware: refuses what other sites send, and what is too large."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.public_host = urlsplit(settings.public_url).netloc
        self.headers = dict(_HEADERS)
        if settings.public_url.startswith("https:"):
            self.headers["Strict-Transport-Security"] = _YEAR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, pass it on, complete its answer's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._complete(MutableHeaders(scope=message))
            await send(message)

        limit = self._limit(headers)
        refused = self._refused(scope, headers, limit)
        try:
            if refused is None:
                await self.app(scope, _counted(receive, limit), send_with_headers)
                return
        except Exception:
            if not started:
                sorry = answer(Request(scope, receive), problem(500))
                await sorry(scope, receive, send_with_headers)
            # The server logs it; nobody else is shown more than « sorry ».
            raise
        response = answer(Request(scope, receive), refused)
        await response(scope, receive, send_with_headers)

    def _refused(self, scope: Scope, headers: Headers, limit: int) -> Problem | None:
        if not self._is_from_here(scope, headers):
            return problem(403, _ELSEWHERE)
        if _declared_length(headers) > limit:
            return problem(413)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            # No text of ours holds one, and PostgreSQL cannot even be asked.
            return problem(400)
        return None

    def _complete(self, headers: MutableHeaders) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        # Pages show who has which device: no cache keeps them.
        headers.setdefault("Cache-Control", "no-store")

    def _is_from_here(self, scope: Scope, headers: Headers) -> bool:
        """Tell whether an unsafe request comes from our own pages, or no browser."""
        if scope["method"] in _SAFE_METHODS or scope["path"].startswith(_COOKIELESS):
            return True
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in _ONES_OWN
        origin = headers.get("origin")
        if origin is None:
            return True
        host = self.public_host or headers.get("host", "")
        return urlsplit(origin).netloc.lower() == host.lower()

    def _limit(self, headers: Headers) -> int:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in {"application/x-www-form-urlencoded", "application/json"}:
            return min(_PLAIN_BODY_BYTES, self.settings.upload_bytes)
        return self.settings.upload_bytes


def _declared_length(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    """Stop a body that grows beyond the limit, whatever length it declared."""
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_counted
