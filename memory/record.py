"""What is read of a run: what it is, how far it has come, and lines of its two logs."""

import re
from typing import Literal, NamedTuple, get_args

from pydantic import AwareDatetime, JsonValue

from memory.claim import Owner
from memory.envelope import Frozen
from memory.errors import BadInput
from memory.verdicts import Verdict

Status = Literal["running", "interrupted", "done", "failed", "cancelled"]

Ending = Literal["done", "failed", "cancelled"]
"""How a run is over. A cancelled one has no last event: it ends where it stood."""

ENDINGS: tuple[Ending, ...] = get_args(Ending)

SEEDS = 2**63
"""A seed is below this: what any database keeps in a whole-number column."""

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""What a run's id may be: it stands in paths and URLs as it is."""


class RunHead(Frozen):
    """What a run is before it begins: enough, with its sealed scenario, to repeat it."""

    run: str
    scenario: str
    version: int
    seed: int
    engine: str


class Origin(NamedTuple):
    """Where a fork left its ``parent``: behind the event ``seq``, the last of ``round``."""

    parent: str
    seq: int
    round: int


class RunRecord(RunHead):
    """How far a run has come. ``owner`` is the process that writes it, dead or alive.

    ``round`` and ``seq`` are those of the last commit, ``digest`` is the log's hash there, and
    ``summary`` is empty until the run is finished. Of a fork, ``parent``, ``fork_seq`` and
    ``fork_round`` say what it shares with whom.
    """

    status: Status
    round: int
    seq: int
    digest: str
    verdicts: int
    alarms: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    summary: dict[str, JsonValue]
    owner: Owner | None = None
    parent: str | None = None
    fork_seq: int = 0
    fork_round: int = 0

    @property
    def origin(self) -> Origin | None:
        """Where it left its parent, if it is a fork."""
        return Origin(self.parent, self.fork_seq, self.fork_round) if self.parent else None

    @property
    def is_finished(self) -> bool:
        """Whether nothing can follow: the run is done, has failed for good, or was cancelled."""
        return self.status in ENDINGS

    @property
    def is_whole(self) -> bool:
        """Whether it was played to its end, so that its log is as long as it can be."""
        return self.is_finished and self.status != "cancelled"

    @property
    def state(self) -> Status:
        """How it stands: one whose process has died is interrupted, whatever it wrote last."""
        return "interrupted" if self.status == "running" and not self.is_live else self.status

    @property
    def is_live(self) -> bool:
        """Whether a process is at work on it: asks the operating system, or its lease."""
        return self.owner is not None and self.owner.is_alive()


class Line(NamedTuple):
    """One stored line: the number it is read on from, and its canonical JSON."""

    number: int
    body: bytes


class Slice(NamedTuple):
    """The next committed events of a run, and the verdicts that point into what was read."""

    events: list[Line]
    verdicts: list[Line]


class Numbered(NamedTuple):
    """A verdict and its number: they count from 1 in the order in which they were stored."""

    number: int
    verdict: Verdict


def check_head(head: RunHead) -> None:
    """Refuse a new run whose id, names or seed could not be stored everywhere."""
    if not RUN_ID.fullmatch(head.run):
        raise BadInput(
            f"a run's id is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter "
            f"or digit; {head.run!r} does not"
        )
    check_text("scenario", head.scenario)
    check_text("engine", head.engine)
    if not 0 <= head.seed < SEEDS:
        raise BadInput(f"a seed is from 0 to {SEEDS - 1}; {head.seed} is not")


def check_text(what: str, text: str) -> None:
    """Refuse what not every database can keep as text: NUL, and halves of a surrogate pair."""
    if "\0" in text or text.encode(errors="replace").decode() != text:
        raise BadInput(f"{what} is {text!r}, which holds a character that cannot be stored")
