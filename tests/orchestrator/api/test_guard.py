"""What may reach a route, and what every answer carries."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from orchestrator.api.guard import BODY_CAP, SECURITY_HEADERS, Guard

FOREIGN = ["evil.test", "evil.test:80", "", "127.0.0.1.evil.test", "192.0.2.1", "[::2]", "a b", "["]
OURS = ["localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:8000"]


def assert_problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    return str(said["detail"])


@pytest.mark.parametrize("host", FOREIGN)
def test_a_host_that_is_not_this_machine_is_refused(client: httpx.Client, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert "Host is not a name of this machine" in assert_problem(answer, 400)


@pytest.mark.parametrize("host", OURS)
def test_a_loopback_name_is_served(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).json() == {"status": "ok"}


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://localhost:1", ""])
def test_another_origin_changes_nothing(client: httpx.Client, origin: str) -> None:
    answer = client.post("/v1/runs", json={}, headers={"origin": origin})
    assert "Origin is another site's" in assert_problem(answer, 403)


def test_this_origin_may_ask_for_changes(client: httpx.Client) -> None:
    own = str(client.base_url).rstrip("/")
    assert client.post("/v1/runs", json={}, headers={"origin": own}).status_code == 422


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
@pytest.mark.parametrize("path", ["/v1/runs", "/v1/scenarios/validate"])
def test_a_form_is_no_request(client: httpx.Client, path: str, media_type: str) -> None:
    answer = client.post(path, content=b"{}", headers={"content-type": media_type})
    assert "it must be application/json" in assert_problem(answer, 415)


def test_json_with_a_charset_is_json(client: httpx.Client) -> None:
    declared = {"content-type": "application/json; charset=utf-8"}
    assert client.post("/v1/runs", content=b"{}", headers=declared).status_code == 422


def test_a_body_too_large_is_refused_by_what_it_declares(client: httpx.Client) -> None:
    answer = client.post("/v1/runs", json={"yaml": "x" * BODY_CAP})
    assert "longer than 1,000,000 bytes" in assert_problem(answer, 413)


def test_a_body_too_large_is_refused_by_what_it_is(client: httpx.Client) -> None:
    """Sent in chunks, a body declares no length."""
    chunks = (b"x" * 100_000 for _ in range(12))
    declared = {"content-type": "application/json"}
    answer = client.post("/v1/runs", content=chunks, headers=declared)
    assert "longer than 1,000,000 bytes" in assert_problem(answer, 413)


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/v1/runs/r_none/events"])
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    for answer in (client.get(path), client.get(path, headers={"host": "evil.test"})):
        told = {name: answer.headers.get(name) for name in SECURITY_HEADERS}
        assert told == SECURITY_HEADERS
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.asyncio(loop_scope="function")
async def test_an_error_of_ours_is_a_bare_500(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a secret: sk-123")

    transport = httpx.ASGITransport(Guard(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/")
    assert "our fault" in assert_problem(answer, 500)
    assert "sk-123" not in answer.text and "Traceback" not in answer.text
    assert "sk-123" in caplog.text


@pytest.mark.parametrize(
    "request_line",
    [b"GET http://evil.test/healthz HTTP/1.1", b"GET / HTTP/9.9", b"\x16\x03\x01\x02", b"G T /"],
)
def test_what_is_no_http_gets_no_answer_from_a_route(
    client: httpx.Client, request_line: bytes
) -> None:
    place = urlsplit(str(client.base_url))
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request_line + b"\r\nHost: evil.test\r\n\r\n")
        assert b" 200 " not in connection.recv(4096)
