"""Many jobs at once: in this process one after the other, or spread over several."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Generic, NamedTuple, TypeVar

from memory.errors import BadInput, SuperorganismError
from orchestrator.discretion import discreet

T = TypeVar("T")
R = TypeVar("R")


class _Done(NamedTuple, Generic[R]):
    """What came of a job in another process: an error cannot always cross, its words can."""

    result: R | None
    error: str = ""
    is_bad_input: bool = False


def nothing() -> None:
    """Begin with nothing."""


def spread(
    work: Callable[[T], R],
    jobs: Sequence[T],
    at_once: int = 1,
    begin: Callable[[], None] = nothing,
) -> Iterator[R]:
    """Do every job, and yield what comes of each as it is done.

    Parameters
    ----------
    work
        What is done with one job; with several processes, a function of a module.
    jobs
        What to do; with several processes, values that can be pickled.
    at_once
        How many processes; 1 stays in this one, and keeps the order.
    begin
        Called once in every process, before its first job.

    Raises
    ------
    SuperorganismError
        The first error of any job; those that were not yet begun are dropped.

    Examples
    --------
    >>> list(spread(len, ["a", "bcd"]))
    [1, 3]
    """
    if at_once == 1 or len(jobs) < 2:
        begin()
        yield from map(work, jobs)
        return
    processes = min(at_once, len(jobs))
    with crew(processes, begin) as pool:
        futures: list[Future[_Done[R]]] = [pool.submit(partial(_do, work), job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield _result(future.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def crew(processes: int, begin: Callable[[], None] = nothing) -> ProcessPoolExecutor:
    """Return a pool of processes that leave with this one, even where it is killed.

    Parameters
    ----------
    processes
        How many.
    begin
        Called once in every process, before its first job; a function of a module.
    """
    return ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_join, initargs=(begin,)
    )


def _join(begin: Callable[[], None]) -> None:
    """Begin in a process of the crew, which must not outlive whoever called it together."""
    Thread(target=_leave_with_parent, daemon=True).start()
    begin()


def _leave_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        # Nobody will take what it does any more; what it committed is safe.
        os._exit(1)


def _do(work: Callable[[T], R], job: T) -> _Done[R]:
    try:
        return _Done(work(job))
    except SuperorganismError as error:
        return _Done(None, str(error), isinstance(error, BadInput))
    except Exception as error:
        return _Done(None, discreet(f"{type(error).__name__}: {error}"))


def _result(done: _Done[R]) -> R:
    if done.error:
        raise (BadInput if done.is_bad_input else SuperorganismError)(done.error)
    return done.result  # type: ignore[return-value]
