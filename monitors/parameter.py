"""Checks of what a monitor is given: each returns the value, or says what would do instead."""

from collections.abc import Collection

from memory.errors import did_you_mean


def probability(name: str, value: float) -> float:
    """Return ``value`` if it lies in (0, 1).

    Examples
    --------
    >>> probability("alpha", 5)
    Traceback (most recent call last):
    ...
    ValueError: alpha is 5; it is a probability and must lie in (0, 1), such as 0.05
    """
    if not _is_number(value) or not 0 < value < 1:
        raise ValueError(
            f"{name} is {value!r}; it is a probability and must lie in (0, 1), such as 0.05"
        )
    return float(value)


def amount(name: str, value: float, least: float, most: float = 1e9) -> float:
    """Return ``value`` if it is a number from ``least`` to ``most``.

    Examples
    --------
    >>> amount("tau", -0.1, 0)
    Traceback (most recent call last):
    ...
    ValueError: tau is -0.1; it must be a number from 0 to 1e+09
    """
    if not _is_number(value) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}; it must be a number from {least:g} to {most:g}")
    return float(value)


def count(name: str, value: int, least: int) -> int:
    """Return ``value`` if it is a whole number of at least ``least``.

    Examples
    --------
    >>> count("baseline_rounds", 2.5, 2)
    Traceback (most recent call last):
    ...
    ValueError: baseline_rounds is 2.5; it must be a whole number of at least 2
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least {least}")
    return value


def choice(name: str, value: str, known: Collection[str]) -> str:
    """Return ``value`` if it is one of the known words.

    Examples
    --------
    >>> choice("pool", "flet", ["fleet", "worker"])
    Traceback (most recent call last):
    ...
    ValueError: pool is 'flet'; known: fleet, worker; did you mean 'fleet'?
    """
    if value not in known:
        nearest = did_you_mean(str(value), known)
        raise ValueError(f"{name} is {value!r}; known: {', '.join(known)}{nearest}")
    return value


def label(name: str, value: str) -> str:
    """Return ``value`` if it is a word, such as the name of a resource.

    Examples
    --------
    >>> label("resource", "")
    Traceback (most recent call last):
    ...
    ValueError: resource is ''; it must be a name, such as 'compute'
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}; it must be a name, such as 'compute'")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
