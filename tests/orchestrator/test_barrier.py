"""The barrier: all propose, one applies, nobody overtakes."""

import asyncio

import pytest

from memory.envelope import Actor
from orchestrator.barrier import Barrier, Submission
from subagents.policy import Decision

pytestmark = pytest.mark.asyncio(loop_scope="function")


def proposal(worker: str, turn: int = 1) -> Submission:
    return Submission(Actor(worker, 1, f"{worker}.1"), turn, Decision(()))


async def test_submissions_come_in_the_order_of_the_parties_whoever_answers_first() -> None:
    barrier = Barrier()
    barrier.open(["w01.1", "w02.1", "w03.1"])
    async with asyncio.TaskGroup() as tasks:
        for worker in ("w03", "w01", "w02"):
            tasks.create_task(barrier.submit(proposal(worker)))
        gathered = await barrier.gather()
        barrier.open([])
    assert [each.actor.worker for each in gathered] == ["w01", "w02", "w03"]


async def test_nobody_goes_on_before_the_next_round_is_open() -> None:
    barrier = Barrier()
    barrier.open(["w01.1"])
    waiting = asyncio.create_task(barrier.submit(proposal("w01")))
    await barrier.gather()
    await asyncio.sleep(0)
    assert not waiting.done()
    barrier.open(["w01.1"])
    await waiting


async def test_gather_waits_for_the_last_party() -> None:
    barrier = Barrier()
    barrier.open(["w01.1", "w02.1"])
    gathering = asyncio.create_task(barrier.gather())
    first = asyncio.create_task(barrier.submit(proposal("w01")))
    await asyncio.sleep(0)
    assert not gathering.done()
    second = asyncio.create_task(barrier.submit(proposal("w02")))
    assert len(await gathering) == 2
    barrier.open([])
    await asyncio.gather(first, second)


@pytest.mark.parametrize("stranger", ["w01", "w09"])
async def test_a_second_submission_and_a_stranger_are_refused(stranger: str) -> None:
    barrier = Barrier()
    barrier.open(["w01.1"])
    first = asyncio.create_task(barrier.submit(proposal("w01")))
    await barrier.gather()
    with pytest.raises(RuntimeError, match="is not awaited in this round"):
        await barrier.submit(proposal(stranger))
    barrier.open([])
    await first


async def test_a_round_in_which_nobody_is_due_is_complete_and_holds_nobody_up() -> None:
    barrier, order = Barrier(), list[str]()
    barrier.open([])
    other = asyncio.create_task(_note(order))
    assert await barrier.gather() == []
    assert order == ["other"]
    await other


async def _note(order: list[str]) -> None:
    order.append("other")
