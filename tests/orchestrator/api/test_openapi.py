"""The committed description is the service's own, and promises problems for refusals."""

from pathlib import Path

import httpx

from orchestrator.api.app import create_app
from orchestrator.api.openapi import describe, text
from orchestrator.api.strict import LARGEST

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_description_is_the_service_s_own() -> None:
    now = text(create_app("unused.db").routes)
    assert COMMITTED.read_text(encoding="utf-8") == now, (
        "the service has changed; write it anew: python -m orchestrator.api > docs/openapi.json"
    )


def test_the_server_tells_the_same(client: httpx.Client) -> None:
    assert client.get("/v1/openapi.json").json() == describe(create_app("unused.db").routes)


def test_every_refusal_is_described_as_a_problem() -> None:
    described = describe(create_app("unused.db").routes)
    assert {"Problem", "Flaw"} <= set(described["components"]["schemas"])
    for operations in described["paths"].values():
        for operation in operations.values():
            refused = operation["responses"]["default"]["content"]
            assert set(refused) == {"application/problem+json"}
            assert "422" not in operation["responses"]
    assert "HTTPValidationError" not in str(described)


def test_bounds_of_numbers_are_told() -> None:
    described = describe(create_app("unused.db").routes)
    seed = described["components"]["schemas"]["NewRun"]["properties"]["seed"]["anyOf"][0]
    assert (seed["type"], seed["minimum"], seed["maximum"]) == ("integer", 0, LARGEST)
