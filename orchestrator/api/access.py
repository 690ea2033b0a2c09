"""Who may do what: keys, their scopes, and what is free to whoever sits at this machine.

Each route names the one scope that it needs (:func:`needs`). On this machine alone no key is
asked for, and whoever comes without one may ``read``, ``run`` and ``act``; what is sealed, and
the keys themselves, take a key even here, so that an agent or a monitor at work on this machine
does not read its own labels. Beyond this machine everything but the page's files and
``/healthz`` and ``/readyz`` takes a key. A key stands in the header ``Authorization: Bearer``,
never in a URL, which logs and histories keep.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope as Connection

from memory.apikey import Keys, Scope
from orchestrator.api.problem import refusal
from orchestrator.api.rate import Rate

FREE: tuple[Scope, ...] = ("read", "run", "act")
"""What takes no key on this machine."""

LOCKED = ("/v1/", "/metrics")
"""Under these paths lies all that is to be known or done; the rest is the page, which is empty."""

_HOW = "it is sent as a Bearer token; `superorganism keys new` makes one"


@dataclass
class Door:
    """How the service meets its callers.

    Attributes
    ----------
    is_open
        Whether it can be reached from beyond this machine, so that everyone needs a key.
    names
        By which names it may be called there.
    rate
        How often one caller may ask; each as often as it likes, on this machine.
    tries
        How often one address may come with a wrong key.
    keys
        Those of the store that is served, once it is open.
    answered
        How many requests were answered with which status.
    """

    is_open: bool = False
    names: frozenset[str] = frozenset()
    rate: Rate | None = None
    tries: Rate = field(default_factory=lambda: Rate(per_second=0.2, burst=10))
    keys: Keys | None = None
    answered: Counter[int] = field(default_factory=Counter)

    def admit(self, connection: Connection, headers: Headers) -> Response | None:
        """Find out who asks and what that opens; return a refusal if it opens nothing."""
        address = (connection.get("client") or ("",))[0]
        given = headers.get("authorization")
        opened, caller, name = (() if self.is_open else FREE), address, "owner"
        if given is not None:
            if wait := self.tries.left(address):
                return _too_many("there were too many wrong keys", wait)
            scheme, _, key = given.partition(" ")
            found = (
                self.keys.find(key.strip()) if self.keys and scheme.lower() == "bearer" else None
            )
            if found is None:
                self.tries.take(address)
                return _unknown("this key opens nothing: it is wrong, or was revoked")
            opened, caller, name = found.scopes, found.id, found.name
        elif self.is_open and connection["path"].startswith(LOCKED):
            return _unknown(f"a key is needed: {_HOW}")
        if self.rate and (wait := self.rate.take(caller)):
            return _too_many("you ask too often", wait)
        connection["opened"], connection["caller"] = opened, name
        return None


class _Bearer(HTTPBearer):
    """Describes in OpenAPI that a route takes a key; the door has looked at it by then."""

    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        return None


_BEARER = _Bearer(scheme_name="key", description=_HOW, auto_error=False)


def needs(scope: Scope) -> Any:
    """Return the dependency of a route that only a caller with a scope may use."""
    # Any: FastAPI types what Depends returns so.

    async def check(request: Request, _: None = Depends(_BEARER)) -> None:
        opened = request.scope.get("opened", ())
        if scope not in opened:
            has_key = "authorization" in request.headers
            status = 403 if has_key else 401
            lacks = f"your key does not open {scope!r}" if has_key else f"{scope!r} needs a key"
            headers = None if has_key else {"WWW-Authenticate": "Bearer"}
            raise HTTPException(status, f"{lacks}; {_HOW}", headers)

    check.scope = scope  # type: ignore[attr-defined]
    return Depends(check)


def scope_of(dependency: Callable[..., Awaitable[None]]) -> Scope | None:
    """Return the scope that a dependency made by :func:`needs` asks for."""
    return getattr(dependency, "scope", None)


def _unknown(detail: str) -> Response:
    return refusal(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _too_many(detail: str, wait_s: float) -> Response:
    seconds = max(1, round(wait_s + 0.5))
    return refusal(429, f"{detail}; wait {seconds} s", headers={"Retry-After": str(seconds)})
