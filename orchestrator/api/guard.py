"""The guard at the door: what a request must be before any route sees it.

On this machine alone the service asks for no key. What could reach it all the same is a web
page in the browser of whoever sits here; three checks keep it out. The ``Host`` must be a name
of this machine, which a rebound DNS name is not. Whatever changes something must come from this
origin or from no browser at all; and (see :func:`wants_json`) it must be JSON, which a page of
another origin cannot send without asking first.

Beyond this machine every request needs a key besides (:mod:`orchestrator.api.access`), and
comes no faster than its caller may (:mod:`orchestrator.api.rate`).
"""

import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.api.access import Door
from orchestrator.api.problem import refusal

BODY_CAP = 1_000_000
"""Bytes of a request's body, however it is sent."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

log = logging.getLogger(__name__)


class Guard:
    """Checks each request, bounds its body, and puts the security headers on every answer.

    Without a door nobody is asked for a key: the keys that clients of a model's API send are not
    ours. What goes wrong inside is logged here and answered as a bare 500: no traceback, no text of
    the error, leaves the process.
    """

    def __init__(self, app: ASGIApp, door: Door | None = None) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_answered = False

        async def sending(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                if self._door is not None:
                    self._door.answered[message["status"]] += 1
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refused = _refusal(scope["method"], headers, self._door or Door())
        if refused is None and self._door is not None:
            refused = self._door.admit(scope, headers)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        try:
            await self._app(scope, _bounded(receive), sending)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if is_answered:
                raise
            await refusal(500, "this is our fault; the server's log says more")(
                scope, receive, sending
            )


def is_loopback(host: str) -> bool:
    """Return whether a host name or address, without its port, is this machine's own.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "evil.test", "0.0.0.0")]
    [True, True, True, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def wants_json(request: Request) -> None:
    """Refuse a body that is not declared as JSON: a form of another origin, say."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        given = media_type or "nothing"
        raise HTTPException(415, f"the body is declared as {given}; it must be application/json")


def _refusal(method: str, headers: Headers, door: Door) -> Response | None:
    host = headers.get("host", "")
    if not _is_ours(_name(f"//{host}"), door):
        known = ", ".join(("localhost", "127.0.0.1", "[::1]", *sorted(door.names)))
        return refusal(400, f"Host is not a name of this machine: {known}")
    origin = headers.get("origin")
    own = (f"http://{host}", f"https://{host}")
    if method not in SAFE_METHODS and origin is not None and origin not in own:
        return refusal(403, "Origin is another site's; changes are made from this one only")
    length = headers.get("content-length", "0")
    if len(length) > 18 or not length.isdecimal() or int(length) > BODY_CAP:
        return refusal(413, f"the body is longer than {BODY_CAP:,} bytes")
    return None


def _is_ours(name: str, door: Door) -> bool:
    """Whether a host's name is one that the service goes by.

    Beyond this machine any address will do: what a rebound name sends is the name.
    """
    return is_loopback(name) or (door.is_open and (name in door.names or _is_address(name)))


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _name(url: str) -> str:
    """Return the host a URL names, or nothing if it is no URL."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _bounded(receive: Receive) -> Receive:
    """Return ``receive``, refusing a body that grows beyond the cap without having said so."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_CAP:
            raise HTTPException(413, f"the body is longer than {BODY_CAP:,} bytes")
        return message

    return receiving
