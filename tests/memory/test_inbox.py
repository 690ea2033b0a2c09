import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from memory.errors import BadInput, UnknownRun
from memory.events import Need
from memory.journal import Batch, Journal, Origin, RunHead
from memory.log import Log
from memory.truth import Sealed

HEAD = RunHead(run="r_1", scenario="just_in_case", version=1, seed=7, engine="0.1.0")
STOP = {"what": "stop", "to": "fleet"}


def test_commands_are_numbered_in_the_order_in_which_they_can_be_read(journal: Journal) -> None:
    journal.create(HEAD, Sealed(scenario={}))
    for worker in ("w01", "w02", "w03"):
        journal.inbox.put("r_1", {"what": "stop", "to": worker})
    read = journal.inbox.read("r_1", after=1)
    assert [(each.number, each.body["to"]) for each in read] == [(2, "w02"), (3, "w03")]


def test_the_same_command_again_is_one_command_and_another_under_its_name_is_refused(
    journal: Journal,
) -> None:
    journal.create(HEAD, Sealed(scenario={}))
    first = journal.inbox.put("r_1", STOP, op="mine")
    assert journal.inbox.put("r_1", STOP, op="mine") == first
    with pytest.raises(BadInput, match="mine was another command to r_1"):
        journal.inbox.put("r_1", {"what": "stop", "to": "w01"}, op="mine")
    assert len(journal.inbox.read("r_1")) == 1


def test_many_senders_at_once_lose_nothing_and_share_no_number(place: str) -> None:
    with Journal.open(place) as journal:
        journal.create(HEAD, Sealed(scenario={}))

        def send(number: int) -> int:
            with Journal.open(place) as own:
                return own.inbox.put("r_1", STOP, op=f"{number % 10}").number

        with ThreadPoolExecutor(4) as threads:
            numbers = list(threads.map(send, range(20)))
        assert sorted(set(numbers)) == list(range(1, 11))
        assert [each.number for each in journal.inbox.read("r_1")] == list(range(1, 11))


def test_whoever_waits_hears_of_a_command_of_another_journal(place: str) -> None:
    async def hear(journal: Journal, other: Journal) -> list[int]:
        waiting = asyncio.create_task(journal.inbox.wait("r_1", 0))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other.inbox.put("r_1", STOP)
        return [each.number for each in await asyncio.wait_for(waiting, 20)]

    with Journal.open(place) as journal, Journal.open(place) as other:
        journal.create(HEAD, Sealed(scenario={}))
        assert asyncio.run(hear(journal, other)) == [1]


def test_an_owner_learns_of_commands_by_what_it_does_anyway(journal: Journal) -> None:
    claim = journal.create(HEAD, Sealed(scenario={}))
    journal.inbox.put("r_1", STOP)
    journal.release(claim)
    assert claim.number not in journal.called
    again = journal.claim("r_1")
    assert journal.called[again.number] == 1


@pytest.mark.parametrize(
    ("body", "op", "message"),
    [
        ({"what": "dance"}, "", "a command says what: one of approve, deny, intervene, stop"),
        ({}, "", "a command says what"),
        ({**STOP, "why": "x" * 20_000}, "", "at most 16_000 characters"),
        (STOP, "a\0b", "cannot be stored"),
    ],
)
def test_what_is_no_command_is_refused(
    journal: Journal, body: dict[str, str], op: str, message: str
) -> None:
    journal.create(HEAD, Sealed(scenario={}))
    with pytest.raises(BadInput, match=message):
        journal.inbox.put("r_1", dict(body), op)
    assert journal.inbox.read("r_1") == []


def test_a_run_that_is_over_takes_no_commands_and_one_that_is_not_there_is_named(
    journal: Journal,
) -> None:
    journal.finish(journal.create(HEAD, Sealed(scenario={})), "done", {})
    with pytest.raises(BadInput, match="r_1 is done; nothing can be done to it any more"):
        journal.inbox.put("r_1", STOP)
    with pytest.raises(UnknownRun, match="no run 'r_2'"):
        journal.inbox.put("r_2", STOP)


def test_a_fork_counts_on_where_its_parents_commands_end(journal: Journal) -> None:
    claim, log = journal.create(HEAD, Sealed(scenario={})), Log("r_1")
    log.append(Need(**log.envelope(1, key="need/1"), resource="compute", amount=1.0))
    journal.commit(claim, Batch(log.drain(), verdicts=[], records=[], round=1))
    journal.inbox.put("r_1", STOP)
    head = HEAD.model_copy(update={"run": "r_2"})
    journal.fork(head, Sealed(scenario={}), Origin("r_1", 1, 1), [])
    assert journal.inbox.read("r_2") == []
    assert journal.inbox.put("r_2", STOP).number == 2
