"""What a journal promises beyond a log, executable: small functions, each one law.

The laws of a log are in :mod:`memory.checks`. Put both to a journal of your own making:

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
...     obeys(journal)
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count

from memory.answer import Answer, Turn
from memory.batch import Batch
from memory.checks import Book, history, specimen
from memory.claim import Claim
from memory.errors import BadInput, RunInUse, StaleClaim, SuperorganismError
from memory.journal import Journal
from memory.log import Entry, Log
from memory.record import Origin, RunHead, Slice
from memory.truth import Intent, Record, Sealed
from memory.verdicts import Verdict

Law = Callable[[Journal], None]

SEALED = Sealed(scenario={"scenario": "law"}, claims=("a",))


def keeps_the_first_answer(journal: Journal) -> None:
    """Keep what was answered first, for that agent and turn alone, and give it back."""
    book = Book(journal, "keeps_the_first_answer")
    assert journal.answer(book.run, "w01.1", 1) is None, "there is an answer nobody gave"
    for turn, agent in ((1, "w01.1"), (2, "w01.1"), (1, "w02.1")):
        body = f"{agent}/{turn}".encode()
        assert journal.ask(book.claim, Turn(agent, turn, 1)).body is None, "an answer nobody gave"
        stands = journal.put_answer(book.claim, Turn(agent, turn, 1), body)
        assert stands == body, f"the first answer of {agent}/{turn} came back as {stands!r}"
        again = journal.put_answer(book.claim, Turn(agent, turn, 1), b"another")
        assert again == body, "a second answer took the place of the first"
        assert journal.answer(book.run, agent, turn) == body, "an answer was not kept"
        assert journal.ask(book.claim, Turn(agent, turn, 1)).asked == 1, "it was asked again"
    beside = Turn("w01.1", 1, 1, about="recall")
    assert journal.ask(book.claim, beside).body is None, "what is asked beside a turn is the turn"
    assert journal.put_answer(book.claim, beside, b"recall") == b"recall"
    assert journal.answer(book.run, "w01.1", 1) == b"w01.1/1", "a turn's answer was written over"
    assert journal.answer(book.run, "w01.1", 1, "recall") == b"recall", "an answer was not kept"
    heir = journal.claim(book.run, seize=True)
    late = Turn("w03.1", 1, 1)
    assert _refusal(lambda: journal.put_answer(book.claim, late, b"late")) is StaleClaim
    assert _refusal(lambda: journal.ask(book.claim, late)) is StaleClaim
    assert journal.answer(book.run, "w03.1", 1) is None, "a stale owner's answer was kept"
    assert journal.put_answer(heir, Turn("w01.1", 1, 1), b"later") == b"w01.1/1", (
        "an heir asked again"
    )


def tells_how_far_a_run_has_come(journal: Journal) -> None:
    """Say of a run what its last commit says: number, hash, round, verdicts and alarms."""
    book = Book(journal, "tells_how_far_a_run_has_come")
    for round in (1, 2, 3):
        verdicts = _judge(book, alarms=round)
        record = journal.run(book.run)
        told = (record.seq, record.digest, record.round, record.verdicts, record.alarms)
        made = (book.log.seq, book.log.digest, round, round * len(verdicts), sum(range(round + 1)))
        assert told == made, f"told {told}, and it stands at {made}"
    assert journal.run(book.run) in journal.runs(), "it is in no list"


def gives_back_what_was_said_of_events(journal: Journal) -> None:
    """Give back verdicts, sealed facts and the sealed scenario as they were put down."""
    run = "gives_back_what_was_said_of_events"
    head = RunHead(run=run, scenario="law", version=1, seed=7, engine="law")
    claim, log = journal.create(head, SEALED), Log(run)
    assert journal.sealed(run) == SEALED, "the sealed scenario is another"
    verdicts, facts = list[Verdict](), list[Record]()
    for _ in (1, 2):
        entries = history(log)
        said = [_verdict(entry, alarm=False) for entry in entries[:3]]
        meant = [Record(entry.event.seq, Intent(beyond=entry.event.seq)) for entry in entries[::4]]
        journal.commit(claim, Batch(entries, said, meant, entries[-1].event.round))
        verdicts, facts = verdicts + said, facts + meant
    found = list(journal.verdicts(run))
    assert [each.verdict for each in found] == verdicts, "the verdicts are others"
    assert [each.number for each in found] == [*range(1, len(found) + 1)], "they are misnumbered"
    for after in range(len(found)):
        assert list(journal.verdicts(run, after)) == found[after:], f"reading on from {after}"
    assert list(journal.records(run)) == facts, "the sealed facts are others"


def lets_both_logs_be_followed(journal: Journal) -> None:
    """Let anyone follow from anywhere, while it is written: each line comes, once, in order.

    A verdict comes no earlier than the event it is about.
    """
    book = Book(journal, "lets_both_logs_be_followed")
    _judge(book)
    asyncio.run(_write_and_follow(journal, book))


def gives_a_run_to_one_owner_at_a_time(journal: Journal) -> None:
    """Refuse a run that a live process owns; give it to whoever asks once it is let go."""
    book = Book(journal, "gives_a_run_to_one_owner_at_a_time")
    assert _refusal(lambda: journal.claim(book.run)) is RunInUse, "a run has two owners"
    journal.release(book.claim)
    assert journal.run(book.run).status == "interrupted", "a run that was let go is not told so"
    heir = journal.claim(book.run)
    assert heir.token > book.claim.token, "a later claim has no higher token"
    late = Batch(history(book.log), [], [], round=1)
    assert _refusal(lambda: journal.release(book.claim)) is StaleClaim, "a stale owner let go"
    ended = _refusal(lambda: journal.finish(book.claim, "done", {}))
    assert ended is StaleClaim, "a stale owner ended a run"
    journal.release(heir)
    assert _refusal(lambda: journal.commit(heir, late)) is StaleClaim, "it wrote what it let go"


def ends_a_run_for_good(journal: Journal) -> None:
    """Keep a finished run as it is, with what came of it; nobody owns or writes it again."""
    book = Book(journal, "ends_a_run_for_good")
    book.write()
    journal.finish(book.claim, "done", {"rounds": 1})
    record = journal.run(book.run)
    assert (record.status, record.summary) == ("done", {"rounds": 1}), "its end is not told"
    assert _refusal(lambda: journal.claim(book.run)) is BadInput, "a finished run was claimed"
    late = Batch(history(book.log), [], [], round=2)
    assert _refusal(lambda: journal.commit(book.claim, late)) is StaleClaim, "it was written"
    assert list(book.read()) == book.written, "a finished run has changed"


def hands_a_history_on_whole(journal: Journal) -> None:
    """Let a fork begin with exactly its parent's events, hashes and facts up to its origin."""
    book = Book(journal, "hands_a_history_on_whole")
    _judge(book)
    for number, seq in enumerate((1, 7, book.log.seq)):
        run, origin = f"hands_on_{number}", Origin(book.run, seq, 1)
        head = RunHead(run=run, scenario="law", version=1, seed=7, engine="law")
        said = [_verdict(book.written[0], alarm=True)]
        journal.fork(head, SEALED, origin, said)
        shared = [entry[1:] for entry in book.written[:seq]]
        assert [entry[1:] for entry in journal.entries(run)] == shared, (
            f"of {seq} events it has others"
        )
        facts = [fact for fact in journal.records(book.run) if fact.seq <= seq]
        assert list(journal.records(run)) == facts, "of the sealed facts it has others"
        record = journal.verify(run)
        told = (record.origin, record.seq, record.round, record.verdicts, record.alarms)
        assert told == (origin, seq, 1, 1, 1), f"it is told as {told}"


LAWS: tuple[Law, ...] = (
    keeps_the_first_answer,
    tells_how_far_a_run_has_come,
    gives_back_what_was_said_of_events,
    lets_both_logs_be_followed,
    gives_a_run_to_one_owner_at_a_time,
    ends_a_run_for_good,
    hands_a_history_on_whole,
)
"""All the laws of a journal; each writes runs of names of its own."""


def obeys(journal: Journal) -> None:
    """Put a journal to every law.

    Raises
    ------
    AssertionError
        If it breaks one; the message says which promise and how.
    """
    for law in LAWS:
        law(journal)


async def _write_and_follow(journal: Journal, book: Book) -> None:
    places = (0, 3, book.log.seq)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(_followed(journal, book.run, after)) for after in places]
        for _ in range(3):
            await asyncio.sleep(0.01)
            _judge(book)
        journal.finish(book.claim, "done", {})
    for after, task in zip(places, following, strict=True):
        _is_whole(journal, book, after, task.result())
    for after in (0, 3, book.log.seq - 1):
        _is_whole(journal, book, after, await _followed(journal, book.run, after))


async def _followed(journal: Journal, run: str, after: int) -> list[Slice]:
    return [part async for part in journal.follow(run, after, limit=7)]


def _is_whole(journal: Journal, book: Book, after: int, slices: list[Slice]) -> None:
    events = [line.body for part in slices for line in part.events]
    due = [entry.body for entry in book.written[after:]]
    assert events == due, f"who follows from {after} sees {len(events)} events of {len(due)}"
    verdicts = [line.number for part in slices for line in part.verdicts]
    about = {each.number: each.verdict.seq for each in journal.verdicts(book.run)}
    later = [number for number, seq in about.items() if seq > after]
    assert verdicts == later, f"who follows from {after} sees the verdicts {verdicts} of {later}"
    seen = after
    for part in slices:
        seen = part.events[-1].number if part.events else seen
        early = [line.number for line in part.verdicts if about[line.number] > seen]
        assert not early, f"verdict {early} came before its event"


def _judge(book: Book, alarms: int = 1) -> Sequence[Verdict]:
    """Commit a round, with a verdict and a fact about every third of its events."""
    entries = history(book.log)
    raised = count(1)
    verdicts = [_verdict(entry, alarm=next(raised) <= alarms) for entry in entries[::3]]
    facts = [Record(entry.event.seq, Intent()) for entry in entries[::3]]
    book.store.commit(book.claim, Batch(entries, verdicts, facts, entries[-1].event.round))
    book.written += entries
    return verdicts


def _verdict(entry: Entry, *, alarm: bool) -> Verdict:
    event = entry.event
    return specimen(Verdict, seq=event.seq, round=event.round, score=float(alarm), alarm=alarm)


def _refusal(
    attempt: Callable[[], Claim | Answer | bytes | None],
) -> type[SuperorganismError] | None:
    """Return the error in which an attempt ends, if it does."""
    try:
        attempt()
    except SuperorganismError as error:
        return type(error)
    return None
