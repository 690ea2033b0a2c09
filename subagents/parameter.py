"""The numbers a policy is made with: checked where it is made, so that a slip is told at once."""


def number(name: str, given: object, lowest: float, highest: float, meaning: str) -> float:
    """Return ``given`` as a float, if it is a number from ``lowest`` to ``highest``.

    Raises
    ------
    ValueError
        If it is no number or lies outside; the message says what the number means.

    Examples
    --------
    >>> number("noise", 0.2, 0, 1, "the spread of a decision as a share of its amount")
    0.2
    >>> number("noise", 20, 0, 1, "the spread of a decision as a share of its amount")
    Traceback (most recent call last):
    ValueError: noise is 20; it is the spread of a decision as a share of its amount, from 0 to 1
    """
    is_truth_value = isinstance(given, bool)
    if isinstance(given, int | float) and not is_truth_value and lowest <= given <= highest:
        return float(given)
    raise ValueError(f"{name} is {given!r}; it is {meaning}, from {lowest:g} to {highest:g}")


def noise_of(given: object) -> float:
    """Return the spread of a policy's decisions, checked."""
    return number("noise", given, 0, 1, "the spread of a decision as a share of its amount")


def whole(name: str, given: object, lowest: int, highest: int, meaning: str) -> int:
    """Return ``given``, if it is a whole number from ``lowest`` to ``highest``.

    Raises
    ------
    ValueError
        If it is none or lies outside; the message says what the number means.

    Examples
    --------
    >>> whole("attempts", 4, 1, 10, "the most requests for one question")
    4
    >>> whole("attempts", 2.5, 1, 10, "the most requests for one question")
    Traceback (most recent call last):
    ValueError: attempts is 2.5; it is the most requests for one question: whole, from 1 to 10
    """
    if type(given) is int and lowest <= given <= highest:
        return given
    raise ValueError(f"{name} is {given!r}; it is {meaning}: whole, from {lowest} to {highest:,}")
