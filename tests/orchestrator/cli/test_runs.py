"""The verbs ``runs list | show | events | verify``."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import NoteWritten, RunFinished, parse_event
from memory.journal import Batch, Journal, RunHead
from memory.log import Log, chain
from memory.truth import Sealed
from orchestrator import conduct
from orchestrator.cli.listing import ago

Call = Callable[..., Any]


def test_an_empty_journal_says_what_to_type_first(cli: Call, tmp_path: Path) -> None:
    Journal.open(str(tmp_path / "journal.db")).close()
    assert "superorganism run just_in_case" in cli("runs", "list").out
    assert cli("runs", "list", "--json").out == "[]\n"


def test_reading_makes_no_journal(cli: Call, tmp_path: Path) -> None:
    answer = cli("runs", "list")
    assert answer.code == 2
    assert "journal.db" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_list_tells_state_round_and_alarms(cli: Call, played: Any) -> None:
    head, line = cli("runs", "list", *played.place).out.splitlines()
    assert head.split()[:4] == ["run", "scenario", "seed", "state"]
    assert line.split()[:5] == ["r_1", "just_in_case", "7", "✓", "done"]
    [record] = json.loads(cli("runs", "list", "--json", *played.place).out)
    assert (record["run"], record["status"], record["round"]) == ("r_1", "done", 48)
    assert record["alarms"] > 0


def test_a_stored_run_is_shown_as_it_was_told(cli: Call, played: Any) -> None:
    shown = cli("runs", "show", "r_1", *played.place).out
    told = played.out[played.out.index(" just_in_case  seed 7") :]
    same = [line for line in told.splitlines() if "who noticed" in line or "alarm" in line]
    assert same
    assert set(same) <= set(shown.splitlines())
    summary = json.loads(cli("runs", "show", "r_1", "--json", *played.place).out)
    assert summary["digest"] in shown


def test_an_unknown_run_is_bad_input(cli: Call, played: Any) -> None:
    for verb in ("show", "events", "verify"):
        answer = cli("runs", verb, "r_2", *played.place)
        assert answer.code == 2
        assert "did you mean 'r_1'" in answer.err


def test_an_unfinished_run_is_shown_as_it_stands(cli: Call, tmp_path: Path) -> None:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        conduct.start(journal, conduct.load("just_in_case"), run="r_1").let_go()
    shown = cli("runs", "show", "r_1").out
    assert "‖ interrupted" in shown
    assert "in 0 of 240 rounds" in shown
    assert "superorganism run --run-id r_1" in shown
    assert json.loads(cli("runs", "show", "r_1", "--json").out)["status"] == "interrupted"


def test_events_are_told_one_a_line(cli: Call, played: Any) -> None:
    lines = cli("runs", "events", "r_1", *played.place).out.splitlines()
    assert "run begins: 48 rounds, 4 workers" in lines[0]
    assert lines[-1].endswith("run ends: done")
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))


def test_events_can_be_paged_and_filtered(cli: Call, played: Any) -> None:
    words = ("runs", "events", "r_1", *played.place, "--json")
    page = [
        json.loads(line) for line in cli(*words, "--after", "10", "--limit", "3").out.splitlines()
    ]
    assert [event["seq"] for event in page] == [11, 12, 13]
    needs = cli(*words, "--kind", "need", "--limit", "2").out.splitlines()
    assert [json.loads(line)["kind"] for line in needs] == ["need", "need"]
    assert [json.loads(line)["round"] for line in needs] == [1, 2]


def test_json_events_are_the_bytes_that_were_hashed(cli: Call, played: Any) -> None:
    words = ("runs", "events", "r_1", *played.place, "--json")
    hash = bytes(32)
    for line in cli(*words).out.splitlines():
        hash = chain(hash, line.encode())
    summary = json.loads(cli("runs", "show", "r_1", "--json", *played.place).out)
    assert hash.hex() == summary["digest"]
    by_kind = cli(*words, "--kind", "transfer", "--limit", "1").out
    assert parse_event(by_kind).canonical().decode() == by_kind.rstrip("\n")


def test_a_wrong_kind_is_bad_input(cli: Call, played: Any) -> None:
    answer = cli("runs", "events", "r_1", "--kind", "transfers", *played.place)
    assert answer.code == 2
    assert "did you mean 'transfer'" in answer.err


def test_text_of_agents_cannot_steer_the_terminal(cli: Call, tmp_path: Path) -> None:
    log = Log("r_h")
    actor = Actor("w01", 1, "w01.1")
    evil = "\x1b]0;owned\x07\x9b2J\u202egnp.exe\nACK 99"
    log.append(
        NoteWritten(
            **log.envelope(1, actor, key="w01.1/1/0"),
            note="n_001",
            version=1,
            name="tip",
            scope="fleet",
            text=evil,
        )
    )
    log.append(RunFinished(**log.envelope(1, key="run"), status="done"))
    head = RunHead(run="r_h", scenario="s", version=1, seed=1, engine="0")
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        claim = journal.create(head, Sealed(scenario={}))
        journal.commit(claim, Batch(log.drain(), [], [], 1))
    out = cli("runs", "events", "r_h").out
    assert r"\x1b]0;owned\x07\x9b2J\u202egnp.exe\nACK 99" in out
    assert out.count("\n") == 2
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)


def test_a_sound_run_verifies(cli: Call, played: Any) -> None:
    answer = cli("runs", "verify", "r_1", *played.place)
    assert answer.code == 0
    assert "accounts balance" in answer.out
    assert json.loads(cli("runs", "verify", "r_1", "--json", *played.place).out)["ok"] is True


TAMPERING = {
    "changed": "UPDATE event SET body = replace(body, 'round', 'Round') WHERE seq = 9",
    "removed": "DELETE FROM event WHERE seq = 9",
    "rehashed": "UPDATE event SET hash = zeroblob(32) WHERE seq = 9",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_a_changed_run_is_found_out_with_its_event(
    cli: Call, played: Any, tmp_path: Path, statement: str
) -> None:
    store = str(copy(played.store, tmp_path / "copy.db"))
    with sqlite3.connect(store) as database:
        database.execute(statement)
    database.close()
    answer = cli("runs", "verify", "r_1", "--store", store)
    assert answer.code == 1
    assert "event 9 " in answer.out
    found = json.loads(cli("runs", "verify", "r_1", "--json", "--store", store).out)
    assert found["ok"] is False


def test_ages_are_told_as_a_person_would() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    told = [ago(then, then.replace(hour=h, minute=m)) for h, m in ((0, 0), (0, 5), (7, 59))]
    assert told == ["0 s", "5 min", "7 h"]
