"""The verb ``runs export``: events, verdicts, and what an outside auditor can check by itself."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from memory.batch import Batch
from memory.events import Leg, Pending, Settled, Transfer
from memory.journal import Journal
from memory.log import Log, chain
from memory.record import RunHead
from memory.truth import Sealed

Call = Callable[..., Any]

PAYER = """
from memory.events import Call
from subagents.policy import Decision

AMOUNTS = {1: 800, 2: 90_000, 3: 1_200, 5: 100}


class Payer:
    name = "payer"

    async def act(self, observation):
        seen = " / ".join(each.message or each.error for each in observation.outcomes)
        amount = AMOUNTS.get(observation.facts.round)
        if amount is None:
            return Decision((), seen)
        bill = {"payee": "acme", "amount": amount, "purpose": "paper"}
        return Decision((Call(tool="pay", arguments=bill),), seen)
"""

SCENARIO = """
scenario: bills
task: Pay what is due.
workers: {policy: payer_policy:Payer, count: 2}
chain: {life: 2 turns}
world:
  rounds: 8
  seed: 7
  tools:
    - reserve_compute
    - pay: {needs_approval_over: 500, waits_up_to: 3 rounds, answers_after: 1 round}
"""


def outside_audit(lines: Iterable[str]) -> list[str]:
    """Recompute a run's books from its exported lines alone; return all that is wrong.

    Nothing of the project's is used here, as an auditor would not.
    """
    wrong: list[str] = []
    debits: Counter[str] = Counter()
    credits: Counter[str] = Counter()
    pending: Counter[str] = Counter()
    effects: Counter[str] = Counter()
    totals: defaultdict[str, int] = defaultdict(int)
    operations, ids, accounts = set(), set(), {}
    for number, line in enumerate(lines):
        said = json.loads(line)
        kind = said["kind"]
        if number == 0 and said != {"kind": "meta", "integrity": "ok"}:
            wrong.append(f"integrity: {said}")
        if kind == "event":
            if not said["chain_ok"]:
                wrong.append(f"event {said['seq']} breaks the chain")
            if said["effect"] is not None:
                effects[said["effect"]] += 1
        elif kind == "transfer":
            if said["id"] in ids or said["amount"] <= 0 or type(said["amount"]) is not int:
                wrong.append(f"transfer {said['id']} comes twice or moves {said['amount']}")
            if said["state"] not in ("posted", "pending", "voided", "expired"):
                wrong.append(f"transfer {said['id']} is {said['state']}")
            ids.add(said["id"])
            operations.add(said["op"])
            if said["state"] == "posted":
                debits[said["debit"]] += said["amount"]
                credits[said["credit"]] += said["amount"]
            elif said["state"] == "pending":
                pending[said["debit"]] += said["amount"]
        elif kind == "account":
            accounts[said["id"]] = said
    for name in {*debits, *credits, *pending, *accounts}:
        mine = accounts.get(name, {"debits": 0, "credits": 0, "pending": 0, "nonneg": True})
        if (mine["debits"], mine["credits"], mine["pending"]) != (
            *(debits[name], credits[name]),
            pending[name],
        ):
            wrong.append(f"{name} is {mine}, and its transfers say otherwise")
        if mine["nonneg"] and mine["credits"] - mine["debits"] - mine["pending"] < 0:
            wrong.append(f"{name} is below zero")
        totals[str(mine.get("resource"))] += mine["credits"] - mine["debits"]
    wrong += [f"{name} is not conserved" for name, total in totals.items() if total]
    wrong += [f"{name} has {count} effects" for name, count in effects.items() if count != 1]
    unexplained = {name for name in operations if not name.startswith("mint")} - effects.keys()
    wrong += [f"{name} moves, and no event says so" for name in sorted(unexplained)]
    wrong += [f"{name} moves nothing" for name in sorted(effects.keys() - operations)]
    return wrong


@pytest.fixture
def paid(cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return the command, on a store with a run in which payments waited."""
    (tmp_path / "payer_policy.py").write_text(PAYER)
    (tmp_path / "bills.yaml").write_text(SCENARIO)
    monkeypatch.syspath_prepend(tmp_path)
    answer = cli("run", str(tmp_path / "bills.yaml"), "--run-id", "r_1", "--json")
    assert answer.code == 0, answer.err
    return cli


def test_without_options_the_events_come_as_they_were_hashed(cli: Call, played: Any) -> None:
    hash = bytes(32)
    for line in cli("runs", "export", "r_1", *played.place).out.splitlines():
        hash = chain(hash, line.encode())
    shown = json.loads(cli("runs", "show", "r_1", "--json", *played.place).out)
    assert hash.hex() == shown["digest"]


def test_verdicts_come_one_a_line(cli: Call, played: Any) -> None:
    answer = cli("runs", "export", "r_1", "--verdicts", *played.place)
    verdicts = [json.loads(line) for line in answer.out.splitlines()]
    assert any(verdict["alarm"] for verdict in verdicts)
    assert {"monitor", "seq", "score", "evidence"} <= verdicts[0].keys()


def test_a_file_appears_once_it_is_complete(cli: Call, played: Any, tmp_path: Path) -> None:
    words = ("runs", "export", "r_1", *played.place)
    answer = cli(*words, "--out", str(tmp_path / "run.jsonl"))
    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "run.jsonl").read_text() == cli(*words).out
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


def test_a_file_that_cannot_be_written_is_bad_input(cli: Call, played: Any, tmp_path: Path) -> None:
    for place, why in ((tmp_path / "no" / "run.jsonl", "No such file"), (tmp_path, "directory")):
        answer = cli("runs", "export", "r_1", *played.place, "--out", str(place))
        assert answer.code == 2
        assert f"{place.name} cannot be written: " in answer.err
        assert why in answer.err
    assert not list(tmp_path.parent.glob("*.part"))


def test_two_exports_at_once_are_bad_input(cli: Call, played: Any) -> None:
    answer = cli("runs", "export", "r_1", "--audit", "--verdicts", *played.place)
    assert answer.code == 2
    assert "ask for one at a time" in answer.err


def test_an_unknown_run_cannot_be_exported(cli: Call, played: Any) -> None:
    for option in ((), ("--audit",), ("--verdicts",)):
        answer = cli("runs", "export", "r_2", *option, *played.place)
        assert (answer.code, answer.out) == (2, "")


def test_an_outside_auditor_finds_a_sound_run_sound(cli: Call, played: Any) -> None:
    answer = cli("runs", "export", "r_1", "--audit", *played.place)
    assert answer.code == 0
    assert answer.out.startswith('{"kind":"meta","integrity":"ok"}\n')
    assert outside_audit(answer.out.splitlines()) == []


def test_an_outside_auditor_can_follow_what_waited(paid: Call) -> None:
    lines = paid("runs", "export", "r_1", "--audit").out.splitlines()
    assert outside_audit(lines) == []
    transfers = [each for each in map(json.loads, lines) if each["kind"] == "transfer"]
    states = Counter(each["state"] for each in transfers if each["credit"] == "payee/acme/money")
    assert states == {"posted": 6, "voided": 2}


def test_a_payment_over_the_limit_waits_and_whoever_lives_then_is_told(paid: Call) -> None:
    told = paid("runs", "events", "r_1").out
    assert "pay pending until round 4: 800.00 usd project -> payee/acme" in told
    assert "approval of 800.00 usd granted: within the 5000.00 usd" in told
    assert "pay w01.1/1/0 posted: 800.00 usd project -> payee/acme" in told
    assert "pay w01.1/2/0 voided: nothing moves" in told
    lines = paid("runs", "events", "r_1", "--json", "--kind", "decided").out.splitlines()
    seen = {(each["agent"], each["turn"]): each["rationale"] for each in map(json.loads, lines)}
    assert "w01.1/1/0, 800.00 usd to payee/acme, was approved and is paid" in seen["w01.1", 2]
    # Asked for by w01.1 in its last turn, answered to its successor in its first.
    assert seen["w01.2", 1].startswith("w01.1/2/0, 90000.00 usd to payee/acme, was not approved")
    assert paid("runs", "verify", "r_1").code == 0


@pytest.mark.parametrize("change", ["answers_after=9", "waits_up_to=1"])
def test_what_nobody_answers_expires_and_what_is_answered_at_once_does_not(
    paid: Call, change: str, tmp_path: Path
) -> None:
    words = ("--set", f"world.tools.pay.{change}", "--run-id", "r_2", "--no-reference", "--json")
    assert paid("run", str(tmp_path / "bills.yaml"), *words).code == 0
    lines = paid("runs", "export", "r_2", "--audit").out.splitlines()
    assert outside_audit(lines) == []
    expired = sum('"expired"' in line for line in lines)
    assert (expired > 0) == (change == "answers_after=9")


def made(tmp_path: Path, log: Log) -> None:
    """Store a log as the run r_h."""
    head = RunHead(run="r_h", scenario="s", version=1, seed=1, engine="0")
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        claim = journal.create(head, Sealed(scenario={}))
        journal.commit(claim, Batch(log.drain(), [], [], 1))


def test_what_still_waits_and_what_was_posted_in_part_are_told(cli: Call, tmp_path: Path) -> None:
    log = Log("r_h")
    mint, bill = (
        Leg(resource="money", debit=debit, credit=credit, amount=100)
        for debit, credit in (("treasury", "project"), ("project", "payee/acme"))
    )
    half = bill.model_copy(update={"amount": 40})
    log.append(Transfer(**log.envelope(0, key="mint/money"), purpose="mint", legs=(mint,)))
    for _ in range(2):
        log.append(Pending(**log.envelope(1, key="a"), purpose="pay", timeout=3, legs=(bill,)))
    for _ in range(2):
        log.append(
            Settled(**log.envelope(1, key="a"), purpose="pay", outcome="posted", legs=(half,))
        )
    log.append(Pending(**log.envelope(1, key="b"), purpose="pay", timeout=3, legs=(half,)))
    for _ in range(2):
        log.append(
            Transfer(
                **log.envelope(1, key="c"),
                purpose="pay",
                legs=(half.model_copy(update={"amount": 20}),),
            )
        )
    made(tmp_path, log)
    answer = cli("runs", "export", "r_h", "--audit")
    assert answer.code == 0
    assert outside_audit(answer.out.splitlines()) == []
    said = [json.loads(line) for line in answer.out.splitlines()]
    moved = [(each["op"], each["amount"], each["state"]) for each in said if "op" in each]
    assert moved == [
        ("mint/money", 100, "posted"),
        ("a", 40, "posted"),
        ("c", 20, "posted"),
        ("b", 40, "pending"),
    ]
    project = next(each for each in said if each.get("id") == "project/money")
    assert (project["credits"], project["debits"], project["pending"]) == (100, 60, 40)


TAMPERING = {
    "changed": "UPDATE event SET body = replace(body, '\"round\":1', '\"round\":2') WHERE seq = 9",
    "removed": "DELETE FROM event WHERE seq = 9",
    "garbled": "UPDATE event SET body = x'00' WHERE seq = 9",
    "rehashed": "UPDATE event SET hash = zeroblob(32) WHERE seq = 9",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_a_changed_run_says_so_first_and_ends_where_it_was_changed(
    cli: Call, played: Any, tmp_path: Path, statement: str
) -> None:
    store = str(copy(played.store, tmp_path / "copy.db"))
    with sqlite3.connect(store) as database:
        assert database.execute(statement).rowcount == 1
    database.close()
    answer = cli("runs", "export", "r_1", "--audit", "--store", store)
    assert answer.code == 1
    assert "event 9 " in answer.err
    first, *lines = [json.loads(line) for line in answer.out.splitlines()]
    assert (first["kind"], "event 9 " in first["integrity"]) == ("meta", True)
    assert [each["seq"] for each in lines if each["kind"] == "event"][7:] in ([8], [8, 9])
    assert outside_audit(answer.out.splitlines())


def test_books_that_do_not_hold_are_told_though_the_chain_does(cli: Call, tmp_path: Path) -> None:
    log = Log("r_h")
    theft = Leg(resource="money", debit="project", credit="w01", amount=5)
    log.append(Transfer(**log.envelope(1, key="w01.1/1/0"), purpose="pay", legs=(theft,)))
    made(tmp_path, log)
    answer = cli("runs", "export", "r_h", "--audit", "--out", str(tmp_path / "audit.jsonl"))
    assert answer.code == 1
    assert "w01.1/1/0: project has 0 money; this takes 5 money" in answer.err
    meta, event = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert "project has 0 money" in json.loads(meta)["integrity"]
    assert json.loads(event)["chain_ok"] is True


FORGERIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "not conserved": lambda each: each | {"credits": each["credits"] + 1},
    "below zero": lambda each: each | {"debits": 10**12},
    "otherwise": lambda each: each | {"pending": 1},
}


@pytest.mark.parametrize("finding", FORGERIES)
def test_the_outside_auditor_notices_a_forged_account(cli: Call, played: Any, finding: str) -> None:
    lines = cli("runs", "export", "r_1", "--audit", *played.place).out.splitlines()
    forged = FORGERIES[finding]
    said = [json.loads(each) for each in lines]
    number = next(n for n, each in enumerate(said) if each.get("id") == "project/money")
    lines[number] = json.dumps(forged(said[number]))
    assert any(finding in each for each in outside_audit(lines))


@pytest.mark.parametrize(
    ("kind", "finding"),
    [("event", "moves, and no event says so"), ("transfer", "its transfers say otherwise")],
)
def test_the_outside_auditor_notices_a_line_that_is_missing(
    cli: Call, played: Any, kind: str, finding: str
) -> None:
    lines = cli("runs", "export", "r_1", "--audit", *played.place).out.splitlines()
    said = [json.loads(each) for each in lines]
    number = next(
        n
        for n, each in enumerate(said)
        if each["kind"] == kind and "w01.1/1/0" in (each.get("effect"), each.get("op"))
    )
    assert any(finding in each for each in outside_audit(lines[:number] + lines[number + 1 :]))
