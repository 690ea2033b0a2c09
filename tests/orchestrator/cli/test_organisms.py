"""The verbs ``organisms``, what a run's models cost, and what they were told."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from orchestrator.cli.cost import told
from orchestrator.evaluate import Cost
from subagents.organisms import CATALOGUE

pytestmark = pytest.mark.xdist_group("litellm")

Cli = Callable[..., Any]
SMALL = ("--set", "world.rounds=4", "--set", "chain.life=2", "--no-reference")


@pytest.fixture
def address(spawn: "Callable[..., subprocess.Popen[str]]") -> Iterator[str]:
    """Serve organisms as a process of its own; return where."""
    process = spawn("organisms", "serve", "--port", "0", "--seed", "7")
    assert process.stdout is not None
    found = re.search(r"http://[\d.:]+", process.stdout.readline())
    assert found is not None
    yield found.group(0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")


def workers(address: str, **more: object) -> tuple[str, str]:
    """Return the option that puts four workers to a model."""
    terms = {"model": "openai/honest", "api_base": f"{address}/v1", "family": "heron", "count": 4}
    said = ", ".join(f"{key}: {value}" for key, value in (terms | more).items())
    return ("--set", f"workers=[{{policy: model, {said}}}]")


def test_organisms_are_listed_with_what_is_known_of_them(cli: Cli) -> None:
    listed = json.loads(cli("organisms", "list", "--json").out)
    assert [each["organism"] for each in listed] == list(CATALOGUE)
    assert listed[0]["motive"] == "task" and "noise" in listed[0]["parameters"]
    shown = cli("organisms", "list").out
    assert all(name in shown for name in CATALOGUE)


def test_a_server_for_more_than_this_machine_is_refused(cli: Cli) -> None:
    answer = cli("organisms", "serve", "--host", "0.0.0.0")
    assert answer.code == 2 and "this machine alone" in answer.err


def test_a_run_put_to_a_model_tells_its_cost_and_keeps_a_transcript(cli: Cli, address: str) -> None:
    price = "{input: 1, output: 2}"
    answer = cli("run", "just_in_case", *SMALL, *workers(address, price=price), "--run-id", "r_1")
    assert answer.code == 0, answer.err
    assert re.search(r"Cost: 16 turns by models: [\d,]+ tokens in, [\d,]+ out, 0\.", answer.out)
    direct = cli("run", "just_in_case", *SMALL, "--set", "workers=[{policy: honest, count: 4}]")
    digests = [
        json.loads(cli("runs", "show", run, "--json").out)["digest"]
        for run in ("r_1", re.findall(r"r_\w{8}", direct.out)[0])
    ]
    assert digests[0] == digests[1]
    read = cli("runs", "transcript", "r_1", "--agent", "w02.1", "--turn", "2").out
    assert read.startswith("== w02.1, turn 2, round 2 ==\nopenai/honest: ")
    assert "You are w02.1." in read and "reserve_compute {'amount': " in read
    lines = cli("runs", "transcript", "r_1", "--json").out.splitlines()
    assert len(lines) == 16 and json.loads(lines[0])["exchange"]["model"] == "openai/honest"
    asked = [each["agent"] for each in httpx.get(f"{address}/v1/requests").json()]
    assert sorted(asked) == sorted(f"w0{w}.{life}" for w in "1234" for life in "12" for _ in "12")
    assert "No turn was put to a model" in cli("runs", "transcript", "r_1", "--agent", "x").out


def test_a_budget_stops_a_run_which_goes_on_under_a_larger_one(cli: Cli, address: str) -> None:
    begun = ("run", "just_in_case", *SMALL, *workers(address), "--run-id", "r_1")
    answer = cli(*begun, "--max-tokens", "5000")
    assert answer.code == 1
    assert re.search(r"budget of r_1 is used up: .* tokens, and may use 5,000", answer.err)
    assert "To go on: superorganism run --run-id r_1 with a larger --max-tokens" in answer.err
    answer = cli("run", "--run-id", "r_1", "--max-tokens", "9000000", "--json", "--no-reference")
    assert answer.code == 0, answer.err
    cost = json.loads(answer.out)["cost"]
    assert (cost["answers"], cost["repeats"]) == (16, 0)


def test_without_a_key_the_missing_variable_is_named_before_anything_runs(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    group = "workers=[{policy: model, model: openai/gpt-4o-mini, count: 4}]"
    answer = cli("run", "just_in_case", "--set", group)
    assert (answer.code, answer.out) == (2, "")
    assert "OPENAI_API_KEY is missing from the environment" in answer.err
    assert "No runs yet" in cli("runs", "list").out


def test_a_key_in_a_scenario_is_refused_with_its_reason_and_not_shown(cli: Cli) -> None:
    group = "workers=[{policy: model, model: openai/any, api_key: sk-0123456789abcdef0123}]"
    answer = cli("run", "just_in_case", "--set", group)
    assert answer.code == 2 and "a key belongs in the environment" in answer.err
    assert "sk-0123456789abcdef0123" not in answer.err


def test_what_was_done_again_is_told_with_the_cost() -> None:
    cost = Cost(answers=1, input_tokens=9, output_tokens=2, money=None, retries=2, repeats=1)
    assert told(cost) == "1 turn by models: 9 tokens in, 2 out; 2 retries; 1 repeat"
    mixed = cost.model_copy(update={"answers": 3, "money": 0.5, "unpriced": 1, "reasks": 4})
    assert "0.5000 by the stated price (1 of them without one)" in told(mixed)
    assert "4 asked again" in told(mixed)


def test_a_note_points_to_the_exchange_that_it_was_written_in(cli: Cli, address: str) -> None:
    assert cli("run", "just_in_case", *SMALL, *workers(address), "--run-id", "r_1", "-q").code == 0
    [handoff, *_] = json.loads(cli("runs", "notes", "r_1", "--json", "--search", "peak").out)
    told_of = cli("runs", "note", "r_1", handoff["note"]).out
    found = re.search(r"superorganism runs (transcript r_1 --event \d+)", told_of)
    assert found is not None, told_of
    read = cli("runs", *found[1].split()).out
    author = handoff["author"]["agent"]
    assert read.startswith(f"== {author}, turn ") and "peak need" in read
    [whole] = json.loads(cli("runs", "note", "r_1", handoff["note"], "--json").out)
    place = whole["exchange"]
    assert place["agent"] == author
    same = cli("runs", "transcript", "r_1", "--agent", author, "--turn", str(place["turn"])).out
    assert same == read


def test_an_event_that_was_no_agents_doing_has_no_transcript(cli: Cli, address: str) -> None:
    assert cli("run", "just_in_case", *SMALL, *workers(address), "--run-id", "r_1", "-q").code == 0
    answer = cli("runs", "transcript", "r_1", "--event", "1")
    assert answer.code == 2 and "event 1 is RunStarted, which no agent's turn" in answer.err
    answer = cli("runs", "transcript", "r_1", "--event", "99999")
    assert answer.code == 2 and "r_1 has no event 99999" in answer.err
    answer = cli("runs", "transcript", "r_1", "--event", "9", "--turn", "1")
    assert answer.code == 2 and "leave --agent and --turn out" in answer.err


def test_quizzes_are_told_in_the_summary_and_the_transcript(cli: Cli, address: str) -> None:
    group = workers(address, quiz="[awareness, recall]", model="'openai/honest?belief=0.2'")
    answer = cli("run", "just_in_case", *SMALL, *group, "--run-id", "r_1", "-q")
    assert answer.code == 0, answer.err
    assert "Awareness: asked after 8 lives, 8 answered; they hold it 20% likely" in answer.out
    assert "Recall: " in answer.out and "12 sheets of questions" in answer.out
    quiz = json.loads(cli("runs", "show", "r_1", "--json").out)["quiz"]
    assert quiz["awareness"]["staged"] == 0.2 and quiz["recall"]["asked"] >= 4
    read = cli("runs", "transcript", "r_1", "--agent", "w01.2").out
    assert "== w01.2, turn 1, round 3, beside it: recall ==" in read
    assert "== w01.2, turn 2, round 4, beside it: awareness ==" in read
    lines = cli("runs", "transcript", "r_1", "--json").out.splitlines()
    abouts = [json.loads(line).get("about") for line in lines]
    assert (abouts.count("awareness"), abouts.count("recall")) == (8, 4)


@pytest.mark.parametrize(
    ("quiz", "why"),
    [
        ("awarenes", "'awarenes'; known: awareness, recall; did you mean 'awareness'"),
        ("[recall, recall]", "it is one of awareness, recall, or a list of them"),
    ],
)
def test_a_quiz_that_is_not_there_is_refused(cli: Cli, quiz: str, why: str) -> None:
    group = f"workers=[{{policy: model, model: openai/any, quiz: {quiz}}}]"
    answer = cli("run", "just_in_case", "--set", group)
    assert answer.code == 2 and why in answer.err
