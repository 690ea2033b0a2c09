"""Objective checks of steps: what a look finds, and what looks that are of one family find."""

from memory.chance import uniform
from scenarios.tasks import ChecksSpec
from scenarios.workshop import Thread, Workshop, is_sound


def passes(tests: ChecksSpec, seed: int, thread: Thread, is_sound: bool) -> bool:
    """Return whether what was handed in last is accepted, each look having its own luck.

    In so large a share of checks as they are correlated all looks see the same: more of them
    then find no more, which is what looks by one family of models come to.

    Examples
    --------
    >>> from scenarios.workshop import Task
    >>> def power(**dials: float) -> float:
    ...     tests, thread = ChecksSpec(power=0.5, **dials), Thread(Task("t", 30, 30, seed=7))
    ...     found = 0
    ...     for thread.tried in range(1, 1001):
    ...         found += not passes(tests, 7, thread, is_sound=False)
    ...     return round(found / 1000, 1)
    >>> power(), power(looks=3), power(looks=3, correlation=1.0)
    (0.5, 0.9, 0.5)
    """
    objects = tests.false_alarm if is_sound else tests.power
    names = (seed, "look", thread.task.name, thread.tried)
    together = uniform(*names, "together") < tests.correlation
    looks = 1 if together else tests.looks
    return not any(uniform(*names, look) < objects for look in range(looks))


def verdict_on(shop: Workshop, tests: ChecksSpec, seed: int, thread: Thread) -> bool:
    """Return whether a check accepts what was handed in last of a task."""
    done = thread.handed_in
    assert done is not None, "only what was handed in is checked"
    return passes(tests, seed, thread, is_sound(thread.task, done))
