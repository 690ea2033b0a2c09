"""The index behind a notebook's search: words to notes, at a cost that does not grow with them.

What a search returns enters the log. So it must come out the same whichever database lies
below, from notes that are not yet committed, and again on resume: the index is a fold in plain
Python, and no database ranks for us. Nothing here looks at more than the newest
:data:`KEPT` notes with a word, and nothing weighs more than :data:`WEIGHED` texts.
"""

import re
from collections.abc import Callable, Mapping
from heapq import nlargest
from math import log

KEPT = 128
"""Of each word, the index knows so many notes: those written last."""

WEIGHED = 32
"""So many notes that share the rarest words with a query are weighed against one another."""

INDEXED = 2_000
"""Only so many characters of a note are searched: as many as an agent is shown."""

MOST_WORDS = 8
"""Of a query, so many different words count."""

_SATURATION, _LENGTH = 1.2, 0.75
_WORD = re.compile(r"[^\W_]{1,64}")


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are indexed.

    Examples
    --------
    >>> words_of("Keep 20% in hand (needs-w07)")
    ['keep', '20', 'in', 'hand', 'needs', 'w07']
    """
    return _WORD.findall(text[:INDEXED].casefold())


class Index:
    """Finds texts by their words, in the order of Okapi BM25.

    A common word's older notes are forgotten: they are found by the rarer words of a query, and
    then weighed with all of it. As long as no word of a query has ever been in more than
    ``KEPT`` texts at once, and no more than ``WEIGHED`` texts have any of them, the order is
    BM25's exactly. Equal texts come newest first.

    In memory it takes about 8 bytes for each text and word, and 150 for each different word.

    Parameters
    ----------
    text_of
        Gives the text of a number. Later texts have higher numbers; one that is changed is
        dropped and added again under a new one.

    Examples
    --------
    >>> texts = {1: "compute is dear", 2: "compute is cheap, buy compute", 3: "go on"}
    >>> index = Index(texts.__getitem__)
    >>> for number in texts:
    ...     index.add(number)
    >>> index.search("cheap compute", limit=9), index.search("dear", limit=9)
    ([2, 1], [1])

    References
    ----------
    Robertson, Zaragoza (2009). The Probabilistic Relevance Framework: BM25 and Beyond.
    """

    def __init__(self, text_of: Callable[[int], str]) -> None:
        self._text_of = text_of
        self._newest: dict[str, list[int]] = {}
        self._forgotten: dict[str, int] = {}
        self._size = 0
        self._length = 0

    def add(self, number: int) -> None:
        """Take up a text, which is now the newest."""
        words = words_of(self._text_of(number))
        self._size += 1
        self._length += len(words)
        for word in dict.fromkeys(words):
            known = self._newest.get(word)
            if known is None:
                self._newest[word] = [number]
                continue
            known.append(number)
            if len(known) > KEPT:
                del known[0]
                self._forgotten[word] = self._forgotten.get(word, 0) + 1

    def drop(self, number: int) -> None:
        """Let go of a text; it is still the one that was added."""
        words = words_of(self._text_of(number))
        self._size -= 1
        self._length -= len(words)
        for word in dict.fromkeys(words):
            known = self._newest[word]
            if number in known:
                known.remove(number)
            else:
                self._forgotten[word] -= 1
            if not known and not self._forgotten.get(word):
                del self._newest[word]
                self._forgotten.pop(word, None)

    def search(self, query: str, limit: int) -> list[int]:
        """Return the numbers of the texts that fit a query best, the best first."""
        asked = list(dict.fromkeys(words_of(query)))[:MOST_WORDS]
        worth = {word: self._worth(word) for word in asked if word in self._newest}
        shares: dict[int, float] = {}
        for word, value in worth.items():
            for number in self._newest[word]:
                shares[number] = shares.get(number, 0.0) + value
        likely = nlargest(WEIGHED, shares, key=lambda number: (shares[number], number))
        weights = {number: self._weight(number, worth) for number in likely}
        return nlargest(limit, likely, key=lambda number: (weights[number], number))

    def _worth(self, word: str) -> float:
        """Return what a word is worth: the rarer, the more."""
        found = len(self._newest[word]) + self._forgotten.get(word, 0)
        return log(1.0 + (self._size - found + 0.5) / (found + 0.5))

    def _weight(self, number: int, worth: Mapping[str, float]) -> float:
        """Return how well a text fits: how often it has each word, for its length."""
        words = words_of(self._text_of(number))
        relative = len(words) * self._size / self._length
        damping = _SATURATION * (1.0 - _LENGTH + _LENGTH * relative)
        weight = 0.0
        for word, value in worth.items():
            often = words.count(word)
            weight += value * often * (_SATURATION + 1.0) / (often + damping)
        return weight
