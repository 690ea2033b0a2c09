"""The roll of a run tells every life and every call as the log has them."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from memory.events import Decided, EpisodeEnded, EpisodeStarted, ToolResult, Transfer
from memory.journal import Journal
from orchestrator.conduct import load, start
from orchestrator.roll import Roll, askings, up_to


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Journal, str]]:
    scenario = load("just_in_case", ("world.rounds=30", "chain.life=8"))
    with Journal.open(str(tmp_path_factory.mktemp("roll") / "journal.db")) as journal:
        summary = asyncio.run(start(journal, scenario).play(with_references=False))
        yield journal, summary.run


def test_every_life_is_told_once_from_birth_to_death(run: tuple[Journal, str]) -> None:
    events = list(up_to(*run))
    roll = Roll()
    for event in events:
        roll.fold(event)
    agents = roll.agents()
    born = [event.agent for event in events if isinstance(event, EpisodeStarted)]
    assert [each.agent for each in agents] == born and len(set(born)) == len(born)
    ended = {event.agent: event for event in events if isinstance(event, EpisodeEnded)}
    for each in agents:
        end = ended[each.agent]
        assert (each.died, each.turns, each.reason) == (end.round, end.turns, end.reason)
    assert agents[20].parent in born and agents[0].parent is None


def test_what_agents_took_adds_up_to_the_transfers(run: tuple[Journal, str]) -> None:
    roll, taken = Roll(), Counter[str]()
    for event in up_to(*run):
        roll.fold(event)
        if isinstance(event, Transfer) and event.purpose == "reserve":
            taken[str(event.agent)] += sum(
                leg.amount for leg in event.legs if "w" in leg.credit[:1]
            )
    assert {each.agent: each.acquired["compute"] for each in roll.agents()} == taken


def test_a_run_can_be_seen_as_it_stood(run: tuple[Journal, str]) -> None:
    journal, name = run
    roll = Roll()
    for event in up_to(journal, name, 12):
        roll.fold(event)
    assert {each.died for each in roll.agents() if each.generation == 1} == {8}
    assert all(each.died is None for each in roll.agents() if each.generation == 2)
    assert len(roll.agents()) == 40


def test_each_call_is_told_with_what_came_of_it(run: tuple[Journal, str]) -> None:
    events = list(up_to(*run))
    told = list(askings(events))
    asked = [call for event in events if isinstance(event, Decided) for call in event.calls]
    results = {event.key: event for event in events if isinstance(event, ToolResult)}
    assert Counter(each.tool for each in told) == Counter(call.tool for call in asked)
    for each in told:
        result = results[each.key]
        assert (each.answered, each.message, each.error) == (
            result.seq,
            result.message,
            result.error,
        )


def test_a_call_without_an_answer_is_told_as_it_was_asked() -> None:
    decided = Decided.model_validate(
        {
            **{"seq": 1, "round": 1, "worker": "w01", "generation": 1, "agent": "w01.1"},
            **{"key": "w01.1/1", "turn": 1, "calls": [{"tool": "pay"}, {"tool": "finish"}]},
        }
    )
    told = list(askings([decided]))
    assert [(each.key, each.tool, each.answered) for each in told] == [
        ("w01.1/1/0", "pay", None),
        ("w01.1/1/1", "finish", None),
    ]
