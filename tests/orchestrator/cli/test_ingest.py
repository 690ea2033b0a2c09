"""The verb ``ingest``: a log from elsewhere becomes a run, once, however often it is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Call = Callable[..., Any]


def written(folder: Path, rounds: int) -> tuple[str, str]:
    log, need = folder / "theirs.jsonl", folder / "need.csv"
    said = {"agent": "ada", "does": "take", "resource": "compute", "amount": 400}
    lines = [json.dumps({"id": str(n), "round": n, **said}) for n in range(1, rounds + 1)]
    log.write_text("\n".join(lines) + "\n")
    need.write_text("resource,amount,worker,round\ncompute,100,,\n")
    return str(log), str(need)


def test_a_log_is_taken_down_in_two_goes_and_its_alarm_raised(cli: Call, tmp_path: Path) -> None:
    log, need = written(tmp_path, 40)
    words = ("--as", "theirs", "--need", need, "--monitors", "over_need", "--json")
    begun = json.loads(cli("ingest", log, *words, "--keep-open").out)
    assert begun["status"] == "interrupted" or begun["status"] == "running"
    log, _ = written(tmp_path, 80)
    done = json.loads(cli("ingest", log, *words).out)
    assert (done["status"], done["alarms"]) == ("done", 1)
    again = cli("ingest", log, *words)
    assert again.code == 2 and "theirs is done" in again.err
    whole = json.loads(cli("ingest", log, "--as", "whole", *words[2:]).out)
    assert whole["digest"] == done["digest"]
    heard = json.loads(
        cli("monitor", "run", "over_need", "--on", log, "--need", need, "--json").out
    )
    assert heard["events"] == done["seq"]
    assert "theirs" in cli("runs", "list").out
    assert "elsewhere" in cli("runs", "show", "theirs").err


def test_what_cannot_be_read_is_told_with_its_line(cli: Call, tmp_path: Path) -> None:
    log = tmp_path / "bad.jsonl"
    log.write_text('{"id": "1", "round": 1, "agent": "a", "does": "begin"}\nnonsense\n')
    answer = cli("ingest", str(log), "--as", "bad")
    assert answer.code == 2 and f"{log}:2 is not JSON" in answer.err
    assert cli("ingest", "nowhere.jsonl", "--as", "x").code == 2
