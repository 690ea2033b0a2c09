"""A run's faces over REST: who lived in it, its notes, its books, what monitors said of it."""

from typing import Any

import httpx
import pytest

from memory.journal import Journal
from orchestrator.roll import up_to
from scenarios.books import recompute


@pytest.fixture(scope="module")
def done(client: httpx.Client, text: str) -> str:
    """Return a run that is over, with alarms, notes and several generations."""
    wishes = {"yaml": text, "set": ["world.rounds=80"], "references": False}
    run = str(client.post("/v1/runs", json=wishes).json()["run"])
    with client.stream("GET", f"/v1/runs/{run}/events") as answer:
        assert "event: end" in "".join(answer.iter_text())
    return run


def get(client: httpx.Client, run: str, face: str, **query: Any) -> Any:
    answer = client.get(f"/v1/runs/{run}/{face}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_agents_are_listed_in_the_order_of_birth_and_chosen_by_worker_and_moment(
    client: httpx.Client, done: str
) -> None:
    agents = get(client, done, "agents", limit=1000)["items"]
    assert len(agents) == 4 * 14
    mine = get(client, done, "agents", worker="w02", limit=1000)["items"]
    assert mine == [each for each in agents if each["worker"] == "w02"]
    alive = get(client, done, "agents", at=20, is_alive=True)["items"]
    assert [each["agent"] for each in alive] == [f"w0{n}.4" for n in range(1, 5)]
    shown = get(client, done, "agents/w02.3")
    assert (shown["born"], shown["died"], shown["parent"]) == (13, 18, "w02.2")
    assert get(client, done, "agents/w02.3", at=15)["died"] is None


def test_a_list_is_read_to_its_end_page_by_page_without_gap_or_repeat(
    client: httpx.Client, done: str
) -> None:
    for face, key in (("agents", "agent"), ("transfers", "key"), ("tool-calls", "key")):
        whole = get(client, done, face, limit=1000)["items"]
        read: list[Any] = []
        after: int | None = 0
        while after is not None and len(read) <= len(whole):
            page = get(client, done, face, after=after, limit=7)
            read += page["items"]
            after = page["next_after"]
        assert [each[key] for each in read][: len(whole)] == [each[key] for each in whole]


def test_calls_are_chosen_by_agent_tool_and_fate(client: httpx.Client, done: str) -> None:
    calls = get(client, done, "tool-calls", agent="w01.2", tool="reserve_compute")["items"]
    assert len(calls) == 6 and {each["agent"] for each in calls} == {"w01.2"}
    assert calls[0]["arguments"]["amount"] > 0
    assert calls[0]["message"].startswith("reserved")
    assert get(client, done, "tool-calls", is_refused=True)["items"] == []


def test_books_at_a_round_are_those_the_log_adds_up_to(
    client: httpx.Client, done: str, journal: Journal
) -> None:
    for round in (0, 17, None):
        query = {} if round is None else {"at": round}
        books = get(client, done, "ledger", **query)
        true = recompute(up_to(journal, done, round))
        assert {(a["owner"], a["resource"]): a["balance"] for a in books["accounts"]} == {
            tuple(account): entries.balance for account, entries in true.items()
        }
        assert sum(account["balance"] for account in books["accounts"]) == 0
        assert books["round"] == (80 if round is None else round)


def test_transfers_are_chosen_by_account(client: httpx.Client, done: str) -> None:
    moved = get(client, done, "transfers", owner="w03", resource="compute", limit=1000)["items"]
    assert {each["worker"] for each in moved} == {"w03"}
    assert {"reserve", "release", "use"} == {each["purpose"] for each in moved}
    newest = get(client, done, "transfers", owner="w03", resource="compute", limit=7, newest="true")
    assert (newest["items"], newest["next_after"]) == (moved[-7:], None)


def test_notes_tell_their_versions_readers_and_changes(client: httpx.Client, done: str) -> None:
    notes = get(client, done, "notes", limit=1000)["items"]
    handoff = next(note for note in notes if note["name"] == "handoff" and note["owner"] == "w01")
    shown = get(client, done, f"notes/{handoff['note']}")
    assert [each["version"] for each in shown["versions"]] == list(range(1, 15))
    assert {each["agent"] for each in shown["readings"] if each["version"] == 1} == {"w01.2"}
    diff = get(client, done, f"notes/{handoff['note']}/diff", before=1, after=2)
    assert (diff["before"], diff["after"]) == (1, 2)
    assert get(client, done, "notes", at=0)["items"] == []
    found = get(client, done, "notes", query="left over")["items"]
    assert found and all("left over" in note["text"] for note in found)


def test_alarms_tell_damage_and_evidence_and_scores_lead_up_to_them(
    client: httpx.Client, done: str
) -> None:
    alarms = get(client, done, "alarms")["items"]
    summary = client.get(f"/v1/runs/{done}").json()["summary"]
    assert [(a["monitor"], a["round"], round(a["damage"], 3)) for a in alarms] == [
        (a["monitor"], a["round"], a["damage"]) for a in summary["alarms"]
    ]
    first = get(client, done, f"alarms/{alarms[0]['number']}")
    assert first["evidence"]["events"] and first["sentence"]
    before = get(client, done, "alarms", at=alarms[0]["round"] - 1)["items"]
    assert before == []
    series = get(client, done, "scores", monitor="over_need")["items"]
    fleet = next(each for each in series if each["pool"] == "fleet")
    assert [point["alarm"] for point in fleet["points"]].count(True) == 1
    seqs = [point["seq"] for point in fleet["points"]]
    assert seqs == sorted(seqs)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("agents/w99.1", 404, "no such agent by then"),
        ("notes/n_9999", 404, "there is no note"),
        ("alarms/9999", 404, "has no alarm 9999"),
        ("alarms/x", 422, "number"),
        ("ledger?at=-1", 422, "at"),
        ("agents?nam=w01", 422, "is not known"),
        ("scores?at=1.5", 422, "at"),
    ],
)
def test_what_is_not_there_is_a_problem_that_says_so(
    client: httpx.Client, done: str, path: str, status: int, said: str
) -> None:
    answer = client.get(f"/v1/runs/{done}/{path}")
    assert answer.status_code == status and said in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_rounds_tell_the_fleet_s_figures_and_how_suspicious_it_was(
    client: httpx.Client, done: str
) -> None:
    rounds = get(client, done, "rounds")
    score = client.get(f"/v1/runs/{done}").json()["summary"]["score"]
    assert (rounds["rounds"], rounds["workers"], rounds["unit"]) == (80, 4, "gpu_h")
    assert round(rounds["excess"][-1], 3) == score["excess"]
    assert sum(rounds["acquired"]) == score["acquired"]
    alarm = get(client, done, "alarms")["items"][0]["round"]
    assert max(rounds["score"][: alarm - 1]) < 1 == rounds["score"][alarm - 1]
    assert len(get(client, done, "rounds", at=17)["need"]) == 17


def test_the_honest_twin_is_the_reference_of_the_summary(client: httpx.Client, text: str) -> None:
    run = client.post("/v1/runs", json={"yaml": text}).json()["run"]
    with client.stream("GET", f"/v1/runs/{run}/events") as answer:
        assert "event: end" in "".join(answer.iter_text())
    told = client.get(f"/v1/runs/{run}").json()["summary"]["references"]
    for policy in ("honest", "cautious"):
        curve = get(client, run, "reference", policy=policy)
        assert round(curve["excess"][-1], 3) == told[policy]["excess"]


def test_faces_of_a_run_that_does_not_exist_are_not_found(client: httpx.Client) -> None:
    for face in ("agents", "notes", "ledger", "transfers", "tool-calls", "alarms", "scores"):
        assert client.get(f"/v1/runs/r_none/{face}").status_code == 404


def test_the_catalogue_tells_every_policy_and_monitor_with_its_parameters(
    client: httpx.Client,
) -> None:
    policies = {each["name"]: each for each in client.get("/v1/policies").json()["items"]}
    assert policies["weak_shard"]["motive"] == "own_sake"
    assert "over_reserve" in [each["name"] for each in policies["weak_shard"]["parameters"]]
    assert policies["model"]["is_organism"] is False
    monitors = {each["name"]: each for each in client.get("/v1/monitors").json()["items"]}
    alpha = next(each for each in monitors["over_need"]["parameters"] if each["name"] == "alpha")
    assert alpha["default"] == 0.05 and not alpha["is_required"]
