"""Who may do what: every route against every scope, on this machine and beyond it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from memory.apikey import SCOPES, Scope
from memory.journal import Journal
from orchestrator.api.access import Door
from orchestrator.api.app import create_app
from orchestrator.api.openapi import describe
from orchestrator.api.rate import Rate

Serving = Callable[..., AbstractContextManager[httpx.Client]]

HEALTH = {"/healthz", "/readyz"}
ROUTES = [
    (path, method)
    for path, operations in describe(create_app("unused.db").routes)["paths"].items()
    for method in operations
]
LOCKED = [(path, method) for path, method in ROUTES if path not in HEALTH]

Keys = dict[str, str]


def scope_needed(path: str, method: str) -> Scope:
    """Return what a route should take, said here a second time and by rule."""
    if "/truth" in path:
        return "truth"
    if path.startswith("/v1/keys"):
        return "admin"
    if method != "get" and path.endswith(ACTS):
        return "act"
    return "read" if method == "get" or path.endswith(HARMLESS) else "run"


ACTS = ("/interventions", "/stops", "/rulings", "/approvals/{call}", "/acknowledgement")
HARMLESS = ("/validate", "/expand", "/estimate", "/complete", "/verify")


def ask(client: httpx.Client, path: str, method: str, key: str | None = None) -> httpx.Response:
    """Ask a route as anyone might who knows its path only."""
    concrete = re.sub(r"{\w+}", "1", path)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body: Any = {} if method in ("post", "put", "patch") else None
    if concrete.endswith("/feed"):
        headers["accept"] = "application/json"
    return client.request(method, concrete, headers=headers, json=body)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("access") / "journal.db")


@pytest.fixture(scope="module")
def keys(store: str) -> Keys:
    with Journal.open(store) as journal:
        return {scope: journal.keys.make(scope, [scope]).secret for scope in SCOPES}


@pytest.fixture(scope="module")
def far(store: str, keys: Keys, beyond: Serving) -> Iterator[httpx.Client]:
    """Serve as if from beyond this machine: everyone needs a key."""
    with beyond(store, door=Door(is_open=True, names=frozenset({"lab.test"}))) as client:
        yield client


@pytest.mark.parametrize(("path", "method"), LOCKED)
def test_beyond_this_machine_no_route_opens_without_a_key(
    far: httpx.Client, path: str, method: str
) -> None:
    answer = ask(far, path, method)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_health_opens_without_a_key_and_tells_nothing_else(far: httpx.Client) -> None:
    for path in HEALTH:
        assert far.get(path).json() == {"status": "ok"}


def test_what_is_not_there_is_not_told_without_a_key(far: httpx.Client, keys: Keys) -> None:
    assert far.get("/v1/nowhere").status_code == 401
    assert ask(far, "/v1/nowhere", "get", keys["read"]).status_code == 404


def test_every_route_opens_to_its_own_scope_and_to_no_other(far: httpx.Client, keys: Keys) -> None:
    wrong = []
    for (path, method), scope in product(LOCKED, SCOPES):
        status = ask(far, path, method, keys[scope]).status_code
        is_opened = status not in (401, 403)
        if is_opened != (scope == scope_needed(path, method)) or status >= 500:
            wrong.append((method, path, scope, status))
    assert wrong == []


def test_a_wrong_key_opens_nothing_anywhere(client: httpx.Client, keys: Keys) -> None:
    """Nor does it on this machine, where no key at all would do."""
    for given in ("Bearer key_0_1", "Basic YTpi", "Bearer", f"Bearer {keys['read'][:-1]}"):
        answer = client.get("/v1/runs", headers={"authorization": given})
        assert answer.status_code in (401, 429)


@pytest.mark.parametrize(("path", "method"), LOCKED)
def test_on_this_machine_what_is_sealed_still_takes_a_key(
    client: httpx.Client, path: str, method: str
) -> None:
    status = ask(client, path, method).status_code
    assert (status == 401) == (scope_needed(path, method) in ("truth", "admin"))
    assert status != 403


def test_a_revoked_key_is_refused_at_once(far: httpx.Client, keys: Keys, store: str) -> None:
    made = ask_to_make(far, keys["admin"], ["read"])
    assert ask(far, "/v1/runs", "get", made["key"]).status_code == 200
    headers = {"authorization": f"Bearer {keys['admin']}"}
    gone = far.delete(f"/v1/keys/{made['id']}", headers=headers).json()
    assert gone["revoked_at"]
    assert ask(far, "/v1/runs", "get", made["key"]).status_code == 401
    listed = far.get("/v1/keys", headers=headers)
    assert made["id"] in listed.text and made["key"] not in listed.text


def ask_to_make(client: httpx.Client, admin: str, scopes: list[str]) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {admin}"}
    answer = client.post("/v1/keys", json={"name": "x", "scopes": scopes}, headers=headers)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("host", ["lab.test", "LAB.test:8321", "192.0.2.1", "[2001:db8::1]:1"])
def test_beyond_this_machine_it_goes_by_its_names_and_addresses(
    far: httpx.Client, host: str
) -> None:
    assert far.get("/healthz", headers={"host": host}).status_code == 200
    assert far.get("/healthz", headers={"host": "evil.test"}).status_code == 400


def test_a_key_in_the_url_opens_nothing(far: httpx.Client, keys: Keys) -> None:
    assert far.get("/v1/runs", params={"key": keys["read"]}).status_code == 401


def test_who_guesses_keys_is_made_to_wait(place: str, beyond: Serving) -> None:
    with Journal.open(place) as journal:
        key = journal.keys.make("ada", ["read"]).secret
    tries = Rate(per_second=0.001, burst=3)
    with beyond(place, door=Door(is_open=True, tries=tries)) as client:
        guesses = [ask(client, "/v1/runs", "get", f"key_{n}") for n in range(5)]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
        assert int(guesses[-1].headers["retry-after"]) >= 1
        assert ask(client, "/v1/runs", "get", key).status_code == 429


def test_who_asks_too_often_is_told_when_to_come_back(place: str, beyond: Serving) -> None:
    with Journal.open(place) as journal:
        ada, bob = (journal.keys.make(name, ["read"]).secret for name in ("ada", "bob"))
    door = Door(is_open=True, rate=Rate(per_second=0.001, burst=2))
    with beyond(place, door=door) as client:
        statuses = [ask(client, "/v1/runs", "get", ada).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert ask(client, "/v1/runs", "get", bob).status_code == 200


def test_no_key_is_in_what_is_logged_or_answered(
    far: httpx.Client, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    """The tail of each is looked for: what a redaction would have had to know to hide it."""
    said = []
    for (path, method), scope in product(LOCKED, SCOPES):
        answer = ask(far, path, method, keys[scope])
        said.append(answer.text + str(answer.headers))
    text = "".join(said) + caplog.text
    assert [scope for scope, key in keys.items() if key[-20:] in text] == []


def test_the_journal_is_its_owner_s_only(far: httpx.Client, store: str) -> None:
    assert Path(store).stat().st_mode & 0o777 == 0o600


def test_the_truth_is_what_was_sealed(place: str, beyond: Serving, text: str) -> None:
    with Journal.open(place) as journal:
        key = journal.keys.make("judge", ["truth"]).secret
    with beyond(place) as client:
        run = client.post("/v1/runs", json={"yaml": text, "references": False}).json()["run"]
        with client.stream("GET", f"/v1/runs/{run}/events") as answer:
            answer.read()
        client.headers["authorization"] = f"Bearer {key}"
        told = client.get(f"/v1/runs/{run}/truth").json()
        assert {each[1] for each in told["roster"]} == {"weak_shard"}
        first = client.get(f"/v1/runs/{run}/truth/facts", params={"limit": 7}).json()
        rest = client.get(
            f"/v1/runs/{run}/truth/facts", params={"after": first["next_after"], "limit": 1000}
        ).json()
    with Journal.open(place) as journal:
        facts = [record.seq for record in journal.records(run)]
    assert [each["seq"] for each in first["items"] + rest["items"]] == facts[:1007]
    assert {each["kind"] for each in first["items"]} <= {"intent", "label", "progress"}
