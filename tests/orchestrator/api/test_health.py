"""Alive, ready, and which version."""

from importlib.metadata import version

import httpx
import pytest

from memory.journal import Journal
from orchestrator.api.app import create_app


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_server_that_runs_is_alive_and_ready(client: httpx.Client, path: str) -> None:
    assert client.get(path).json() == {"status": "ok"}


def test_it_says_what_it_is(client: httpx.Client) -> None:
    told = client.get("/v1/version").json()
    assert told == {
        "name": "superorganism",
        "version": version("superorganism"),
        "api": "v1",
        "journal": told["journal"],
    }


@pytest.mark.asyncio(loop_scope="function")
async def test_without_its_journal_it_is_alive_but_not_ready(place: str) -> None:
    app = create_app(place)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        journal: Journal = app.state.service.journal
        journal.close()
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")
