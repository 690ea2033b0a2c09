"""The verb ``runs verify --replay``: finished, killed and forged runs."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from memory.events import AnyEvent, Demand

Call = Callable[..., Any]
SMALL = ("--set", "workers.0.count=4", "--set", "world.rounds=48", "--set", "chain.life=12")


def test_a_sound_run_comes_out_byte_for_byte(cli: Call, played: Any) -> None:
    answer = cli("runs", "verify", "r_1", "--replay", *played.place)
    assert answer.code == 0
    assert "came out byte for byte" in answer.out
    found = json.loads(cli("runs", "verify", "r_1", "--replay", "--json", *played.place).out)
    assert found["replay"]["digest"] == found["digest"]
    assert found["replay"]["events"] == found["events"]
    plain = json.loads(cli("runs", "verify", "r_1", "--json", *played.place).out)
    assert plain["replay"] is None


def test_a_forged_run_is_told_in_words_and_field_by_field(
    cli: Call, played: Any, tmp_path: Path, forge: Callable[..., None]
) -> None:
    store = copy(played.store, tmp_path / "forged.db")

    def other_work(events: list[AnyEvent]) -> list[AnyEvent]:
        at = [event.seq - 1 for event in events if isinstance(event, Demand)][9]
        return [
            event.model_copy(update={"unserved": 3}) if event.seq == at + 1 else event
            for event in events
        ]

    forge(store, other_work)
    place = ("--store", str(store))
    assert cli("runs", "verify", "r_1", *place).code == 0
    answer = cli("runs", "verify", "r_1", "--replay", *place)
    assert answer.code == 1
    head, field, stands, came_out = answer.out.splitlines()
    assert "came out otherwise than it stands" in head
    assert field.strip() == "unserved stands as 3 and came out as 0"
    assert stands.strip().startswith("stands: ")
    assert came_out.strip().startswith("came out: ")
    found = json.loads(cli("runs", "verify", "r_1", "--replay", "--json", *place).out)
    assert (found["ok"], found["replay"]["ok"]) == (False, False)
    assert f"event {found['replay']['difference']['number']} " in head


@pytest.mark.parametrize("acks", [1, 4])
def test_a_killed_run_comes_out_before_and_after_it_is_resumed(
    cli: Call, spawn: Callable[..., Any], acks: int
) -> None:
    process = spawn(
        *("run", "just_in_case", "--run-id", "r_1", "--ack", "--no-reference"),
        *(*SMALL, "--rounds-per-second", "20"),
    )
    for _ in range(acks):
        assert process.stdout.readline().startswith("ACK")
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = json.loads(cli("runs", "verify", "r_1", "--replay", "--json").out)
    assert killed["ok"] is True
    assert killed["replay"]["events"] == killed["events"] > 0
    assert cli("runs", "resume", "r_1", "--no-reference").code == 0
    whole = json.loads(cli("runs", "verify", "r_1", "--replay", "--json").out)
    assert whole["ok"] is True
    assert whole["replay"]["events"] > killed["events"]
