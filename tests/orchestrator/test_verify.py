"""Checking a stored run: what is whole says so, and what is not is named to the event."""

import asyncio
from collections.abc import Callable

from memory.events import Leg, Transfer
from memory.journal import Batch, Journal
from memory.log import Log
from orchestrator import conduct
from orchestrator.verify import verify
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


def test_a_whole_run_is_told_as_whole(fleet: Fleet, journal: Journal) -> None:
    summary = asyncio.run(conduct.start(journal, fleet(), run="r_1").play(with_references=False))
    found = asyncio.run(verify(journal, "r_1", with_replay=True))
    assert found.ok
    assert (found.events, found.digest, found.problem) == (summary.events, summary.digest, "")
    assert found.replay is not None


def test_a_well_chained_event_that_breaks_the_books_is_named(
    fleet: Fleet, journal: Journal
) -> None:
    performance, log = conduct.start(journal, fleet(), run="r_1"), Log("r_1")
    bill = Leg(resource="money", debit="project", credit="payee/acme", amount=900)
    log.append(Transfer(**log.envelope(1, key="w01.1/1/0"), purpose="pay", legs=(bill,)))
    journal.commit(performance.claim, Batch(log.drain(), [], [], round=1))
    found = asyncio.run(verify(journal, "r_1"))
    assert not found.ok
    assert "r_1: event 1 does not play back: w01.1/1/0: project has" in found.problem
