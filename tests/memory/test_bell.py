"""The bell: wakes whoever waits, on any loop, and costs nothing while nobody does."""

import asyncio
from threading import Event, Thread

import pytest

from memory.bell import Bell
from memory.errors import StoreError


def quiet() -> int:
    return 0


async def keep_waiting(bell: Bell) -> None:
    while True:
        await bell.wait()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_ring_wakes_everyone_who_waits() -> None:
    bell = Bell(quiet)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(bell.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        bell.ring()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_ring_before_the_wait_wakes_nobody() -> None:
    bell = Bell(quiet)
    bell.ring()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(bell.wait())
        for _ in range(3):
            await asyncio.sleep(0)
        assert not waiting.done()
        bell.ring()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_change_made_elsewhere_wakes_who_waits() -> None:
    changes = 0
    bell = Bell(lambda: changes)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(bell.wait())
        await asyncio.sleep(0)
        changes += 1


@pytest.mark.asyncio(loop_scope="function")
async def test_the_first_look_wakes_anyhow_so_that_no_change_just_before_the_wait_is_missed() -> (
    None
):
    async with asyncio.timeout(5):
        await Bell(quiet).wait()


def test_a_ring_reaches_another_threads_loop() -> None:
    bell = Bell(quiet)
    waits, woken = Event(), Event()

    async def wait() -> None:
        asyncio.get_running_loop().call_soon(waits.set)
        await bell.wait()
        woken.set()

    thread = Thread(target=asyncio.run, args=[wait()])
    thread.start()
    assert waits.wait(5)
    bell.ring()
    thread.join(5)
    assert woken.is_set()


@pytest.mark.asyncio(loop_scope="function")
async def test_when_the_journal_is_gone_who_waits_is_told() -> None:
    def gone() -> int:
        raise StoreError("this journal has been closed")

    bell = Bell(gone)
    with pytest.raises(StoreError, match="closed"):
        async with asyncio.timeout(5):
            await bell.wait()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_waiter_that_leaves_is_forgotten_and_others_still_hear() -> None:
    bell = Bell(quiet)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        leaves = tasks.create_task(bell.wait())
        tasks.create_task(bell.wait())
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.sleep(0)
        bell.ring()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_waiter_that_leaves_as_the_bell_rings_disturbs_nobody() -> None:
    bell = Bell(quiet)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        leaves = tasks.create_task(bell.wait())
        tasks.create_task(bell.wait())
        await asyncio.sleep(0)
        bell.ring()
        leaves.cancel()
    assert leaves.cancelled()


class Looks:
    """Counts how often somebody has looked for changes, and says when it was often enough."""

    def __init__(self, enough: int = 0) -> None:
        self.count = 0
        self.enough = enough
        self.is_enough = asyncio.Event()

    def __call__(self) -> int:
        """Take a look."""
        self.count += 1
        if self.count == self.enough:
            self.is_enough.set()
        return 0


@pytest.mark.asyncio(loop_scope="function")
async def test_waiters_share_one_look_and_none_is_taken_when_nobody_waits() -> None:
    crowd, measure = Looks(), Looks(enough=4)
    crowded, measuring = Bell(crowd), Bell(measure)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(keep_waiting(crowded)) for _ in range(50)]
        alone = tasks.create_task(keep_waiting(measuring))
        await measure.is_enough.wait()
        assert 1 < crowd.count <= measure.count + 1, "fifty waiters look more often than one"
        for task in waiting:
            task.cancel()
        before, measure.enough = crowd.count, measure.count + 3
        measure.is_enough.clear()
        await measure.is_enough.wait()
        assert crowd.count <= before + 1, "it looks though nobody waits"
        alone.cancel()


def test_a_loop_that_was_closed_while_waiting_keeps_nobody_else_from_hearing() -> None:
    bell = Bell(quiet)
    loop = asyncio.new_event_loop()
    abandoned = loop.create_task(bell.wait())
    loop.run_until_complete(asyncio.sleep(0))
    abandoned.cancel()
    loop.run_until_complete(asyncio.gather(abandoned, return_exceptions=True))
    loop.close()
    bell.ring()
