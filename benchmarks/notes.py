"""What a notebook costs that holds so many notes: to write, to find, to search, to keep.

``python -m benchmarks.notes 1000000`` prints one JSON object. Words are drawn as people use
them (Zipf's law) from a vocabulary that grows with the notebook (Heaps' law), so that some are
in nearly every note and many in one.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from itertools import accumulate
from random import Random

from memory.envelope import Actor
from memory.events import NoteWritten
from memory.log import Log
from memory.notes import Notes
from orchestrator.cli.door import settle_memory

Figures = dict[str, float]
WORDS_A_NOTE = 16
ASKED = 2_000
ADA = Actor("w01", 1, "w01.1")


class Language:
    """Texts of one seed, in words whose frequency falls as 1 / (rank + 2)."""

    def __init__(self, words: int, seed: int = 7) -> None:
        self._chance = Random(seed)
        self._sums = list(accumulate(1 / (rank + 2) for rank in range(words)))
        self._words = [f"word{rank}" for rank in range(words)]

    def text(self, words: int) -> str:
        """Return a text of so many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._sums, k=words))


def memory_mb() -> float:
    """Return this process's peak memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def microseconds(act: Callable[[str], object], given: list[str]) -> float:
    """Return CPU microseconds a call."""
    before = time.process_time()
    for each in given:
        act(each)
    return (time.process_time() - before) / len(given) * 1e6


def notebook(size: int) -> Figures:
    """Fill a notebook of one fleet, then ask it."""
    language = Language(2_000 + int(30 * size**0.5))
    notes, memory_before = Notes(Log("bench")), memory_mb()
    settle_memory()
    written = 0.0
    for seq in range(1, size + 1):
        text = language.text(WORDS_A_NOTE)
        event = NoteWritten(
            seq=seq,
            round=1,
            worker="w01",
            generation=1,
            agent="w01.1",
            key="",
            note=f"n_{seq}",
            version=1,
            name=f"note-{seq}",
            scope="fleet",
            text=text,
        )
        before = time.process_time()
        notes.fold(event)
        written += time.process_time() - before
    chance = Random(3)
    names = [f"note-{chance.randint(1, size)}" for _ in range(ASKED)]
    queries = [language.text(3) for _ in range(ASKED)]
    return {
        "notes": size,
        "search_us": microseconds(lambda query: notes.search(query, "fleet", ADA, 5), queries),
        "latest_us": microseconds(lambda name: notes.latest(name, "fleet", ADA), names),
        "recent_us": microseconds(lambda _: notes.recent("fleet", ADA, 10), names),
        "fold_us": written / size * 1e6,
        "bytes_per_note": (memory_mb() - memory_before) / size * 2**20,
    }


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notes", description=__doc__)
    parser.add_argument("size", type=int, help="how many notes")
    print(json.dumps(notebook(parser.parse_args().size)))


if __name__ == "__main__":
    main()
