"""A process of its own that writes a journal, for tests to watch, refuse and kill.

It is given a journal's place and reads words from its input, one line each; it answers every
line with one: what it did, or the name of the error and its message.

    create RUN      claim RUN      commit ROUNDS      for_ever      finish      limit BYTES
"""

import resource
import sys

from memory.checks import Book, history
from memory.errors import SuperorganismError
from memory.journal import Batch, Journal
from memory.log import Log


class Pen:
    """What the words mean."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def create(self, run: str) -> str:
        """Begin a run."""
        book = Book(self.journal, run)
        self.claimed, self.log = book.claim, book.log
        return f"created {run}"

    def claim(self, run: str) -> str:
        """Take a run up where its last commit left it."""
        self.claimed, self.log = self.journal.claim(run), Log(run)
        self.log.replay(self.journal.entries(run))
        return f"claimed {run}"

    def commit(self, rounds: str) -> str:
        """Commit so many rounds in one batch."""
        entries = history(self.log, int(rounds))
        self.journal.commit(self.claimed, Batch(entries, [], [], entries[-1].event.round))
        return f"committed {self.log.seq}"

    def for_ever(self) -> str:
        """Commit two rounds at a time until killed."""
        while True:
            print(self.commit("2"), flush=True)

    def finish(self) -> str:
        """Finish the run."""
        self.journal.finish(self.claimed, "done", {"rounds": 2})
        return "finished"

    def limit(self, size: str) -> str:
        """Let no file grow beyond so many bytes."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
        return f"limited to {size}"


def main(place: str) -> None:
    """Do as told until the input ends."""
    with Journal.open(place) as journal:
        pen = Pen(journal)
        for line in sys.stdin:
            word, *more = line.split()
            try:
                print(getattr(pen, word)(*more), flush=True)
            except SuperorganismError as error:
                print(f"{type(error).__name__}: {error}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
