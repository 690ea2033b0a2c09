"""The auditor: what a stored run promises, checked from its exports by the standard library.

It imports nothing of ours and believes nothing: it hashes the exported events again, adds up the
exported transfers, and compares with what the run says of itself.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

Fields = dict[str, Any]


class Exported(NamedTuple):
    """A run as its verbs tell it: ``runs list --json``, ``runs export`` with and without audit."""

    standing: Fields
    events: Sequence[str]
    lines: Sequence[Fields]


class Witnessed(NamedTuple):
    """What others saw of a run: the last ACK, and the answers asked for since a moment ago."""

    acked: int = 0
    committed: frozenset[str] = frozenset()
    asked: Sequence[str] = ()


def broken(run: Exported, seen: Witnessed) -> str:
    """Return the first promise that does not hold, or nothing.

    Examples
    --------
    >>> nothing = {"kind": "meta", "integrity": "ok"}
    >>> standing = {"seq": 0, "digest": "00" * 32}
    >>> broken(Exported(standing, [], [nothing]), Witnessed())
    ''
    >>> broken(Exported(standing, [], [nothing]), Witnessed(acked=3))
    'ACK 3 was said, and the log ends with 0'
    """
    return next(
        (
            said
            for check in (_acknowledged, _chain, _told, _operations, _books, _answers)
            for said in check(run, seen)
        ),
        "",
    )


def decided(events: Sequence[str]) -> frozenset[str]:
    """Return agent and turn of each decision that a log holds."""
    parsed = (json.loads(event) for event in events)
    return frozenset(event["key"] for event in parsed if event["kind"] == "decided")


def _acknowledged(run: Exported, seen: Witnessed) -> Iterator[str]:
    if seen.acked > len(run.events):
        yield f"ACK {seen.acked} was said, and the log ends with {len(run.events)}"


def _chain(run: Exported, _: Witnessed) -> Iterator[str]:
    digest = bytes(32)
    for number, event in enumerate(run.events, 1):
        digest = sha256(digest + event.encode()).digest()
        if json.loads(event)["seq"] != number:
            yield f"event {number} is missing"
    if (digest.hex(), len(run.events)) != (run.standing["digest"], run.standing["seq"]):
        yield "the log's hash, or its length, is not the run's"


def _told(run: Exported, _: Witnessed) -> Iterator[str]:
    meta, told = run.lines[0], _of("event", run)
    if meta.get("integrity") != "ok":
        yield f"its own audit says: {meta.get('integrity')}"
    keys = [json.loads(event)["key"] for event in run.events]
    if [event["key"] for event in told] != keys or not all(event["chain_ok"] for event in told):
        yield "the audit tells of other events than the log"


def _operations(run: Exported, _: Witnessed) -> Iterator[str]:
    effects = Counter(event["effect"] for event in _of("event", run) if event["effect"])
    moved = Counter(transfer["id"] for transfer in _of("transfer", run))
    for name, times in (effects + moved).items():
        if times > 1:
            yield f"{name} happened {times} times"
    if effects.keys() != {transfer["op"] for transfer in _of("transfer", run)}:
        yield "effects and transfers do not belong together one to one"
    for transfer in _of("transfer", run):
        if transfer["amount"] <= 0:
            yield f"{transfer['id']} moves {transfer['amount']}"


def _books(run: Exported, _: Witnessed) -> Iterator[str]:
    debits, credits, pending = Counter[str](), Counter[str](), Counter[str]()
    for transfer in _of("transfer", run):
        if transfer["state"] == "posted":
            debits[transfer["debit"]] += transfer["amount"]
            credits[transfer["credit"]] += transfer["amount"]
        elif transfer["state"] == "pending":
            pending[transfer["debit"]] += transfer["amount"]
    for account in _of("account", run):
        name = account["id"]
        told = (account["debits"], account["credits"], account["pending"])
        if told != (debits[name], credits[name], pending[name]):
            yield f"{name} does not hold what its transfers add up to"
        if account["nonneg"] and credits[name] - debits[name] - pending[name] < 0:
            yield f"{name} is below zero"
    if (debits.keys() | credits.keys()) - {account["id"] for account in _of("account", run)}:
        yield "an account is missing"


def _answers(run: Exported, seen: Witnessed) -> Iterator[str]:
    again = seen.committed & set(seen.asked)
    if again:
        yield f"{min(again)} was asked again, and its answer is in the log"
    once = [json.loads(event)["key"] for event in run.events if '"kind":"decided"' in event]
    if len(once) != len(set(once)):
        yield "an agent decided one turn twice"


def _of(kind: str, run: Exported) -> list[Fields]:
    return [line for line in run.lines if line["kind"] == kind]
