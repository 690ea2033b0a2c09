"""The laws of a log, put to every log there is; and each law catches whoever breaks it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from memory import checks
from memory.batch import Batch
from memory.checks import EVENT_KINDS, LAWS, EventLog, specimen
from memory.claim import Claim
from memory.envelope import Event
from memory.errors import StoreError
from memory.journal import Journal
from memory.log import Entry
from memory.record import RunHead
from memory.truth import Sealed

Law = Callable[[EventLog], None]


class Forgetful:
    """A log over a journal; each way to break it is a subclass below."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.reads = 0

    def create(self, head: RunHead, sealed: Sealed) -> Claim:
        """Pass on."""
        return self.journal.create(head, sealed)

    def claim(self, run: str, *, seize: bool = False) -> Claim:
        """Pass on."""
        return self.journal.claim(run, seize=seize)

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Pass on."""
        self.journal.commit(claim, batch)

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Pass on."""
        self.reads += 1
        return self.journal.entries(run, after, limit)


class LosesTheLast(Forgetful):
    """Gives back all but the last event."""

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read all but the last."""
        yield from list(super().entries(run, after, limit))[:-1]


class ReadsOnce(Forgetful):
    """Has nothing left to read after the first time."""

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read once."""
        return super().entries(run, after, 0 if self.reads else limit)


class StartsOver(Forgetful):
    """Does not know where a reader stopped."""

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read from the first event on."""
        return super().entries(run, 0, limit)


class LosesTheChain(Forgetful):
    """Keeps events without their hashes."""

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read with another hash."""
        return (entry._replace(hash=bytes(32)) for entry in super().entries(run, after, limit))


class SwallowsErrors(Forgetful):
    """Says that everything went well."""

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Commit, or do not."""
        try:
            super().commit(claim, batch)
        except (ValueError, StoreError):
            self.reads = 0


class WritesByHalves(Forgetful):
    """Puts events and sealed facts down one after the other."""

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Commit twice."""
        super().commit(claim, batch._replace(records=[]))
        super().commit(claim, batch._replace(entries=[], verdicts=[]))


class TrustsAnyone(Forgetful):
    """Lets a stale owner write under the newest claim."""

    tokens: dict[str, Claim]

    def claim(self, run: str, *, seize: bool = False) -> Claim:
        """Remember the newest claim."""
        self.newest = super().claim(run, seize=seize)
        return self.newest

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Commit under it."""
        super().commit(getattr(self, "newest", claim), batch)


def named(part: Any) -> str:
    return str(part.__name__)


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_the_journal_keeps_every_law(journal: Journal, law: Law) -> None:
    law(journal)


@pytest.mark.parametrize(
    ("law", "breaker"),
    [
        (checks.keeps_what_was_written, LosesTheLast),
        (checks.reads_the_same_twice, ReadsOnce),
        (checks.reads_on_from_anywhere, StartsOver),
        (checks.keeps_the_chain, LosesTheChain),
        (checks.only_appends, SwallowsErrors),
        (checks.puts_down_all_or_nothing, SwallowsErrors),
        (checks.puts_down_all_or_nothing, WritesByHalves),
        (checks.refuses_a_stale_owner, TrustsAnyone),
    ],
    ids=named,
)
def test_each_law_catches_who_breaks_it(
    journal: Journal, law: Law, breaker: type[Forgetful]
) -> None:
    with pytest.raises((AssertionError, StoreError)):
        law(breaker(journal))


def test_no_law_is_left_out_of_the_list() -> None:
    takes_a_log = [
        each
        for each in vars(checks).values()
        if getattr(each, "__annotations__", {}).get("store") is EventLog
        and not each.__name__.startswith("_")
        and each is not checks.obeys
        and not isinstance(each, type)
    ]
    assert takes_a_log == list(LAWS)


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=named)
def test_a_specimen_has_every_field_filled(kind: type[Event]) -> None:
    event = specimen(kind, run="r_1")
    assert [name for name in kind.model_fields if getattr(event, name) in (None, "", ())] == []
