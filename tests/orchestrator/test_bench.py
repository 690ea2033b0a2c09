"""Judges beside a run: asked over both wires, kept, counted, replayed, and never waited for."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from benchmarks.wires import Organisms, served
from memory.errors import BadInput
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.bench import JudgeReport
from orchestrator.compose import monitors_of
from orchestrator.engine import Listeners
from orchestrator.evaluate import Summary
from orchestrator.evaluation.panel import detectors_of
from orchestrator.judge import Sitting
from orchestrator.replay import replay
from scenarios.spec import MonitorSpec, Scenario
from subagents.completion import Completion, Message, Usage
from subagents.exchange import Attempt, Exchange, Question
from subagents.model import Model
from tests.orchestrator.conftest import Fleet

pytestmark = pytest.mark.xdist_group("litellm")


class Stopped(Exception):
    """What breaks a run off."""


@pytest.fixture(scope="module")
def organisms() -> Iterator[Organisms]:
    with served() as serving:
        yield serving


def judged(
    fleet: Fleet, organisms: Organisms, model: str = "openai/rater", **more: object
) -> Scenario:
    base = organisms.address + ("" if model.startswith("anthropic") else "/v1")
    told = {"model": model, "api_base": base, "usual": 0.1, "attempts": 1, **more}
    greedy = ("workers.0.over_reserve=40%", "world.rounds=24")
    return fleet(*greedy).model_copy(
        update={"monitors": (MonitorSpec(name="judge", parameters=told),)}
    )


def played(journal: Journal, scenario: Scenario, run: str) -> Summary:
    performance = conduct.start(journal, scenario, 7, run)
    return asyncio.run(performance.play(with_references=False))


def said(report: JudgeReport) -> tuple[object, ...]:
    return report.digest, report.asked, report.mean, report.alarms


@pytest.mark.parametrize("model", ["openai/rater", "anthropic/rater"])
@pytest.mark.parametrize("per", ["call", "episode", "fleet"])
def test_a_judge_is_asked_over_both_wires_and_moves_nothing_in_the_log(
    journal: Journal, fleet: Fleet, organisms: Organisms, model: str, per: str
) -> None:
    scenario = judged(fleet, organisms, model, per=per, price={"input": 1, "output": 2})
    unwatched = scenario.model_copy(update={"monitors": ()})
    alone = played(journal, unwatched, "alone")
    summary = played(journal, scenario, "judged")
    [report] = summary.judges
    assert summary.digest == alone.digest
    assert report.asked > 1 and report.mean > 0.5
    assert report.input_tokens > 100 and report.money > 0
    assert (report.failed, summary.failed_monitors) == ("", {})
    if per != "fleet":
        assert [alarm.monitor for alarm in summary.alarms] == ["judge"]
        assert summary.alarms[0].damage > 0


def test_an_honest_fleet_is_suspected_as_little_as_calm_says(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    scenario = judged(fleet, organisms, "openai/rater?slope=0", usual=0.2)
    summary = played(journal, scenario, "honest")
    assert summary.judges[0].mean == pytest.approx(0.1)
    assert summary.alarms == ()


def test_the_way_to_a_judge_is_paved_before_a_loop_waits_for_it(
    fleet: Fleet, organisms: Organisms, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduct.warm_up(judged(fleet, organisms))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    told = {"model": "openai/gpt-4o-mini"}
    unreached = fleet().model_copy(
        update={"monitors": (MonitorSpec(name="judge", parameters=told),)}
    )
    with pytest.raises(BadInput, match="OPENAI_API_KEY"):
        conduct.warm_up(unreached)


def test_a_replay_gives_the_same_verdicts_and_asks_nobody(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    played(journal, judged(fleet, organisms), "once")
    before = len(organisms.desk.requests)
    again = asyncio.run(replay(journal, "once"))
    assert (again.ok, again.judges) == (True, {"judge/1": True})
    assert len(organisms.desk.requests) == before


def test_a_run_broken_off_goes_on_and_pays_for_no_question_twice(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    scenario = judged(fleet, organisms, per="call")
    whole = played(journal, scenario, "whole").judges[0]
    before = len(organisms.desk.requests)
    performance = conduct.start(journal, scenario, 7, "broken")

    def stop(round: int) -> None:
        if round == 15:
            raise Stopped

    slow = Listeners(on_round=stop, rounds_per_second=200)
    with pytest.raises(Stopped):
        asyncio.run(performance.play(slow, with_references=False))
    resumed = asyncio.run(conduct.resume(journal, "broken").play(with_references=False))
    assert said(resumed.judges[0]) == said(whole)
    asked = len(organisms.desk.requests) - before
    in_flight = 1
    assert whole.asked <= asked <= whole.asked + in_flight


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("openai/rater?fault=500", "ModelError"),
        ("openai/rater?fault=hang", "no answer within"),
        ("openai/honest", "ModelError"),
    ],
)
def test_a_judge_that_raises_or_hangs_leaves_the_run_done_and_degraded(
    journal: Journal, fleet: Fleet, organisms: Organisms, model: str, reason: str
) -> None:
    summary = played(journal, judged(fleet, organisms, model, deadline_s=0.5), "failing")
    assert summary.status == "done"
    assert reason in summary.failed_monitors["judge/1"]
    assert summary.judges[0].failed


def test_junk_is_no_suspicion_and_the_run_is_degraded(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    summary = played(journal, judged(fleet, organisms, "openai/rater?fault=hostile_text"), "junk")
    [report] = summary.judges
    assert report.junk == report.unreadable == report.asked > 0
    assert "not what was asked for" in summary.failed_monitors["judge/1"]
    assert summary.alarms == ()


def test_what_is_not_calibrated_says_so(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    scenario = judged(fleet, organisms, usual=None)
    [report] = played(journal, scenario, "uncalibrated").judges
    assert not report.is_calibrated
    assert report.alarms and all(each.uncalibrated for each in report.alarms)
    assert report.alarms[0].sentence.startswith("uncalibrated: ")


def test_an_audit_budget_and_the_runs_own_bound_the_questions(
    journal: Journal, fleet: Fleet, organisms: Organisms
) -> None:
    assert (
        played(journal, judged(fleet, organisms, per="call", audit=5), "five").judges[0].asked == 5
    )
    performance = conduct.start(journal, judged(fleet, organisms, per="call"), 7, "poor")
    budget = conduct.Budget(tokens=300)
    summary = asyncio.run(performance.play(with_references=False, budget=budget))
    assert summary.status == "done"
    assert "is used up" in summary.failed_monitors["judge/1"]


def answer(text: str) -> bytes:
    completion = Completion(text, (), Usage(10, 5, is_estimated=False))
    asked = Question(
        messages=(Message(role="user", content="?"),), attempts=(Attempt(),), completion=completion
    )
    return Exchange(model="any", questions=(asked,)).canonical()


def rated(sitting: Sitting, by_model: dict[str, float | str]) -> tuple[str, list[str]]:
    asked: list[str] = []

    async def ask(model: Model, place: str, messages: tuple[Message, ...]) -> bytes:
        asked.append(model.model)
        told = by_model[model.model]
        is_number = isinstance(told, float)
        return answer(json.dumps({"suspicion": told, "reason": ""}) if is_number else str(told))

    found = asyncio.run(sitting.begin(ask).raters.rate("instruction", "material"))
    return found, asked


def test_an_ensemble_is_the_mean_of_those_who_can_be_read() -> None:
    sitting = Sitting(model=["a/1", "a/2", "a/3"])
    found, asked = rated(sitting, {"a/1": 0.2, "a/2": 0.6, "a/3": "I cannot say"})
    assert json.loads(found)["suspicion"] == pytest.approx(0.4)
    assert asked == ["a/1", "a/2", "a/3"]


@pytest.mark.parametrize(
    ("cheap", "suspicion", "asked"),
    [
        (0.1, 0.1, ["a/small"]),
        (0.5, 0.9, ["a/small", "a/large"]),
        ("hm", 0.9, ["a/small", "a/large"]),
    ],
)
def test_a_cascade_asks_the_dear_model_only_where_the_cheap_one_is_suspicious(
    cheap: float | str, suspicion: float, asked: list[str]
) -> None:
    sitting = Sitting(model="a/large", first="a/small", escalate=0.3)
    found, were_asked = rated(sitting, {"a/small": cheap, "a/large": 0.9})
    assert (json.loads(found)["suspicion"], were_asked) == (suspicion, asked)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "a/b", "per": "episod"}, "did you mean 'episode'"),
        ({"model": ["a/b", "a/b"]}, "a list of different ones"),
        ({"model": ""}, "model is ''"),
        ({"model": "a/b", "audit": 0}, "audit is 0"),
        ({"model": "a/b", "modle": 1}, "modle is no parameter of judge"),
    ],
)
def test_a_judge_that_cannot_be_is_refused(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        monitors_of(MonitorSpec(name="judge", parameters=parameters))


def test_an_evaluation_has_no_answers_to_judge_by() -> None:
    with pytest.raises(BadInput, match="a judge asks a model"):
        detectors_of([MonitorSpec(name="judge", parameters={"model": "a/b"})], 0.05)
