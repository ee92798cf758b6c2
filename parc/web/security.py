"""Cookies that only we set and read, and the address a request comes from."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address

from fastapi import Request, Response

from parc.config import Settings


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age: int
) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        _cookie_name(request, name),
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def cookie(request: Request, name: str) -> str:
    """Read one of our cookies; empty when there is none."""
    return request.cookies.get(_cookie_name(request, name), "")


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take one of our cookies back."""
    set_cookie(request, response, name, "", max_age=0)


def is_secure(request: Request) -> bool:
    """Tell whether browsers reach us over TLS."""
    settings: Settings = request.app.state.settings
    if settings.public_url:
        return settings.public_url.startswith("https:")
    return request.url.scheme == "https"


def client_address(request: Request) -> str:
    """Return the address a request comes from, through trusted proxies only.

    `X-Forwarded-For` is read from its right end: the first address that is not
    a trusted proxy is the client; what is left of it may be invented.
    """
    settings: Settings = request.app.state.settings
    address = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while forwarded and _is_within(address, settings.trusted_proxies):
        candidate = forwarded.pop().strip()
        if not _is_address(candidate):
            break
        address = candidate
    return address


def _is_within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    if not _is_address(address):
        return False
    parsed = ip_address(address)
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _cookie_name(request: Request, name: str) -> str:
    # Browsers accept `__Host-` from this very host only, over TLS.
    return f"__Host-{name}" if is_secure(request) else name
