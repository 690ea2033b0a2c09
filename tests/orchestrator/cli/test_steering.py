"""Acting on a run from a terminal: what waits for a person, answers, interventions, stops."""

import json
import time
from pathlib import Path

import pytest

from tests.orchestrator.cli.conftest import Call, Spawn

PARKED = (
    "--set",
    "controls.0.hold.parks=true",
    "--set",
    "world.rounds=60",
    "--set",
    "chain.life=6",
)
RUN = ("run", "held_purchases", *PARKED, "--run-id", "r_1", "--no-reference", "-q")


def until_held(cli: Call) -> None:
    for _ in range(400):
        if (
            cli("runs", "list", "--json").out.startswith("[{")
            and "reserve_compute" in cli("runs", "approvals", "r_1").out
        ):
            return
        time.sleep(0.1)
    raise AssertionError("nothing was ever held")


def test_a_run_waits_is_killed_answered_and_goes_on(cli: Call, spawn: Spawn) -> None:
    process = spawn(*RUN)
    until_held(cli)
    process.kill()
    process.wait()
    listed = cli("runs", "approvals")
    assert listed.code == 0
    assert "the run waits" in listed.out and "superorganism runs approve r_1" in listed.out
    [call, *_] = json.loads(cli("runs", "approvals", "r_1", "--json").out)
    approved = cli("runs", "approve", "r_1", call["call"])
    assert "approve sent" in approved.out and "runs resume r_1" in approved.out
    refused = cli("runs", "deny", "r_1", call["call"])
    assert refused.code == 2 and "was answered already: approve" in refused.err
    stopped = cli("runs", "stop", "r_1", "fleet")
    assert "stop of fleet: sent" in stopped.out
    spawn("runs", "resume", "r_1", "--no-reference")
    for _ in range(400):
        orders = cli("runs", "orders", "r_1").out
        if orders.count("taken up in round") == 2:
            break
        cli("runs", "deny", "r_1", "--all")
        time.sleep(0.1)
    assert "approve: call" in orders and "stop: to fleet" in orders
    words = cli("runs", "events", "r_1", "--kind", "ruled").out
    assert "ruling: stop of the fleet" in words


def test_what_cannot_be_asked_is_told_with_what_could(cli: Call, spawn: Spawn) -> None:
    process = spawn(*RUN)
    until_held(cli)
    process.kill()
    process.wait()
    typo = cli("runs", "intervene", "r_1", "{owner: mesage, text: a}")
    assert typo.code == 2 and "did you mean 'message'" in typo.err
    nothing = cli("runs", "approve", "r_1", "w99.1/1/0")
    assert nothing.code == 2 and "holds no call 'w99.1/1/0'" in nothing.err
    both = cli("runs", "approve", "r_1", "w99.1/1/0", "--all")
    assert both.code == 2 and "name one call, or say --all" in both.err
    sent = cli("runs", "intervene", "r_1", "{owner: message, text: Take less.}", "--json")
    assert json.loads(sent.out)["number"] == 1
    unruly = cli("runs", "rule", "r_1", "quarantin", "n_001")
    assert unruly.code == 2 and "did you mean 'quarantine'" in unruly.err
    never = cli("runs", "rule", "r_1", "cap", "w01", "--for", "0")
    assert never.code == 2 and "rounds: Input should be greater than" in never.err
    ruled = cli("runs", "rule", "r_1", "cap", "w01", "w02", "--for", "3", "--json")
    assert json.loads(ruled.out)["body"]["to"] == ["w01", "w02"]


def test_the_closing_tells_what_was_held_stopped_and_clawed_back(cli: Call) -> None:
    held = cli("run", "held_purchases", "--no-reference", "--set", "world.rounds=60").out
    assert "Rulings on alarms or by people: 1 holding calls." in held
    assert "were not answered and so denied" in " ".join(held.split())
    stopped = " ".join(cli("run", "stopped_workers", "--no-reference").out.split())
    assert "gpu_h clawed back" in stopped and "1 stopping" in stopped
    assert cli("runs", "approvals").out == "No call waits for a person.\n"


def test_controls_are_weighed_and_drawn(cli: Call, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    small = ("--set", "world.rounds=30", "--repeats", "2", "--plots", str(tmp_path / "plots"))
    answer = cli("monitor", "eval", "held_purchases", "--controls", "deny,cap", *small)
    assert answer.code == 0, answer.err
    assert "work lost" in answer.out and "cap" in answer.out
    drawn = (tmp_path / "plots" / "tradeoff.svg").read_text(encoding="utf-8")
    assert "usefulness" in drawn and "deny" in drawn
    found = json.loads(
        cli("monitor", "eval", "held_purchases", "--controls", "deny", *small, "--json").out
    )
    assert [each["control"] for each in found["controls"]] == ["deny"]
