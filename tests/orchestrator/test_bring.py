"""Tools and scenarios of the user's own, by dotted path, through the whole of a run."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.errors import BadInput, ToolFailed
from memory.events import ToolResult
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.conduct import load
from orchestrator.experiment.sweep import open_sweep, run_sweep
from orchestrator.fork import fork
from orchestrator.replay import replay
from scenarios.loader import amend
from scenarios.problem import ScenarioProblems
from scenarios.view import visible_hash

TOOLS = '''
from scenarios.proposal import Done, View


def wave(view: View, *, word: str = "hello") -> Done:
    """Wave."""
    if word == "fail":
        raise RuntimeError("no hands")
    return Done(word)
'''
AGENTS = """
from memory.events import Call
from subagents.policy import Decision


class Waver:
    name = "waver"

    async def act(self, observation):
        return Decision((Call(tool="wave"), Call(tool="wave", arguments={"word": "psst"})))
"""
STALL = """
scenario: stall
extends: just_in_case
world:
  rounds: 6
  tools: [reserve_compute, ourlab.tools:wave: {word: ahoy}]
workers: [{policy: ourlab.agents:Waver, count: 2}]
chain: {life: 3 turns}
expect: {}
"""


@pytest.fixture(autouse=True)
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put a package of somebody's own where Python finds it."""
    folder = tmp_path / "ourlab"
    folder.mkdir()
    for name, text in {"__init__": "", "tools": TOOLS, "agents": AGENTS}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "stall.yaml").write_text(STALL, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "ourlab"]:
        del sys.modules[name]


def play(journal: Journal, run: str, *changes: str) -> str:
    performance = conduct.start(journal, load("ourlab:stall", changes), 7, run)
    return asyncio.run(performance.play(with_references=False)).digest


def test_a_tool_of_ones_own_is_called_by_its_name_and_its_dials_are_set(journal: Journal) -> None:
    play(journal, "r_1")
    results = [e.event for e in journal.entries("r_1") if isinstance(e.event, ToolResult)]
    assert len(results) == 2 * 2 * 6
    assert {each.message for each in results if not each.error} == {"ahoy"}
    refused = {each.error for each in results if each.error}
    assert refused == {"wave has no 'word' (it takes nothing)"}, "an agent turned a dial"


def test_such_a_run_replays_forks_and_resumes(journal: Journal) -> None:
    whole = play(journal, "r_1")
    assert asyncio.run(replay(journal, "r_1")).ok
    half = next(e for e in journal.entries("r_1") if e.event.round == 4).event.seq
    performance = fork(journal, "r_1", half - 1, run="f_1")
    assert asyncio.run(performance.play(with_references=False)).digest == whole


def test_a_sweep_of_a_package_s_scenario_is_played_as_a_run_of_it_is(
    journal: Journal, tmp_path: Path
) -> None:
    sweep = open_sweep(journal, "ourlab:stall", repeats=1, with_reference=False)
    run_sweep(sweep, str(tmp_path / "journal.db"))
    [trial] = sweep.trials
    assert journal.run(trial.run).digest == play(journal, "r_1", f"world.seed={trial.seed}")


def test_it_is_part_of_what_anyone_may_know_and_is_written_as_it_was_read() -> None:
    scenario = load("ourlab:stall")
    assert amend(scenario, ()).world.tools == scenario.world.tools
    other = load("ourlab:stall", ("world.tools=[reserve_compute, ourlab.tools:wave]",))
    assert visible_hash(other) != visible_hash(scenario)


def test_one_that_raises_ends_the_run_with_a_sentence_and_leaves_it_resumable(
    journal: Journal,
) -> None:
    tools = "world.tools=[reserve_compute, ourlab.tools:wave: {word: fail}]"
    with pytest.raises(ToolFailed, match=r"called by w01\.1: it raised Runtime"):
        play(journal, "r_1", tools)
    assert journal.run("r_1").status == "interrupted"


@pytest.mark.parametrize(
    ("tools", "why"),
    [
        ("ourlab.tools:waev", "cannot be imported: .*has no attribute 'waev'"),
        ("ourlab.tool:wave", "cannot be imported: ModuleNotFoundError"),
        ("ourlab.tools:View", "which cannot be one: it is not a function"),
        ("ourlab.tools:wave, ourlab.tools:wave", "again; first in line"),
        ("ourlab.tools:", "not YAML"),
        ("'ourlab tools:wave'", "it must be a path to a function: package.module:name"),
        ("reserve_comput", "did you mean 'reserve_compute'"),
    ],
)
def test_a_tool_that_cannot_be_is_told_with_its_place(tools: str, why: str) -> None:
    with pytest.raises(ScenarioProblems, match=why):
        load("ourlab:stall", (f"world.tools=[reserve_compute, {tools}]",))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("ourlab:stal", "has no file stal.yaml; there are: stall; did you mean 'stall'"),
        ("nolab:stall", "there is no package nolab"),
        ("ourlab.agents:stalling", "has no file stalling.yaml"),
    ],
)
def test_a_scenario_that_is_not_there_is_told_with_those_that_are(source: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        load(source)
