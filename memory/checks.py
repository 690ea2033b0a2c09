"""What a log of runs promises, executable: small functions, each one law, each named for it.

The journal is put to them by a test. Put a backend of your own to them with ``obeys``:

>>> from tempfile import TemporaryDirectory
>>> from memory.journal import Journal
>>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
...     obeys(journal)
"""

from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from memory.batch import Batch
from memory.claim import Claim
from memory.envelope import Event
from memory.errors import StaleClaim, StoreError
from memory.events import AnyEvent, parse_event
from memory.log import GENESIS, Entry, Log, chain
from memory.record import RunHead
from memory.truth import Intent, Record, Sealed

Kind = TypeVar("Kind", bound=BaseModel)


class EventLog(Protocol):
    """Where runs are written and read: the journal, and whatever else keeps these laws."""

    def create(self, head: RunHead, sealed: Sealed) -> Claim:
        """Write a new run down, and own it."""
        ...

    def claim(self, run: str, *, seize: bool = False) -> Claim:
        """Own a run that was written down before."""
        ...

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Put a batch down as a whole, or nothing of it."""
        ...

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read the events behind number ``after``."""
        ...


EVENT_KINDS: tuple[type[Event], ...] = get_args(AnyEvent)
"""Every kind of event there is, read off the closed union."""


def specimen(kind: type[Kind], **given: Any) -> Kind:
    """Return an event, or another value, of a kind, with every field filled by its type.

    Examples
    --------
    >>> from memory.events import NoteRead
    >>> specimen(NoteRead, version=2).version
    2
    """
    fields = kind.model_fields.items()
    return kind(**{name: _example(field.annotation) for name, field in fields} | given)


def history(log: Log, rounds: int = 1) -> list[Entry]:
    """Append one event of every kind in each round, and return what was written."""
    for _ in range(rounds):
        round = log.seq // len(EVENT_KINDS) + 1
        for kind in EVENT_KINDS:
            log.append(specimen(kind, run=log.run, seq=log.seq + 1, round=round))
    return log.drain()


class Book:
    """A run that is written by a log's own means, and all that should be read of it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.journal import Journal
    >>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
    ...     book = Book(journal, "r_1")
    ...     book.write(rounds=3)
    ...     len(book.written), list(book.read()) == book.written
    (90, True)
    """

    def __init__(self, store: EventLog, run: str) -> None:
        self.store, self.run, self.log = store, run, Log(run)
        head = RunHead(run=run, scenario="law", version=1, seed=7, engine="law")
        self.claim = store.create(head, Sealed(scenario={}))
        self.written: list[Entry] = []

    def write(self, rounds: int = 1) -> None:
        """Commit some rounds in one batch."""
        entries = history(self.log, rounds)
        self.store.commit(self.claim, Batch(entries, [], [], round=entries[-1].event.round))
        self.written += entries

    def read(self, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read events as anyone may."""
        return self.store.entries(self.run, after, limit)

    def is_refused(self, batch: Batch, error: type[Exception]) -> bool:
        """Whether committing a batch ends in this error."""
        try:
            self.store.commit(self.claim, batch)
        except error:
            return True
        return False


def _written(store: EventLog, run: str) -> Book:
    book = Book(store, run)
    book.write(rounds=2)
    book.write()
    return book


def comes_back_from_json_as_it_was(event: Event) -> None:
    """Read an event back equal from its bytes, and write it as the same bytes again."""
    again = parse_event(event.canonical(), event.run)
    assert again == event, f"{event.kind} came back as another"
    assert again.canonical() == event.canonical(), f"{event.kind} has no one form"


def keeps_what_was_written(store: EventLog) -> None:
    """Give back what was committed, to the byte, in order and without a gap."""
    book = _written(store, "keeps_what_was_written")
    assert list(book.read()) == book.written, "what is read is not what was written"
    numbers = [entry.event.seq for entry in book.read()]
    assert numbers == list(range(1, len(numbers) + 1)), f"the numbers are {numbers}"


def reads_the_same_twice(store: EventLog) -> None:
    """Take nothing away by being read, and change nothing."""
    book = _written(store, "reads_the_same_twice")
    assert list(book.read()) == list(book.read()), "reading again gives something else"


def reads_on_from_anywhere(store: EventLog) -> None:
    """Let a reader stop behind any event and come back: it misses none and sees none twice."""
    book = _written(store, "reads_on_from_anywhere")
    for after in range(len(book.written) + 1):
        assert list(book.read(after)) == book.written[after:], f"reading on from {after} differs"
        assert list(book.read(after, 2)) == book.written[after:][:2], f"two from {after} differ"


def keeps_the_chain(store: EventLog) -> None:
    """Chain the events that are read by the hashes that are read, from the first to the last."""
    book = _written(store, "keeps_the_chain")
    log = Log(book.run)
    log.replay(book.read())
    assert log.digest == book.log.digest, "the chain ends in another hash"


def only_appends(store: EventLog) -> None:
    """Leave what was committed as it is: nothing is written again, skipped, or spliced on."""
    book = _written(store, "only_appends")
    old, next = book.written, len(book.written) + 1
    kind = EVENT_KINDS[0]
    skipping = Entry(specimen(kind, seq=next + 1), b"{}", chain(book.log.hash, b"{}"))
    splicing = Entry(specimen(kind, seq=next), b"{}", chain(GENESIS, b"{}"))
    for wrong in (old, old[-1:], [skipping], [splicing]):
        refused = book.is_refused(Batch(wrong, [], [], round=4), ValueError)
        assert refused, f"took event {wrong[0].event.seq} where {next} is due"
    assert list(book.read()) == old, "a refused batch changed what was there"


def puts_down_all_or_nothing(store: EventLog) -> None:
    """Keep nothing of a batch that cannot be put down as a whole; take it once it is mended."""
    book = _written(store, "puts_down_all_or_nothing")
    known = history(book.log)
    fact = Record(known[0].event.seq, Intent())
    store.commit(book.claim, Batch(known, [], [fact], round=4))
    more = history(book.log)
    refused = book.is_refused(Batch(more, [], [fact], round=5), StoreError)
    assert refused, "took two sealed facts about one event"
    assert list(book.read()) == book.written + known, "half a batch was put down"
    store.commit(book.claim, Batch(more, [], [], round=5))
    assert list(book.read()) == book.written + known + more, "the mended batch was not put down"


def refuses_a_stale_owner(store: EventLog) -> None:
    """Write nothing under an older claim once a run has been claimed anew."""
    book = _written(store, "refuses_a_stale_owner")
    heir = store.claim(book.run, seize=True)
    assert heir.token > book.claim.token, "a later claim has no higher token"
    late = Batch(history(book.log), [], [], round=4)
    assert book.is_refused(late, StaleClaim), "a stale owner may still write"
    assert list(book.read()) == book.written, "a stale owner has written"


LAWS: tuple[Callable[[EventLog], None], ...] = (
    keeps_what_was_written,
    reads_the_same_twice,
    reads_on_from_anywhere,
    keeps_the_chain,
    only_appends,
    puts_down_all_or_nothing,
    refuses_a_stale_owner,
)
"""All the laws of a log; each writes a run of its own name."""


def obeys(store: EventLog) -> None:
    """Put a log to every law.

    Raises
    ------
    AssertionError
        If it breaks one; the message says which promise and how.
    """
    for law in LAWS:
        law(store)


def _example(annotation: Any) -> Any:
    """Return a telling value of a field's type."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return inner[-1]
    if origin in (Union, UnionType):
        return _example(next(part for part in inner if part is not NoneType))
    if origin is tuple:
        return (_example(inner[0]),)
    if origin is dict:
        return {"amount": 120, "why": ["ünter 0.1", 0.1, True, None, {}]}
    if issubclass(annotation, BaseModel):
        return specimen(annotation)
    return {str: 'one "line"\n\u2028 and ☂', int: 7, float: 0.1, bool: True}[annotation]
