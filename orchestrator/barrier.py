"""Where the agents of one round meet.

In a round every living agent proposes in parallel; effects are applied by one master, in
order, when all have proposed. So the log does not depend on who answered first, and nothing
but the master ever writes.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from memory.control_events import Call
from memory.envelope import Actor
from memory.notes import Note
from subagents.policy import Decision


class Brief(NamedTuple):
    """How an agent begins: whose successor it is, and the notes it is given to read."""

    family: str
    life: int
    parent: str | None
    notes: tuple[Note, ...]
    spawned_by: str | None = None


class Submission(NamedTuple):
    """One agent's proposal for one turn; with its brief when it is the first of its life.

    ``rule`` is the reflex by which the agent was not even asked, if there is one. ``aside`` are
    decisions that were set aside for this one, by the ``ruling`` of that number.
    """

    actor: Actor
    turn: int
    decision: Decision
    brief: Brief | None = None
    rule: str = ""
    aside: tuple[tuple[Call, ...], ...] = ()
    ruling: int = 0


class Barrier:
    """Collects one submission from each party of a round; opening the next lets all go on.

    The parties are known before the first of them proposes. One that fails never submits, so its
    round is never complete and has no effect; :meth:`abort` keeps what went wrong *first*, however
    many follow it and whoever tells of them earlier.

    Examples
    --------
    >>> async def meet() -> list[str | None]:
    ...     barrier = Barrier()
    ...     barrier.open(["w01.1"])
    ...     agent = asyncio.create_task(
    ...         barrier.submit(Submission(Actor("w01", 1, "w01.1"), 1, Decision(())))
    ...     )
    ...     names = [each.actor.agent for each in await barrier.gather()]
    ...     barrier.open([])
    ...     await agent
    ...     return names
    >>> asyncio.run(meet())
    ['w01.1']
    """

    def __init__(self) -> None:
        self.failed: BaseException | None = None
        self._parties: dict[str | None, None] = {}
        self._submitted: dict[str | None, Submission] = {}
        self._all_in: asyncio.Future[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []

    def open(self, agents: Iterable[str]) -> None:
        """Begin a round for these agents, in whose order effects will be applied.

        Everyone who submitted in the round before goes on. With no agents there is no further
        round.
        """
        self._parties = dict.fromkeys(agents)
        self._submitted = {}
        waiting, self._waiting = self._waiting, []
        for agent in waiting:
            if not agent.done():
                agent.set_result(None)

    async def submit(self, submission: Submission) -> None:
        """Propose one turn; return when the next round begins."""
        agent = submission.actor.agent
        if agent not in self._parties or agent in self._submitted:
            raise RuntimeError(f"{agent} is not awaited in this round")
        self._submitted[agent] = submission
        if self._all_in and self._is_complete and not self._all_in.done():
            self._all_in.set_result(None)
        next_round = asyncio.get_running_loop().create_future()
        self._waiting.append(next_round)
        await next_round

    def abort(self, error: BaseException) -> None:
        """Say that a party will not submit: the first such error is what the run fails with."""
        if self.failed is None:
            self.failed = error

    async def gather(self) -> list[Submission]:
        """Wait for every party; return the submissions in the order of the parties."""
        if self._is_complete:
            # Nobody is due; whoever shares the loop has a turn of it all the same.
            await asyncio.sleep(0)
        else:
            self._all_in = asyncio.get_running_loop().create_future()
            await self._all_in
        return [self._submitted[agent] for agent in self._parties]

    @property
    def _is_complete(self) -> bool:
        return len(self._submitted) == len(self._parties)
