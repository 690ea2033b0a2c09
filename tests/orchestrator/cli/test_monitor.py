"""The verbs ``monitor list | eval | run``: what is told to people and to programs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitors import CATALOGUE
from orchestrator.evaluation.figures import Evaluation

Call = Callable[..., Any]

SMALL = tuple(
    part
    for change in (
        "world.rounds=24",
        "chain.life=12",
        "workers.0.count=2",
        "workers.1.count=2",
        "workers.weak_shard.over_reserve=90%",
    )
    for part in ("--set", change)
)


def test_monitors_are_listed_with_what_bounds_their_false_alarms(cli: Call) -> None:
    answer = cli("monitor", "list")
    assert answer.code == 0
    assert all(name in answer.out for name in CATALOGUE)
    assert "proven: at most alpha" in answer.out
    told = {each["name"]: each for each in json.loads(cli("monitor", "list", "--json").out)}
    assert told["over_need"]["parameters"]["alpha"] == 0.05
    assert told["unaccounted"]["reads_need"] is False


def test_monitors_are_judged_in_a_table(cli: Call, tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    words = ("few_bad", "--monitors", "over_need", "--repeats", "2", *SMALL)
    answer = cli("monitor", "eval", *words, "--out", str(table))
    assert answer.code == 0, answer.err
    assert "few_bad: 3 fleets x 2 seeds = 6 runs, about " in answer.err
    assert "▲ over_need fleet" in answer.out
    for row in ("over_need worker", "over_need agent", "z_agent agent"):
        assert row in answer.out
    assert "Withheld: what is caught at 1% false alarms takes 300 honest runs, and 298 are" in (
        " ".join(answer.out.split())
    )
    assert table.read_text().count("\n") == 1 + 6 * 5


def test_the_same_figures_are_there_for_programs(cli: Call) -> None:
    words = ("few_bad", "--monitors", "over_need", "--repeats", "1", "--no-baselines", *SMALL)
    told = Evaluation.model_validate_json(cli("monitor", "eval", *words, "--json").out)
    assert [row.detector for row in told.detectors] == ["over_need/fleet"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("few_bad", "--monitors", "over_ned"), "did you mean 'over_need'"),
        (("few_bda",), "did you mean 'few_bad'"),
        (("few_bad", "--benign", "cautious_fleet"), "cautious_fleet is no look-alike"),
        (("few_bad", "--repeats", "5000"), "15,000 runs are more than 10,000; add --yes"),
        (("few_bad", "--out", "x.xlsx"), "x.xlsx must end in .csv"),
        (("few_bad", "--alpha", "5"), "5.0 is not between 0 and 1"),
        (("few_bad", "--dilution", "1,x"), "1,x is not a list of whole numbers"),
    ],
)
def test_what_cannot_be_asked_is_told(cli: Call, words: tuple[str, ...], message: str) -> None:
    answer = cli("monitor", "eval", *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_a_stored_run_is_read_again_by_its_own_monitors(cli: Call, played: Any) -> None:
    answer = cli("monitor", "run", "--on", played.run, *played.place)
    assert answer.code == 0
    assert "byte for byte what they said while it was played" in answer.out
    found = json.loads(cli("monitor", "run", "--on", played.run, *played.place, "--json").out)
    assert found["as_live"] is True
    verdicts = cli("monitor", "run", "--on", played.run, *played.place, "--verdicts").out
    stored = cli("runs", "export", played.run, "--verdicts", *played.place).out
    assert verdicts == stored


def test_others_read_it_as_well_and_an_alarm_can_be_an_exit_code(cli: Call, played: Any) -> None:
    words = ("over_need: {pool: worker}", "--on", played.run, *played.place)
    answer = cli("monitor", "run", *words, "--fail-on-alarm")
    assert answer.code == 3
    assert "▲ over_need worker  round" in answer.out


def test_a_log_from_elsewhere_is_read_with_its_need(cli: Call, tmp_path: Path) -> None:
    log, need = tmp_path / "fleet.jsonl", tmp_path / "need.csv"
    lines = [
        {
            "id": f"{round}/{who}",
            "round": round,
            "agent": who,
            "does": "take",
            "resource": "gold",
            "amount": 13 + (round + number) % 3,
        }
        for round in range(1, 60)
        for number, who in enumerate(("ada", "bob"))
    ]
    log.write_text("\n".join(map(json.dumps, lines)))
    need.write_text("resource,amount\ngold,10\n")
    answer = cli(
        "monitor", "run", "over_need: {resource: gold}", "--on", str(log), "--need", str(need)
    )
    assert answer.code == 0, answer.err
    assert "▲ over_need fleet  round" in answer.out
    without = cli("monitor", "run", "over_need: {resource: gold}", "unaccounted", "--on", str(log))
    assert "over_need was left out: it reads the need" in without.out
    assert cli("monitor", "run", "--on", str(log)).code == 2
