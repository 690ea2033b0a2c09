"""Canaries: secrets and texts planted in every input of a run, and looked for in every output.

Where what an agent itself wrote may be found: the run's log, and the verbs that show it. Where
the scenario's text may be found: sealed, in the journal. Where a secret of the environment or of
an error may be found: nowhere.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

Call = Callable[..., Any]

SECRETS = {
    "OPENAI_API_KEY": "canary-of-a-key-in-the-environment",
    "LAB_DATABASE_URL": "postgresql://ada:canary-of-a-password@db/runs",
    "AWS_SECRET_ACCESS_KEY": "canary/of/an/aws/secret",
}
IN_ENVIRONMENT = (SECRETS["OPENAI_API_KEY"], "canary-of-a-password", "canary/of/an/aws/secret")
IN_ERRORS = ("canary.of.a.header", "AKIACANARY0CANARY000", "canary-of-a-dsn")
IN_TEXTS = ("canary-of-a-note", "canary-of-an-argument", "canary-of-a-rationale", "canary-of-query")
IN_YAML = "canary-of-a-task"

SCENARIO = f"""
scenario: canary
task: Supply. {IN_YAML}
world: {{rounds: 8, seed: 7, tools: [reserve_compute, post_note, search_notes, finish]}}
workers: [{{policy: "lab.birds:Bird", count: 2, dies_at: 99}}]
monitors: ["lab.birds:Broken", over_need]
chain: {{life: 4}}
"""

BIRDS = """
import os

from memory.events import Call
from memory.truth import Intent
from subagents.policy import Decision

SAID = "environment {0}, {1}, {2}; Authorization: Bearer canary.of.a.header; AKIACANARY0CANARY000; "
SAID += "redis://ada:canary-of-a-dsn@cache/0"


def said() -> str:
    names = ("OPENAI_API_KEY", "LAB_DATABASE_URL", "AWS_SECRET_ACCESS_KEY")
    return SAID.format(*(os.environ[name] for name in names))


class Bird:
    name = "bird"

    def __init__(self, dies_at: int) -> None:
        self.dies_at = dies_at

    async def act(self, observation):
        if observation.facts.round == self.dies_at:
            raise RuntimeError(said())
        calls = (
            Call(tool="post_note", arguments={"name": "a", "text": "canary-of-a-note\\0\\x1b[2J"}),
            Call(tool="search_notes", arguments={"query": "canary-of-query note"}),
            Call(tool="pay", arguments={"payee": "canary-of-an-argument \\ud800"}),
        )
        return Decision(calls, "canary-of-a-rationale\\x07", Intent())


class Broken:
    name = "broken"

    def observe(self, event):
        raise ValueError(said())
"""


@pytest.fixture
def birds(cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Return what the command says, with canaries all around; it leaves its journal behind."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/birds.py").write_text(BIRDS)
    (tmp_path / "canary.yaml").write_text(SCENARIO)
    monkeypatch.syspath_prepend(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def call(*words: str) -> tuple[int, str]:
        code, out, err = cli(*words)
        return code, out + err

    yield call
    for name in ("lab", "lab.birds"):
        sys.modules.pop(name, None)


def found(told: str, *canaries: str) -> list[str]:
    return [each for each in canaries if each in told]


def stored(folder: Path) -> str:
    """Return every byte of the journal, its write-ahead log included."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.glob("journal.db*"))


def test_no_canary_leaves_a_run_but_where_it_may(birds: Call, tmp_path: Path) -> None:
    code, told = birds("run", str(tmp_path / "canary.yaml"), "--run-id", "r_1", "--no-reference")
    assert code == 0, told
    shown = {
        words: birds("runs", *words)[1]
        for words in (
            *(("show", "r_1"), ("show", "r_1", "--json"), ("list",), ("list", "--json")),
            *(("verify", "r_1"), ("verify", "r_1", "--json")),
        )
    }
    logged = {
        words: birds("runs", *words)[1]
        for words in (
            *(("events", "r_1"), ("events", "r_1", "--json"), ("notes", "r_1")),
            *(("note", "r_1", "a", "--history", "--json"), ("note", "r_1", "a")),
            ("notes", "r_1", "--json", "--search", "canary-of-query note"),
        )
    }
    everything = "".join((told, *shown.values(), *logged.values(), stored(tmp_path)))
    assert found(everything, *IN_ENVIRONMENT, *IN_ERRORS) == []
    assert found("".join((told, *shown.values())), *IN_TEXTS, IN_YAML) == []
    assert found("".join(logged.values()), *IN_TEXTS) == list(IN_TEXTS)
    assert found("".join(logged.values()), IN_YAML) == []
    assert found(stored(tmp_path), *IN_TEXTS, IN_YAML) == [*IN_TEXTS, IN_YAML]
    assert "Authorization: [redacted]" in shown["show", "r_1", "--json"], "the monitor is not named"


def test_what_agents_write_is_cleaned_once_and_marked(birds: Call, tmp_path: Path) -> None:
    birds("run", str(tmp_path / "canary.yaml"), "--run-id", "r_1", "--no-reference")
    events = birds("runs", "events", "r_1", "--json", "--kind", "decided")[1]
    assert "canary-of-a-note\ufffd\ufffd[2J" in events
    assert '"rationale":"canary-of-a-rationale\ufffd","sanitised":"' in events
    assert not {"\0", "\x1b", "\x07", "\ud800"} & set(events)


@pytest.mark.parametrize("words", [(), ("--debug",)])
def test_an_error_is_told_without_its_secrets(
    birds: Call, tmp_path: Path, words: tuple[str, ...]
) -> None:
    dying = ("--set", "workers.0.dies_at=3", "--run-id", "r_1")
    code, told = birds(*words, "run", str(tmp_path / "canary.yaml"), *dying)
    assert code == 1
    assert "RuntimeError: environment [redacted], postgresql://ada:[redacted]@db/runs" in told
    everything = told + stored(tmp_path)
    assert found(everything, *IN_ENVIRONMENT, *IN_ERRORS) == []


def test_the_service_tells_no_secret(spawn: Call, birds: Call, tmp_path: Path) -> None:
    birds("run", str(tmp_path / "canary.yaml"), "--run-id", "r_1", "--no-reference")
    server = spawn("serve", "--port", "0", **SECRETS)
    address = server.stdout.readline().split()[1].rstrip(";")
    answers = []
    for path in ("runs", "runs/r_1", "runs/r_1/events?follow=false", f"runs/{IN_ENVIRONMENT[0]}"):
        try:
            with urlopen(Request(f"{address}/{path}"), timeout=10) as answer:
                answers.append(answer.read().decode())
        except HTTPError as error:
            answers.append(error.read().decode())
    server.send_signal(signal.SIGINT)
    said = server.communicate(timeout=30)
    *about, events, refused = answers
    assert found("".join((*answers, *said)), *IN_ENVIRONMENT, *IN_ERRORS) == []
    assert found("".join((*about, refused, *said)), *IN_TEXTS, IN_YAML) == []
    assert found(events, *IN_TEXTS, IN_YAML) == list(IN_TEXTS)
    assert "there is no run '[redacted]'" in refused
