"""The verb ``doctor``: what is here, and what is missing for what."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator import run
from orchestrator.doctor import examine, is_fit
from orchestrator.settings import Settings

Cli = Callable[..., Any]


def state_of(place: str, what: str, redis: str | None = None) -> tuple[str, str]:
    """Return what is said of one thing, and in which state it is."""
    found = {each.what: each for each in examine(Settings(place, redis))}
    return found[what].state, found[what].found


def test_a_journal_that_the_first_run_will_make_is_fit(tmp_path: Path) -> None:
    place = str(tmp_path / "new" / "journal.db")
    assert state_of(place, "journal") == ("ok", f"{place}: not there yet; the first run makes it")
    assert not (tmp_path / "new").exists()


def test_a_journal_tells_how_many_runs_it_holds(tmp_path: Path) -> None:
    place = str(tmp_path / "journal.db")
    run("all_honest", overrides=["world.rounds=1", "chain.life=1"], store=place)
    assert state_of(place, "journal") == ("ok", f"{place}: 1 run")
    assert state_of(f"sqlite:///{place}", "journal") == ("ok", f"{place}: 1 run")


def test_what_is_no_journal_is_broken(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("buy milk")
    assert state_of(str(other), "journal")[0] == "broken"
    assert state_of(str(other / "journal.db"), "journal") == (
        "broken",
        f"{other}/journal.db: {other} is not a folder",
    )
    assert state_of("mysql://host/runs", "journal")[0] == "broken"


def test_redis_is_looked_for_only_where_it_is_asked_for(tmp_path: Path) -> None:
    place = str(tmp_path / "journal.db")
    assert state_of(place, "redis")[0] == "absent"
    assert is_fit(examine(Settings(place)))
    state, found = state_of(place, "redis", "redis://:secret@127.0.0.1:1/0")
    assert state == "broken"
    assert "secret" not in found
    assert not is_fit(examine(Settings(place, "redis://127.0.0.1:1/0")))


def test_keys_are_named_and_not_shown(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    done = cli("doctor", "--store", str(tmp_path / "journal.db"))
    assert done.code == 0
    assert "OPENAI_API_KEY" in done.out
    assert "sk-canary" not in done.out


def test_programs_get_an_object_and_an_exit_code(cli: Cli, tmp_path: Path) -> None:
    done = cli("doctor", "--json", "--store", str(tmp_path / "journal.db"), "--redis", "http://x")
    told = json.loads(done.out)
    assert done.code == 1
    assert not told["ok"]
    assert [each["what"] for each in told["findings"] if each["state"] == "broken"] == ["redis"]
