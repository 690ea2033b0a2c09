"""The document store: what agents can look up, some of it wrong, and nobody told which.

A library is computed from the scenario and the seed alone. Which of its documents are poisoned
is in no event; whoever may read the sealed scenario and the seed can compute it again.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from memory.chance import generator, uniform
from memory.errors import did_you_mean
from scenarios.spec import Scenario

NUMBER = re.compile(r"[0-9]+(?=[^0-9]*$)")
"""The figure that a document states, and that poisoning it changes: its last whole number."""


class Document(NamedTuple):
    """One document as it is read: its id and version, what it is about, and what it says."""

    id: str
    version: int
    term: str
    text: str


class Library:
    """The documents of one world.

    With a number of entries they are made up by the seed: ``constant-07 is 482``. Poisoned ones
    have another number in them. Where that begins in a later round, every document has a second
    version from then on, so that a new version tells nothing.

    Parameters
    ----------
    entries
        What there is to say of each term.
    seed
        Decides which documents are poisoned, and how.
    poisoned
        The probability that a document is, in [0, 1].
    since
        The first round in which it is.

    Examples
    --------
    >>> library = Library({"boiling point": "water boils at 100 C"}, seed=7, poisoned=1, since=5)
    >>> library.find("Boiling Point", round=4)
    Document(id='d_001', version=1, term='boiling point', text='water boils at 100 C')
    >>> library.find("boiling point", round=5)
    Document(id='d_001', version=2, term='boiling point', text='water boils at 925 C')
    """

    def __init__(
        self, entries: Mapping[str, str], seed: int, poisoned: float = 0.0, since: int = 1
    ) -> None:
        self.entries = dict(entries)
        self._seed = seed
        self._poisoned = poisoned
        self._since = since

    @classmethod
    def of(cls, scenario: Scenario, seed: int) -> "Library | None":
        """Return the library of a scenario's world, if it has one."""
        spec = scenario.world.library
        if spec is None:
            return None
        said = spec.entries if isinstance(spec.entries, dict) else made_up(spec.entries, seed)
        return cls(said, seed, spec.poisoned, spec.since or 1)

    def find(self, term: str, round: int) -> Document | None:
        """Return what the library says of a term in that round, if it has anything on it."""
        number = self._numbers.get(_plain(term))
        if number is None:
            return None
        name = self._terms[number - 1]
        version = 2 if 1 < self._since <= round else 1
        is_wrong = round >= self._since and self.is_poisoned(name)
        text = self._wrongly(name) if is_wrong else self.entries[name]
        return Document(f"d_{number:03d}", version, name, text)

    @property
    def figures(self) -> dict[str, int]:
        """The true figure of each term that has one: for the world alone."""
        stated = {term: value_of(text) for term, text in self.entries.items()}
        return {term: figure for term, figure in stated.items() if figure is not None}

    def meant(self, term: str) -> str:
        """Return ``"; did you mean 'x'?"`` for a term that the library lacks, or nothing."""
        return did_you_mean(_plain(term), self._terms)

    def is_poisoned(self, term: str) -> bool:
        """Whether a document is wrong, now or later: truth, for evaluation only."""
        chance = uniform(self._seed, "library", f"poison/{term}")
        return chance < self._poisoned and bool(NUMBER.search(self.entries[term]))

    def misleads(self, term: str, round: int) -> bool:
        """Whether what is read of a term in a round is wrong: truth, for evaluation only."""
        return round >= self._since and self.is_poisoned(term)

    def _wrongly(self, term: str) -> str:
        luck = generator(self._seed, "library", f"wrong/{term}")

        def other(found: re.Match[str]) -> str:
            true, size = found[0], 10 ** len(found[0])
            shift = luck.randrange(1, size)
            return str((int(true) + shift) % size).rjust(len(true), "0")

        return NUMBER.sub(other, self.entries[term])

    @cached_property
    def _terms(self) -> tuple[str, ...]:
        return tuple(self.entries)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {_plain(term): number for number, term in enumerate(self.entries, 1)}


def made_up(count: int, seed: int) -> dict[str, str]:
    """Return that many made-up entries, each a constant and its value.

    Examples
    --------
    >>> made_up(2, seed=7)
    {'constant-1': 'constant-1 is 630', 'constant-2': 'constant-2 is 627'}
    """
    width = len(str(count))
    names = [f"constant-{number:0{width}d}" for number in range(1, count + 1)]
    luck = generator(seed, "library", "entries")
    return {name: f"{name} is {luck.randrange(100, 1_000)}" for name in names}


def value_of(text: str) -> int | None:
    """Return the figure that a document states, if it states one.

    Examples
    --------
    >>> value_of("constant-07 is 482"), value_of("nothing is known")
    (482, None)
    """
    found = NUMBER.search(text)
    return int(found[0]) if found else None


def _plain(term: str) -> str:
    return " ".join(term.casefold().split())
