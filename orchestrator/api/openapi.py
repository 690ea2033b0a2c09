"""The service's description as OpenAPI, for people, code generators and fuzzers.

``docs/openapi.json`` is this, committed; ``python -m orchestrator.api`` writes it anew.
"""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from orchestrator.api.access import needs
from orchestrator.api.problem import MEDIA_TYPE, Problem
from orchestrator.engine import ENGINE

router = APIRouter(tags=["health"], dependencies=[needs("read")])

_ABOUT = (
    "Start runs of a scenario, list them, and follow their logs live. Every refusal is a "
    "problem (RFC 9457). Beyond this machine everyone needs a key."
)
_REFUSED = {
    "description": "Refused, and why.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REF = "#/components/schemas/{model}"


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the OpenAPI description of ``routes``, every refusal of theirs a problem."""
    described = get_openapi(title="superorganism", version=ENGINE, summary=_ABOUT, routes=routes)
    for operations in described["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _REFUSED
    schemas = described["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template=_REF)
    schemas.update(problem["$defs"])
    return described


def text(routes: Sequence[BaseRoute]) -> str:
    """Return the description as it is committed."""
    return json.dumps(describe(routes), indent=1, sort_keys=True) + "\n"


@router.get("/v1/openapi.json")
async def show_openapi(request: Request) -> dict[str, Any]:
    """Return this description."""
    return describe(request.app.routes)
