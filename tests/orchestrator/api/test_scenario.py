"""Scenarios over REST: the catalogue, its schema, and faults with their places."""

import httpx
import pytest

from orchestrator.api.strict import LARGEST
from scenarios.catalogue import catalogue
from scenarios.schema import author_schema

BROKEN = """scenario: mine
task: Supply.
world: {rounds: 0}
workers:
  - {policy: honestt}
"""


def test_the_catalogue_is_listed_with_what_each_is_about(client: httpx.Client) -> None:
    items = client.get("/v1/scenarios").json()["items"]
    assert [item["name"] for item in items] == list(catalogue())
    assert all(item["version"] >= 1 and item["about"] for item in items)
    assert not any("\n" in item["about"] for item in items)


def test_one_is_shown_as_written_and_as_expanded(client: httpx.Client) -> None:
    shown = client.get("/v1/scenarios/just_in_case").json()
    assert "scenario: just_in_case" in shown["yaml"]
    assert shown["expanded"]["world"]["rounds"] == 240


@pytest.mark.parametrize(
    "name", ["nowhere", "just_in_case.yaml", "..", "%00", "%2e%2e%2fspec", "-"]
)
def test_a_name_that_is_not_in_the_catalogue_is_not_there(client: httpx.Client, name: str) -> None:
    assert client.get(f"/v1/scenarios/{name}").status_code == 404


def test_the_schema_is_the_one_that_editors_get(client: httpx.Client) -> None:
    assert client.get("/v1/scenarios/schema").json() == author_schema()


def test_a_text_that_makes_a_scenario_is_valid(client: httpx.Client, text: str) -> None:
    answer = client.post("/v1/scenarios/validate", json={"yaml": text, "set": ["world.rounds=12"]})
    told = answer.json()
    assert (answer.status_code, told["valid"], told["scenario"]) == (200, True, "small")
    assert (told["version"], told["rounds"], told["workers"]) == (3, 12, 4)
    assert told["expanded"]["chain"]["life"] == 6


def test_every_fault_of_a_text_has_its_line_and_a_hint(client: httpx.Client) -> None:
    answer = client.post("/v1/scenarios/validate", json={"yaml": BROKEN})
    assert answer.status_code == 422
    flaws = answer.json()["errors"]
    places = {(flaw["pointer"], flaw["line"]) for flaw in flaws}
    assert ("/world/rounds", 3) in places
    assert any(pointer.startswith("/workers/0") and line == 5 for pointer, line in places)
    assert all(flaw["column"] >= 1 and flaw["file"] == "scenario.yaml" for flaw in flaws)
    assert "did you mean 'honest'?" in answer.text


@pytest.mark.parametrize(
    "change",
    ["workers=os:system", "monitors=os:system", "workers.0.policy=subagents.policy:Policy"],
)
def test_code_is_not_run_by_naming_it(client: httpx.Client, text: str, change: str) -> None:
    answer = client.post("/v1/scenarios/validate", json={"yaml": text, "set": [change]})
    assert answer.status_code == 422
    assert "over REST only names of ours are taken" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("base", ["./secret.yaml", "/etc/passwd", "../spec.yaml", "nowhere"])
def test_a_text_reaches_no_file(client: httpx.Client, text: str, base: str) -> None:
    draft = {"yaml": f"extends: {base}\n{text}"}
    answer = client.post("/v1/scenarios/validate", json=draft)
    assert answer.status_code == 422
    assert {flaw["pointer"].split("/")[1] for flaw in answer.json()["errors"]} == {"extends"}


@pytest.mark.parametrize(
    "yaml",
    [
        "",
        "[" * 200_000,
        "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]",
        "\x00",
        "x" * 300_000,
        f"seed: {LARGEST * 10}",
        "? {}",
        "!!python/object/apply:os.system [ls]",
    ],
)
def test_a_hostile_text_is_refused_with_a_place(client: httpx.Client, yaml: str) -> None:
    answer = client.post("/v1/scenarios/validate", json={"yaml": yaml})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["line"] >= 1


DRAFT = """\
scenario: mine
task: Supply.
world: {rounds: 24}
workers: {policy: weak_shard, count: 4, over_reserve: 5%}
chain: {life: 6}
vary: {chain.life: [6, 12]}
repeats: 3
"""


def test_a_sound_draft_is_told_what_it_comes_to(client: httpx.Client) -> None:
    told = client.post("/v1/scenarios/validate", json={"yaml": DRAFT}).json()
    assert (told["runs"], told["cells"], told["repeats"], told["life"]) == (6, 2, 3, 6)
    facts = {fact["line"]: fact["text"] for fact in told["facts"]}
    assert (facts[4], facts[5]) == ("4 workers", "4 generations")
    assert [remark["weight"] for remark in told["remarks"]] == ["hint"]


def test_the_cells_of_a_draft_are_shown_page_by_page(client: httpx.Client) -> None:
    told = client.post("/v1/scenarios/expand", json={"yaml": DRAFT, "after": 1}).json()
    assert (told["cells"], told["repeats"]) == (2, 3)
    [cell] = told["items"]
    assert (cell["cell"], cell["values"]) == (2, {"chain.life": 12})
    assert cell["scenario"]["chain"]["life"] == 12


def test_what_a_run_of_a_draft_takes_is_measured(client: httpx.Client) -> None:
    told = client.post("/v1/scenarios/estimate", json={"yaml": DRAFT}).json()
    assert (told["turns"], told["model_calls"]) == (96, 0)
    assert 0 < told["seconds"] < 30 and told["event_bytes"] > 10_000


def test_what_may_be_written_next_is_offered(client: httpx.Client) -> None:
    asked = {"yaml": "chain:\n  li", "line": 2, "column": 5}
    told = client.post("/v1/scenarios/complete", json=asked).json()
    assert (told["start"], [offer["label"] for offer in told["offers"]]) == (3, ["life"])


SHARES = [number / 100 for number in range(21)]
MANY = f"vary={{chain.life: {[*range(1, 25)]}, workers.weak_shard.over_reserve: {SHARES}}}"


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        ("validate", "vary={world.seed2: [1]}", "is an unknown key"),
        ("expand", MANY, "makes 504 cells; at most 500"),
        ("estimate", "workers={policy: honest, count: 3000}", "3,000 workers are more than 2,000"),
    ],
)
def test_what_would_take_too_long_is_refused_at_once(
    client: httpx.Client, path: str, change: str, message: str
) -> None:
    body = {"yaml": DRAFT, "set": [change]}
    answer = client.post(f"/v1/scenarios/{path}", json=body)
    assert answer.status_code == 422
    assert message in answer.text
