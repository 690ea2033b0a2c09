"""Refusals: always a problem, with the place of what is wrong."""

import httpx
import pytest

from memory.errors import CorruptJournal, RunInUse, StaleClaim, UnknownRun
from orchestrator.api.app import create_app


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/v1", "/v1/runs/", "/healthz/", "/v1/scenarios/..%2f..%2fetc%2fpasswd"],
)
def test_nothing_there_is_a_problem_that_says_where_to_look(
    client: httpx.Client, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"
    assert "/v1/openapi.json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/healthz", "GET"),
        ("/v1/runs", "GET, POST"),
        ("/v1/runs/r_1", "GET"),
        ("/v1/runs/r_1/events", "GET"),
        ("/v1/scenarios/validate", "POST"),
        ("/v1/scenarios/just_in_case", "GET"),
    ],
)
def test_a_wrong_method_is_told_all_that_are_possible(
    client: httpx.Client, path: str, allowed: str
) -> None:
    answer = client.delete(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["detail"] == f"DELETE is not possible here; possible: {allowed}"


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"{", {"pointer": "", "message": "the body is no JSON: "}),
        (b'{"seed": true}', {"pointer": "/seed", "message": "a number is needed here"}),
        (b'{"seed": "5"}', {"pointer": "/seed", "message": "a number is needed here"}),
        (b'{"seed": 5.5}', {"pointer": "/seed", "message": "fractional part"}),
        (b'{"seed": -1}', {"pointer": "/seed", "message": "greater than or equal to 0"}),
        (b'{"seed": 1e999}', {"pointer": "/seed", "message": "finite number"}),
        (b'{"rounds_per_second": NaN}', {"pointer": "/rounds_per_second", "message": "finite"}),
        (b'{"references": 1}', {"pointer": "/references", "message": "true or false is needed"}),
        (b'{"sed": 5}', {"pointer": "/sed", "message": "did you mean 'seed'?"}),
        (b'{"a/b~": 5}', {"pointer": "/a~1b~0", "message": "is not known"}),
        (b'{"set": ["a=1", 2]}', {"pointer": "/set/1", "message": "valid string"}),
        (b'{"scenario": "../x"}', {"pointer": "/scenario", "message": "pattern"}),
        (b"[]", {"pointer": "", "message": "dictionary"}),
        (b"", {"pointer": "", "message": "required"}),
        (b"{}", {"pointer": "", "message": "give either scenario"}),
    ],
)
def test_a_bad_body_is_told_where_it_is_bad(
    client: httpx.Client, body: bytes, flaw: dict[str, str]
) -> None:
    answer = client.post("/v1/runs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    first = answer.json()["errors"][0]
    assert first.get("pointer") == flaw["pointer"]
    assert flaw["message"] in first["message"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"seed": ' + b"9" * 5000 + b"}", b"\xff\xfe{"])
def test_a_body_that_breaks_parsers_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/v1/runs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_cannot_be_encoded_is_quoted_harmlessly(client: httpx.Client) -> None:
    """A lone surrogate in a key breaks an answer that quotes it as UTF-8."""
    body = b'{"\\ud800\\u0000<script>": 1, "yaml": "\\ud800"}'
    answer = client.post("/v1/runs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.content.isascii()


@pytest.mark.parametrize(
    ("query", "parameter", "message"),
    [
        ("limt=5", "limt", "did you mean 'limit'?"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=1001", "limit", "less than or equal to 1000"),
        ("limit=x", "limit", "valid integer"),
    ],
)
def test_a_bad_parameter_is_named(
    client: httpx.Client, query: str, parameter: str, message: str
) -> None:
    answer = client.get(f"/v1/runs?{query}")
    assert answer.status_code == 422
    [flaw] = answer.json()["errors"]
    assert flaw["parameter"] == parameter
    assert message in flaw["message"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownRun("no such run"), 404),
        (RunInUse("process 7 plays it"), 409),
        (StaleClaim("taken over"), 409),
        (CorruptJournal("event 3 is not what was written"), 503),
    ],
)
@pytest.mark.asyncio(loop_scope="function")
async def test_errors_of_ours_are_told_in_their_own_words(error: Exception, status: int) -> None:
    app = create_app("unused.db")

    @app.get("/broken")
    async def broken() -> None:
        raise error

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/broken")
    assert (answer.status_code, answer.json()["detail"]) == (status, str(error))
