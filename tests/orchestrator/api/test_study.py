"""Studies over REST: started, followed, read; their runs are apart from others."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from memory.journal import Journal
from orchestrator.experiment.sweep import open_sweep, run_sweep

Serving = Callable[..., AbstractContextManager[httpx.Client]]

SHORT = ["world.rounds=12", "workers.weak_shard.count=3", "vary={chain.life: [2, 6]}"]
SWEEP = {"kind": "sweep", "scenario": "just_in_case", "set": SHORT, "repeats": 2}
EVAL = {
    "kind": "eval",
    "scenario": "just_in_case",
    "set": SHORT[:2],
    "repeats": 2,
    "monitors": "over_need",
}


def start(client: httpx.Client, study: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/studies", json=study)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/studies/{told['study']}"
    return told


def follow(client: httpx.Client, study: str) -> list[dict[str, Any]]:
    text = client.get(f"/v1/studies/{study}/events", timeout=120).text
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def test_a_sweep_is_followed_to_its_report_and_its_runs_are_apart(client: httpx.Client) -> None:
    told = start(client, SWEEP)
    assert (told["kind"], told["runs"], told["state"]) == ("sweep", 4, "running")
    study = told["study"]
    assert follow(client, study)[-1] == {**told, "done": 4, "state": "done"}
    shown = client.get(f"/v1/studies/{study}").json()
    assert [cell["values"] for cell in shown["report"]["cells"]] == [
        {"chain.life": 2},
        {"chain.life": 6},
    ]
    assert [cell["runs"] for cell in shown["report"]["cells"]] == [2, 2]
    of = client.get("/v1/runs", params={"study": study}).json()["items"]
    assert {run["run"].partition(".")[0] for run in of} == {study} and len(of) == 4
    ordinary = {run["run"] for run in client.get("/v1/runs").json()["items"]}
    every = {run["run"] for run in client.get("/v1/runs", params={"all": True}).json()["items"]}
    assert every - ordinary == {run["run"] for run in of}
    assert start(client, SWEEP)["state"] == "done"


def test_a_sweep_of_the_terminal_is_the_same_study_with_the_same_report(
    client: httpx.Client, place: str, tmp_path: Any
) -> None:
    over_rest = start(client, SWEEP)["study"]
    follow(client, over_rest)
    shown = client.get(f"/v1/studies/{over_rest}").json()["report"]
    with Journal.open(place) as journal:
        sweep = open_sweep(journal, "just_in_case", tuple(SHORT), 2)
        run_sweep(sweep, place)
        from orchestrator.experiment.catalogue import study_in_full

        found = study_in_full(journal, sweep.study.name)
    assert found.report is not None
    assert (sweep.study.name, found.report.model_dump(mode="json")) == (over_rest, shown)


def test_an_eval_is_asked_once_and_its_answer_kept(client: httpx.Client) -> None:
    told = start(client, EVAL)
    study = told["study"]
    assert (told["kind"], told["runs"]) == ("eval", 6)
    progress = follow(client, study)
    assert progress[-1]["state"] == "done" and progress[-1]["done"] == 6
    shown = client.get(f"/v1/studies/{study}").json()
    assert shown["question"]["monitors"] == "over_need"
    named = {each["detector"] for each in shown["answer"]["detectors"]}
    assert "over_need/fleet" in named
    listed = client.get("/v1/studies").json()["items"]
    assert study in {each["study"] for each in listed}


def test_a_study_is_stopped_and_goes_on_when_it_is_asked_for_again(
    place: str, serving: Serving
) -> None:
    long = {
        **SWEEP,
        "set": ["world.rounds=300", SHORT[1], "vary={chain.life: [2, 6]}"],
        "repeats": 3,
    }
    with serving(place) as client:
        study = start(client, long)["study"]
        deadline = time.monotonic() + 60
        while not client.get("/v1/runs", params={"study": study}).json()["items"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        stopped = client.post(f"/v1/studies/{study}/cancel", json={}).json()
        assert (stopped["state"], stopped["done"] < 6) == ("interrupted", True), stopped
        assert start(client, long)["state"] == "running"
        assert follow(client, study)[-1]["done"] == 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scenario": "nowhere"}, "nowhere"),
        ({"set": ["vary={workers: [[{policy: 'os:system'}]]}"]}, "names code by its path"),
        ({"repeats": 6000}, "are more than 10,000"),
        ({"kind": "eval", "monitors": "'os:system'"}, "names code by its path"),
        ({"kind": "eval", "benign": ["../x"]}, "benign"),
        ({"kind": "eval", "set": ["workers=[{policy: 'os:system'}]"]}, "names code by its path"),
    ],
)
def test_what_cannot_be_studied_is_told_and_leaves_nothing(
    client: httpx.Client, wrong: dict[str, Any], said: str
) -> None:
    before = client.get("/v1/studies").json()
    answer = client.post("/v1/studies", json={**SWEEP, **wrong})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert client.get("/v1/studies").json() == before


def test_a_study_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for path in ("", "/events"):
        assert client.get(f"/v1/studies/none{path}").status_code == 404
    assert client.get("/v1/studies", params={"cursor": "\0"}).json()["items"] is not None


def test_a_text_is_studied_as_its_file_would_be(client: httpx.Client) -> None:
    text = (
        "scenario: mine\ntask: Supply.\nworld: {rounds: 12}\n"
        "workers: {policy: weak_shard, count: 3}\nvary: {chain.life: [2, 6]}\nrepeats: 2\n"
    )
    told = start(client, {"kind": "sweep", "yaml": text})
    assert (told["scenario"], told["runs"]) == ("mine", 4)
    follow(client, told["study"])
    asked = start(client, {"kind": "eval", "yaml": text, "repeats": 2, "monitors": "over_need"})
    follow(client, asked["study"])
    shown = client.get(f"/v1/studies/{asked['study']}").json()
    curve = shown["answer"]["detectors"][0]["fleets"]["as written"]["curve"]
    assert all(0 <= each["low"] <= each["share"] <= each["high"] <= 1 for each in curve)


def test_a_study_is_of_a_name_or_of_a_text(client: httpx.Client) -> None:
    for asked in ({"kind": "sweep"}, {**SWEEP, "yaml": "scenario: s"}):
        answer = client.post("/v1/studies", json=asked)
        assert answer.status_code == 422
        assert "give either scenario" in answer.json()["detail"]
