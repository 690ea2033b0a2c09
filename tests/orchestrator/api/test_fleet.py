"""Fleets from elsewhere over REST: told however often and in whatever pieces, they are one log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from random import Random
from typing import Any

import httpx
import pytest

from memory.journal import Journal
from memory.neutral import Importer, NeedLine, Needs
from monitors.over_need import OverNeed

Serving = Callable[..., AbstractContextManager[httpx.Client]]

NEED = [{"resource": "compute", "amount": 100}]
HEADER = {
    "neutral_log": 1,
    "rounds": 60,
    "workers": 4,
    "life": 60,
    "resources": {"compute": {"unit": "gpu_h", "decimals": 0}},
}


def history(rounds: int = 60, more: int = 12) -> list[dict[str, Any]]:
    """Return what four workers did who take too much."""
    chance, lines = Random(7), []
    for worker in "abcd":
        lines.append({"id": f"{worker}0", "round": 1, "agent": worker, "does": "begin"})
    for round in range(1, rounds + 1):
        for worker in "abcd":
            said = {"round": round, "agent": worker, "resource": "compute"}
            took = 100 + more + chance.randrange(-3, 4)
            lines.append({**said, "id": f"{worker}{round}.t", "does": "take", "amount": took})
            lines.append({**said, "id": f"{worker}{round}.u", "does": "use", "amount": 100})
    return lines


LINES = history()


def describe(client: httpx.Client, name: str, **more: Any) -> httpx.Response:
    described = {"header": HEADER, "need": NEED, "monitors": "over_need, unaccounted", **more}
    return client.put(f"/v1/fleets/{name}", json=described)


def tell(client: httpx.Client, name: str, lines: list[Any], **more: Any) -> httpx.Response:
    return client.post(f"/v1/fleets/{name}/events", json={"events": lines, **more})


def expected(name: str) -> str:
    """Return the digest of the same log, read at once."""
    importer = Importer(name, Needs([NeedLine(resource="compute", amount=100)]))
    importer.take(str(HEADER).replace("'", '"'))
    for line in LINES:
        importer.take(str(line).replace("'", '"'))
    importer.end()
    return importer.log.digest


def test_a_fleet_is_watched_live_and_its_alarm_has_its_evidence(client: httpx.Client) -> None:
    assert describe(client, "theirs").json()["scenario"] == "outside"
    alarms = []
    for first in range(0, len(LINES), 100):
        told = tell(client, "theirs", LINES[first : first + 100]).json()
        alarms.append(told["run"]["alarms"])
    assert alarms[0] == 0 and alarms[-1] >= 1
    shown = client.get("/v1/runs/theirs/alarms").json()["items"][0]
    assert shown["monitor"] == "over_need" and shown["damage"] > 0
    number = shown["number"]
    assert client.get(f"/v1/runs/theirs/alarms/{number}").json()["evidence"]["events"]
    listed = {run["run"]: run for run in client.get("/v1/runs").json()["items"]}
    assert listed["theirs"]["is_live"]
    done = client.post("/v1/fleets/theirs/finish", json={}).json()
    assert (done["status"], done["digest"]) == ("done", expected("theirs"))
    assert client.get("/v1/runs/theirs/events", params={"follow": False}).json()["items"]
    assert client.get("/v1/runs/theirs").status_code == 200


def test_told_twice_in_pieces_by_many_at_once_it_is_the_same_log(client: httpx.Client) -> None:
    """Each piece says where it belongs, so whoever comes too early is sent back."""
    describe(client, "many")
    pieces = [(first, LINES[first : first + 40]) for first in range(0, len(LINES), 40)] * 2
    Random(3).shuffle(pieces)

    def send(piece: tuple[int, list[Any]]) -> bool:
        return tell(client, "many", piece[1], first=piece[0] + 1).status_code == 200

    while pieces:
        with ThreadPoolExecutor(10) as pool:
            sent = list(pool.map(send, pieces))
        pieces = [piece for piece, is_sent in zip(pieces, sent, strict=True) if not is_sent]
    done = client.post("/v1/fleets/many/finish", json={}).json()
    assert done["digest"] == expected("many")


def test_a_gap_is_refused_and_told(client: httpx.Client) -> None:
    describe(client, "gap")
    tell(client, "gap", LINES[:10], first=1)
    answer = tell(client, "gap", LINES[20:30], first=21)
    assert answer.status_code == 409
    assert "line 21 follows on 10; send those from 11 on" in answer.json()["detail"]


def test_a_batch_with_one_bad_line_has_no_effect(client: httpx.Client) -> None:
    describe(client, "whole")
    before = tell(client, "whole", LINES[:50]).json()
    for bad, said in (
        ({"id": "x", "round": 1, "agent": "a", "does": "steal"}, "does"),
        ({"round": 1, "agent": "a", "does": "use"}, "an id of its own"),
        ({**LINES[60], "id": "late", "round": 1}, "come in the order of their rounds"),
    ):
        answer = tell(client, "whole", [*LINES[50:60], bad])
        assert answer.status_code == 422 and said in answer.json()["detail"]
    after = tell(client, "whole", []).json()
    assert (after["lines"], after["run"]["digest"]) == (50, before["run"]["digest"])
    other = tell(client, "whole", [{**LINES[5], "amount": 1}])
    assert other.status_code == 409 and "under the id" in other.json()["detail"]
    assert tell(client, "whole", LINES[50:60]).json()["new"] == 10


def test_a_server_that_stops_loses_nothing_and_another_goes_on(
    place: str, serving: Serving
) -> None:
    with serving(place) as client:
        describe(client, "long")
        tell(client, "long", LINES[:200])
    with serving(place) as client:
        assert client.get("/v1/runs/long").json()["status"] == "interrupted"
        told = tell(client, "long", LINES[150:]).json()
        assert (told["known"], told["new"]) == (50, len(LINES) - 200)
        done = client.post("/v1/fleets/long/finish", json={}).json()
    assert done["digest"] == expected("long")
    with Journal.open(place) as journal:
        said = [each.verdict for each in journal.verdicts("long")]
    monitor, heard = OverNeed(), []
    importer = Importer("long", Needs([NeedLine(resource="compute", amount=100)]))
    events = importer.feed(str(HEADER).replace("'", '"'))
    for line in LINES:
        events += importer.feed(str(line).replace("'", '"'))
    for event in [*events, *importer.finish()]:
        heard.append(monitor.observe(event))
    alarms = [each.seq for each in heard if each and each.alarm]
    assert [each.seq for each in said if each.alarm and each.monitor == "over_need"] == alarms


def test_without_a_need_only_monitors_that_do_without_look_on(client: httpx.Client) -> None:
    assert describe(client, "unneeded", need=None).status_code == 200
    assert tell(client, "unneeded", LINES[:100]).json()["run"]["alarms"] == 0


def test_a_description_stays(client: httpx.Client) -> None:
    first = describe(client, "fixed")
    assert describe(client, "fixed").json() == first.json()
    assert describe(client, "fixed", need=None).status_code == 409


def test_what_cannot_be_is_told(client: httpx.Client, text: str) -> None:
    assert tell(client, "nobody", []).status_code == 404
    assert describe(client, "code", monitors="'os:system'").status_code == 422
    assert tell(client, "theirs2", LINES * 3).status_code == 422
    assert client.put("/v1/fleets/..%2fx", json={}).status_code in (404, 422)
    describe(client, "unplayed")
    for verb in ("resume", "verify", "fork"):
        answer = client.post(f"/v1/runs/unplayed/{verb}", json={"at": 1} if verb == "fork" else {})
        assert answer.status_code in (409, 422), verb
        assert "elsewhere" in answer.json()["detail"], verb
    run = client.post("/v1/runs", json={"yaml": text, "references": False}).json()["run"]
    assert describe(client, run).status_code == 422


@pytest.mark.parametrize("path", ["agents", "tool-calls", "notes", "transfers", "alarms", "scores"])
def test_what_is_shown_of_a_run_is_shown_of_a_fleet(client: httpx.Client, path: str) -> None:
    describe(client, "shown")
    tell(client, "shown", LINES[:100])
    assert client.get(f"/v1/runs/shown/{path}").status_code == 200


@pytest.mark.parametrize("path", ["rounds", "ledger", "reference"])
def test_what_needs_a_scenario_is_told_to_lack_one_or_does_without(
    client: httpx.Client, path: str
) -> None:
    describe(client, "shown")
    assert client.get(f"/v1/runs/shown/{path}").status_code in (200, 404, 422)
