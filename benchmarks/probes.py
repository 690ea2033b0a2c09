"""Programs for a forked process: each looks at one promise, and prints what it found."""

import asyncio
import json
import resource
import time
from typing import Any

from benchmarks.faults.fault import replaced
from benchmarks.ledger import UNLIMITED, walk
from benchmarks.warm import command
from memory import checks, claim, journal_checks, note_checks
from memory.checks import Book
from memory.errors import RunInUse, StoreError
from memory.journal import Journal
from memory.notes import Notes
from orchestrator.feed import Feed
from scenarios.ledger import Ledger

LEASE_S = 0.8
"""How long an owner far away keeps its run here without a sign of life."""

Fields = dict[str, Any]


def obey(words: list[str]) -> None:
    """Put the journal at a place, the notebook and the ledger to their laws; print a breach."""
    [place] = words
    with Journal.open(place) as journal:
        laws = [(law, journal) for law in (*checks.LAWS, *journal_checks.LAWS)]
        for law, subject in laws:
            try:
                law(subject)
            except Exception as error:
                print(f"{law.__name__}: {str(error) or type(error).__name__}"[:300])
                return
    try:
        note_checks.obeys(Notes)
    except AssertionError as error:
        print(f"a law of notes: {error}"[:300])
        return
    found = walk(Ledger(UNLIMITED), 3_000)
    print(found.broken[:300])


def limited(words: list[str]) -> None:
    """Run the command line while no file may grow beyond the first word's bytes."""
    size, *rest = words
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), hard))
    command(rest)


def stop_when_full(words: list[str]) -> None:
    """Print what is wrong with a journal whose disk was full: it must stop until opened anew."""
    [place] = words
    with Journal.open(place) as journal:
        book = Book(journal, "r_1")
        book.write()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        said = [_refused(book)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        said += [_refused(book)]
    print("" if all(said) else "after a failed commit the same file was written again")


def own_from_afar(words: list[str]) -> None:
    """Begin a run as if on another host, say so, and own it until killed."""
    [place] = words
    with replaced((claim, "_host", lambda: "far")), Journal.open(place, lease_s=LEASE_S) as journal:
        Book(journal, "r_1")
        print("owned", flush=True)
        time.sleep(60)


def take_over(words: list[str]) -> None:
    """Print what comes of claiming that run from here."""
    [place] = words
    with Journal.open(place, lease_s=LEASE_S) as journal:
        try:
            journal.claim("r_1")
        except RunInUse:
            print("in use")
        else:
            print("taken over")


def fed(words: list[str]) -> None:
    """Print what the feed of a run brings: whole, and from two halves; events and verdicts."""
    place, run = words
    with Journal.open(place) as journal:
        half = journal.run(run).seq // 2
        whole = asyncio.run(_frames(journal, run, 0))
        rest = asyncio.run(_frames(journal, run, half))
    print(json.dumps(whole))
    first = [[line for line in log if line["seq"] <= half] for log in whole]
    print(json.dumps([before + later for before, later in zip(first, rest, strict=True)]))


def paged(words: list[str]) -> None:
    """Print the events and the verdicts that the pages of a run bring."""
    place, run = words
    events, verdicts = list[Fields](), list[Fields]()
    after, is_over = 0, False
    with Journal.open(place) as journal:
        while not is_over:
            page = json.loads(asyncio.run(Feed(journal).page(run, after, 100)))
            events, verdicts = events + page["items"], verdicts + page["verdicts"]
            after, is_over = page["next_after"], page["is_over"]
    print(json.dumps([events, verdicts]))


async def _frames(journal: Journal, run: str, after: int) -> list[list[Fields]]:
    found: dict[str, list[Fields]] = {"batch": [], "verdicts": []}
    async for frame in Feed(journal).stream(run, after):
        lines = dict(line.split(": ", 1) for line in frame.decode().splitlines() if line)
        if lines.get("event") in found:
            found[lines["event"]] += json.loads(lines["data"])
    return [found["batch"], found["verdicts"]]


def _refused(book: Book) -> bool:
    try:
        book.write()
    except StoreError:
        return True
    except ValueError:
        # It was looked at, and not refused for the failure: what had failed is missing.
        return False
    return False
