"""Chance without shared state: one seeded generator per entity and stream.

Nothing draws from a generator that another entity advances, so the order in which agents
answer cannot change what they draw, and a resumed run draws what the undisturbed one drew.
"""

from hashlib import blake2b
from random import Random


def seed_for(*names: int | str) -> int:
    """Return a 64-bit seed that depends on all of ``names`` and on nothing else.

    Examples
    --------
    >>> seed_for(7, "w07.3", 15) == seed_for(7, "w07.3", 15) != seed_for(7, "w07.3", 16)
    True
    """
    text = "/".join(map(str, names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def generator(*names: int | str) -> Random:
    """Return the generator of one entity and stream, e.g. ``generator(seed, "w07", "demand/3")``.

    Examples
    --------
    >>> generator(7, "w07", "demand/3").random() == generator(7, "w07", "demand/3").random()
    True
    """
    return Random(seed_for(*names))


def uniform(*names: int | str) -> float:
    """Return one number from the open interval (0, 1), much cheaper than a generator's first.

    Examples
    --------
    >>> 0 < uniform(7, "w07", "demand/3") == uniform(7, "w07", "demand/3") < 1
    True
    """
    # 52 bits and a half: the largest such number below 1 is still exact as a float.
    return ((seed_for(*names) >> 12) + 0.5) / 2**52
