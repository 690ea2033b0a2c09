"""Group commit: what the runs of one event loop put down at the same time is one transaction."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Sequence

from memory.batch import Batch, Part
from memory.claim import Claim


class Group:
    """Commits for any number of runs at once, in as few transactions as may be.

    What is handed in during one turn of the event loop is one transaction, made in the loop's
    own thread. So a run by itself loses nothing, and a thousand side by side share the price.
    Where that fails each is put down by itself, so that no run fails for another's fault.

    Parameters
    ----------
    commit_all
        Commits several parts, and returns of each why it was refused, or None.

    Attributes
    ----------
    took_s
        How many seconds the last commit took: whoever knows it can wait accordingly.

    Examples
    --------
    >>> def commit_all(parts: Sequence[Part]) -> list[Exception | None]:
    ...     print("one commit of", *(part.claim.run for part in parts))
    ...     return [None for _ in parts]
    >>> async def both(group: Group) -> None:
    ...     batch = Batch(entries=[], verdicts=[], records=[], round=1)
    ...     one, other = Claim("r_1", 1, token=1), Claim("r_2", 2, token=1)
    ...     await asyncio.gather(group.commit(one, batch), group.commit(other, batch))
    >>> asyncio.run(both(Group(commit_all)))
    one commit of r_1 r_2
    """

    def __init__(self, commit_all: Callable[[Sequence[Part]], Sequence[Exception | None]]) -> None:
        self.took_s = 0.0
        self._commit_all = commit_all
        self._waiting: dict[AbstractEventLoop, list[tuple[Part, Future[None]]]] = {}

    async def commit(self, claim: Claim, batch: Batch) -> None:
        """Put a batch down as a whole; when this returns it is durable.

        Whoever is cancelled meanwhile does not know whether it is.

        Raises
        ------
        StaleClaim, ValueError, StoreError
            As the journal's ``commit`` does; the first two concern this batch alone.
        """
        loop = asyncio.get_running_loop()
        done: Future[None] = loop.create_future()
        waiting = self._waiting.setdefault(loop, [])
        waiting.append((Part(claim, batch), done))
        if len(waiting) == 1:
            loop.call_soon(self._flush, loop)
        await done

    def _flush(self, loop: AbstractEventLoop) -> None:
        waiting = self._waiting.pop(loop)
        began = loop.time()
        refused = self._commit([part for part, _ in waiting])
        self.took_s = loop.time() - began
        for (_, done), why in zip(waiting, refused, strict=True):
            if done.done():
                continue
            if why is None:
                done.set_result(None)
            else:
                done.set_exception(why)

    def _commit(self, parts: Sequence[Part]) -> Sequence[Exception | None]:
        try:
            return self._commit_all(parts)
        except Exception as error:
            if len(parts) == 1:
                return [error]
            return [why for part in parts for why in self._commit([part])]
