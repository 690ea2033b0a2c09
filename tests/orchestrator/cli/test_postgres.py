"""The command line on a PostgreSQL server: all its verbs, and never a word of the password."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.server import Postgres

Call = Callable[..., Any]
SMALL = ("--set", "workers.0.count=2", "--set", "world.rounds=24", "--set", "chain.life=12")


def test_a_run_on_a_server_is_played_listed_shown_and_verified_as_in_a_file(
    cli: Call, postgres_place: str, postgres_server: Postgres
) -> None:
    place = ("--store", postgres_place)
    told = [cli("run", "just_in_case", *SMALL, "--run-id", "r_1", *place)]
    filed = json.loads(cli("run", "just_in_case", *SMALL, "--json").out)
    told += [cli("runs", verb, "r_1", *place) for verb in ("show", "verify", "events")]
    told += [cli("runs", "list", *place), cli("watch", "r_1", *place)]
    told += [cli("runs", "show", "r_1", "--json", *place)]
    assert [answer.code for answer in told] == [0] * len(told), told
    assert json.loads(told[-1].out)["digest"] == filed["digest"]
    assert "postgresql://ada:***@127.0.0.1" in told[0].out
    [record] = json.loads(cli("runs", "list", "--json", *place).out)
    assert (record["run"], record["status"], record["round"]) == ("r_1", "done", 24)
    for answer in told:
        assert postgres_server.password not in answer.out + answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("runs", "list"),
        ("runs", "show", "r_1"),
        ("run", "--run-id", "r_1"),
        ("run", "just_in_case", "--json"),
        ("serve",),
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1:1", "127.0.0.1:no-port"])
def test_a_server_that_is_not_there_is_named_without_its_password(
    cli: Call, words: tuple[str, ...], host: str
) -> None:
    answer = cli(*words, "--store", f"postgresql://ada:canary-7f3a@{host}/runs")
    assert answer.code in (1, 2)
    assert answer.err
    assert "canary" not in answer.out + answer.err


def test_how_to_go_on_is_told_without_the_password(
    spawn: Callable[..., Any], postgres_place: str, postgres_server: Postgres
) -> None:
    words = ("--store", postgres_place, "--run-id", "r_1", "--ack", "--rounds-per-second", "50")
    process = spawn("run", "just_in_case", *SMALL, *words)
    assert process.stdout.readline().startswith("ACK ")
    process.send_signal(2)
    out, err = process.communicate(timeout=20)
    assert "To go on: superorganism run --run-id r_1 --store" in err
    assert "***@127.0.0.1" in err
    assert postgres_server.password not in out + err
