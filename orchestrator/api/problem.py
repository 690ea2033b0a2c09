"""Refusals as data: every error of this API is ``application/problem+json`` (RFC 9457).

A problem says what was wrong in ``detail``; where several things were, ``errors`` lists each
with the place it lies in: a JSON pointer into the body or a parameter's name, and for a
scenario's text its line and column.
"""

import json
import logging
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from memory.errors import (
    BadInput,
    BudgetSpent,
    RunInUse,
    StaleClaim,
    StoreError,
    SuperorganismError,
    UnknownRun,
)
from orchestrator.discretion import discreet
from orchestrator.outside import Gap
from scenarios.problem import ScenarioProblems

MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[SuperorganismError], int], ...] = (
    (UnknownRun, 404),
    (Gap, 409),
    (BadInput, 422),
    (RunInUse, 409),
    (BudgetSpent, 409),
    (StaleClaim, 409),
    (StoreError, 503),
)

log = logging.getLogger(__name__)


class Flaw(BaseModel):
    """One thing wrong with a request, and where it lies.

    ``pointer`` is a JSON pointer into the body, or into a scenario, of which ``file`` says
    what it was read from; ``parameter`` is the name of a query, path or header parameter.
    """

    message: str
    file: str | None = None
    pointer: str | None = None
    parameter: str | None = None
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)
    hint: str | None = None


class Problem(BaseModel):
    """Why a request was refused."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[Flaw] = []


def refusal(
    status: int,
    detail: str,
    errors: Sequence[Flaw] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a problem as a response.

    Examples
    --------
    >>> refusal(404, "no such thing").body
    b'{"type":"about:blank","title":"Not Found","status":404,"detail":"no such thing"}'
    """
    title = HTTPStatus(status).phrase
    problem = Problem(title=title, status=status, detail=discreet(detail), errors=list(errors))
    said = problem.model_dump(exclude_none=True, exclude=None if errors else {"errors"})
    # Escaped to ASCII: what is quoted from a request may hold what UTF-8 cannot encode.
    body = json.dumps(said, separators=(",", ":"))
    return Response(body, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have every error of ``app``, whose routes are there already, answered as a problem."""
    described = get_openapi(title=app.title, version=app.version, routes=app.routes)
    app.state.methods = {
        template: [method.upper() for method in operations]
        for template, operations in described["paths"].items()
    }
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(SuperorganismError, _on_ours)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    detail = error.detail
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
        detail = f"{request.method} is not possible here; possible: {headers['Allow']}"
    elif error.status_code == 404 and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "there is nothing at this path; /v1/openapi.json lists what there is"
    return refusal(error.status_code, detail, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods of every route at this path; the router tells only the first one's."""
    for template, methods in request.app.state.methods.items():
        if compile_path(template)[0].match(request.scope["path"]):
            return ", ".join(sorted(methods))
    return ""


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    flaws = [_flaw(each) for each in error.errors()]
    return refusal(422, _sentence(flaws), flaws)


def _flaw(error: dict[str, Any]) -> Flaw:
    """Return what one validation error says; never the value that was given."""
    where, *path = error["loc"]
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "json_invalid":
        return Flaw(message=f"the body is no JSON: {error['ctx']['error']}", pointer="")
    if where == "body":
        return Flaw(message=message, pointer=pointer(path))
    return Flaw(message=message, parameter=".".join(map(str, path)))


async def _on_ours(request: Request, error: Exception) -> Response:
    if isinstance(error, ScenarioProblems):
        flaws = scenario_flaws(error)
        return refusal(422, _sentence(flaws), flaws)
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return refusal(status, str(error))


def scenario_flaws(error: ScenarioProblems) -> list[Flaw]:
    """Return every problem of a scenario with the place an editor can jump to."""
    return [
        Flaw(
            message=fault.message,
            file=fault.file,
            pointer=pointer(re.findall(r"[^.\[\]]+", fault.path)),
            line=fault.line,
            column=fault.column,
            hint=fault.hint or None,
        )
        for fault in error.problems
    ]


def pointer(path: Iterable[str | int]) -> str:
    """Return a path as a JSON pointer (RFC 6901).

    Examples
    --------
    >>> pointer(["workers", 2, "a/b"])
    '/workers/2/a~1b'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _sentence(flaws: Sequence[Flaw]) -> str:
    """Return the first flaw as a sentence, and how many more there are."""
    first, more = flaws[0], len(flaws) - 1
    place = first.parameter or first.pointer
    rest = f" (and {more} more in errors)" if more else ""
    return f"{place}: {first.message}{rest}" if place else f"{first.message}{rest}"
