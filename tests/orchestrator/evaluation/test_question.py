"""What is asked, what is played for it, and the records that come of it."""

import csv
import json
from pathlib import Path

import pytest

from memory.errors import BadInput
from orchestrator.evaluation.question import Plan, Question, answer, plan, play
from orchestrator.evaluation.record import records
from orchestrator.evaluation.trial import Trial
from orchestrator.table import save


def test_monitors_are_named_as_in_yaml() -> None:
    worded = plan(Question("few_bad", "over_need, unaccounted", with_baselines=False))
    assert [each.name for each in worded.detectors] == ["over_need/fleet", "unaccounted/fleet"]
    listed = plan(Question("few_bad", "[{over_need: {pool: worker}}]", with_baselines=False))
    assert [each.name for each in listed.detectors] == ["over_need/worker"]


def test_baselines_look_on_unless_they_do_so_already() -> None:
    names = [each.name for each in plan(Question("few_bad", "z_agent")).detectors]
    assert names == ["z_agent/agent", "over_need/worker", "over_need/agent", "oracle/fleet"]


def test_an_unknown_monitor_is_named_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'over_need'"):
        plan(Question("few_bad", "over_ned"))


def test_somebody_must_look_on() -> None:
    with pytest.raises(BadInput, match="has no monitors; name some"):
        plan(Question("few_bad", "[]", with_baselines=False))


def test_every_fleet_is_played_once_under_every_seed(planned: Plan, trials: list[Trial]) -> None:
    played = sorted((trial.fleet, trial.seed) for trial in trials)
    assert played == sorted((f.name, seed) for f in planned.fleets for seed in (7, 8))
    assert planned.runs == len(trials)


def test_processes_change_nothing_but_the_order(planned: Plan, trials: list[Trial]) -> None:
    small = planned._replace(fleets=planned.fleets[:1])
    done: list[int] = []
    spread = play(small, at_once=2, tell=done.append)
    assert done == [1, 2]

    def bare(several: list[Trial]) -> list[object]:
        timeless = [
            [outcome._replace(seconds=0.0) for outcome in trial.outcomes] for trial in several
        ]
        told = zip(several, timeless, strict=True)
        return sorted((t.fleet, t.seed, t.excess, str(outcomes)) for t, outcomes in told)

    assert bare(spread) == bare([each for each in trials if each.fleet == "as written"])


def test_a_question_is_answered(planned: Plan, trials: list[Trial]) -> None:
    found = answer(planned, trials)
    [row] = found.detectors
    assert row.guarantee.startswith("proven")
    assert row.fleets["as written"].alarms == 2
    assert row.fleets["as written"].honest is not None
    assert row.us_per_event > 0


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_runs_can_be_read_elsewhere(
    planned: Plan, trials: list[Trial], tmp_path: Path, suffix: str
) -> None:
    rows = list(records(planned, trials))
    path = tmp_path / f"runs{suffix}"
    if suffix == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        save(rows, path)
        assert parquet.read_table(path).to_pylist() == rows
        return
    save(rows, path)
    text = path.read_text(encoding="utf-8")
    read = (
        [json.loads(line) for line in text.splitlines()]
        if suffix == ".jsonl"
        else list(csv.DictReader(text.splitlines()))
    )
    assert [str(each["alarm_round"] or "") for each in read] == [
        str(each["alarm_round"] or "") for each in rows
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [("runs.xlsx", "must end in .csv"), ("nowhere/runs.csv", "there is no folder")],
)
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        save([], tmp_path / name)
