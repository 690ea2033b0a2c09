"""Exact arithmetic for agents: a grammar of our own, read by recursive descent, with limits.

Nothing is evaluated as code. Numbers are fractions, so nothing is rounded; what could grow
beyond measure (powers) is refused before it is computed.
"""

import re
from collections.abc import Callable
from fractions import Fraction

LONGEST = 400
"""An expression has at most so many characters."""

DEEPEST = 32
"""Parentheses and signs are nested at most so deep."""

MOST_BITS = 4_096
"""No number on the way is longer than this, above or below the fraction bar."""

_TOKEN = re.compile(r"\s*(?:([0-9][0-9_]*(?:\.[0-9]+)?)|(\*\*|//|[-+*/%^()]))")


def calculate(expression: str) -> Fraction:
    """Return the exact value of an expression.

    It knows whole and decimal numbers, ``+ - * /``, whole division ``//`` and its rest ``%``,
    powers ``**`` (or ``^``) with whole exponents, signs and parentheses; powers bind first, and
    from the right, signs next.

    Raises
    ------
    ValueError
        If it is no such expression, divides by zero, or grows too large; addressed to its author.

    Examples
    --------
    >>> calculate("(1.10 ** 3 - 1) * 1_000"), calculate("-2^2 // 3")
    (Fraction(331, 1), Fraction(-2, 1))
    >>> calculate("3 *")
    Traceback (most recent call last):
    ValueError: a number is missing at the end
    """
    if len(expression) > LONGEST:
        raise ValueError(f"it has {len(expression)} characters; at most {LONGEST}")
    reader = _Reader(_tokens(expression))
    value = reader.sum()
    if reader.next:
        raise ValueError(f"'{reader.next}' makes no sense where it stands")
    return value


def written(value: Fraction) -> str:
    """Return a value in digits where they end, else as a fraction, with 12 digits of it.

    Examples
    --------
    >>> [written(Fraction(n, d)) for n, d in ((6, 3), (-1, 8), (2, 3))]
    ['2', '-0.125', '2/3 (about 0.666666666667)']
    """
    if value.denominator == 1:
        return str(value.numerator)
    twos, fives = _times(value.denominator, 2), _times(value.denominator, 5)
    if 2**twos * 5**fives == value.denominator and max(twos, fives) <= 30:
        places = max(twos, fives)
        digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
        return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    sign, rounded = "-" if value < 0 else "", str(round(abs(value) * 10**12)).rjust(13, "0")
    return f"{value} (about {sign}{rounded[:-12]}.{rounded[-12:]})"


def _times(number: int, factor: int) -> int:
    times = 0
    while number % factor == 0:
        number //= factor
        times += 1
    return times


def _tokens(expression: str) -> list[str]:
    tokens, at, text = [], 0, expression.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"{text[at:].strip()[:1]!r} is no number, sign or parenthesis")
        tokens.append((found[1] or found[2]).replace("_", ""))
        at = found.end()
    return tokens


class _Reader:
    """Reads tokens from the left, each rule of the grammar one method."""

    def __init__(self, tokens: list[str]) -> None:
        self._rest = tokens[::-1]
        self._depth = 0

    @property
    def next(self) -> str:
        return self._rest[-1] if self._rest else ""

    def _take(self, *wanted: str) -> str:
        return self._rest.pop() if self.next in wanted and self._rest else ""

    def sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            value = _bounded(value + right if sign == "+" else value - right)
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while sign := self._take("*", "/", "//", "%"):
            right = self._signed()
            if sign != "*" and not right:
                raise ValueError("it divides by zero")
            if sign == "*":
                value *= right
            elif sign == "/":
                value /= right
            else:
                value = Fraction(value // right) if sign == "//" else value % right
            value = _bounded(value)
        return value

    def _signed(self) -> Fraction:
        if sign := self._take("-", "+"):
            with_sign = self._deeper(self._signed)
            return -with_sign if sign == "-" else with_sign
        return self._power()

    def _power(self) -> Fraction:
        value = self._atom()
        if self._take("**", "^"):
            return _raised(value, self._deeper(self._signed))
        return value

    def _atom(self) -> Fraction:
        if self._take("("):
            value = self._deeper(self.sum)
            if not self._take(")"):
                raise ValueError("a ')' is missing")
            return value
        if self.next[:1].isdigit():
            return _bounded(Fraction(self._rest.pop()))
        where = f"before '{self.next}'" if self.next else "at the end"
        raise ValueError(f"a number is missing {where}")

    def _deeper(self, rule: Callable[[], Fraction]) -> Fraction:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        value = rule()
        self._depth -= 1
        return value


def _raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ValueError(f"the exponent {exponent} is not whole")
    if not base and exponent < 0:
        raise ValueError("it divides by zero")
    if _bits(base) * abs(int(exponent)) > MOST_BITS and abs(base) != 1 and base:
        raise ValueError(f"a power is too large: {MOST_BITS} bits are the most")
    return Fraction(base ** int(exponent))


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MOST_BITS:
        raise ValueError(f"a number is too large: {MOST_BITS} bits are the most")
    return value


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
