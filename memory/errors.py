"""The errors of ours, broad to catch and narrow to recover.

    SuperorganismError
    |-- BadInput              what a user gave cannot be used          exit code 2
    |   |-- ScenarioError     a scenario file, with every problem in it
    |   `-- UnknownRun        no such run in this store
    |-- RunInUse              another live process owns the run        exit code 1
    |-- StoreError            the journal cannot be opened or written  exit code 1
    |   `-- CorruptJournal    the journal's bytes are not what was written
    |-- LedgerError           a transfer would break the books         exit code 1
    |-- PolicyFailed          a policy raised, or answered with no Decision  exit code 1
    |-- ToolFailed            a tool of the user's own raised         exit code 1
    |-- StaleClaim            this process lost its claim on the run   exit code 1
    |-- BusDown               the bus between processes is away        never reaches a user
    |-- BudgetSpent           a run has used up what its models may cost  exit code 1
    `-- ModelError            a model's provider gave no usable answer exit code 1

What an agent does wrong is not here: it is data (``ToolResult.error``).
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

ModelFault = Literal["refused", "bad_request", "rate_limited", "unavailable", "timeout", "garbage"]


class SuperorganismError(Exception):
    """Anything this project raises on purpose; its text is meant for a person."""


class BadInput(SuperorganismError):
    """What a user gave cannot be used; the message says what would be."""


class ScenarioError(BadInput):
    """A scenario cannot be used. Subclassed by the loader with every problem and its place."""


class UnknownRun(BadInput):
    """There is no such run in this store."""


class RunInUse(SuperorganismError):
    """Another live process owns the run."""


class StoreError(SuperorganismError):
    """The journal cannot be opened, read or written."""


class CorruptJournal(StoreError):
    """The journal's bytes are not the bytes that were written."""


class LedgerError(SuperorganismError):
    """A transfer would break the books. Nothing was changed."""


class PolicyFailed(SuperorganismError):
    """A policy raised, or answered with something that is no decision."""


class ToolFailed(SuperorganismError):
    """A tool of the user's own raised, or proposed what no tool can."""


class StaleClaim(SuperorganismError):
    """Another process has taken over the run; this one must stop and write nothing more."""


class BusDown(SuperorganismError):
    """The bus between processes cannot be used now. Nothing is lost by it: the journal goes on."""


class BudgetSpent(SuperorganismError):
    """A run has used up what its models may cost; it goes on under a larger budget."""


class ModelError(SuperorganismError):
    """A model's provider gave no usable answer: which ``fault``, and under which HTTP status.

    ``retry_after_s`` is for how long it asks to be left alone, in seconds.
    """

    def __init__(
        self,
        fault: ModelFault,
        detail: str,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.fault = fault
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(f"{fault}{f' ({status})' if status else ''}: {detail}")

    @property
    def may_pass(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.fault in ("rate_limited", "unavailable", "timeout", "garbage")


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or an empty string.

    Examples
    --------
    >>> did_you_mean("honestt", ["honest", "cautious"])
    "; did you mean 'honest'?"
    >>> did_you_mean("zebra", ["honest"])
    ''
    """
    near = get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
