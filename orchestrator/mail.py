"""What comes to a run from outside: commands of its inbox, and monitors that have failed.

Neither follows from the log, so each enters it as an event (``Ordered``) before anything follows
from it. A replay takes them from there.
"""

from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field, JsonValue

from memory.control_events import OutsideAct
from memory.envelope import Frozen
from memory.journal import Claim, Journal
from orchestrator.stage import Stage


class Act(NamedTuple):
    """Something from outside: its number in the inbox (0: none), what it is, and what it says."""

    number: int
    what: OutsideAct
    body: dict[str, JsonValue]


Ruled = Literal["hold", "deny", "cap", "freeze", "claw_back", "quarantine"]
"""What a person may rule; to stop somebody is a command of its own."""


class Order(Frozen):
    """A person's ruling, as a control's would be on an alarm.

    Attributes
    ----------
    act
        What is done: ``cap`` to the need of a round, ``claw_back`` all that is held.
    to
        To which workers; of ``quarantine``, to which notes.
    rounds
        For how many rounds it holds; for good if nothing is said, and ``claw_back`` once.
    parks
        Whether the run waits until the calls that are held have been answered.
    """

    act: Ruled
    to: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        min_length=1, max_length=1_000
    )
    rounds: int | None = Field(default=None, ge=1, le=1_000_000)
    parks: bool = False


class Mail(Protocol):
    """Where a run hears of what comes from outside."""

    def is_due(self, stage: Stage) -> bool:
        """Whether there may be something; asked at the end of every round, so it costs nothing."""
        ...

    def news(self, stage: Stage) -> list[Act]:
        """Return what is there and has not been taken."""
        ...

    async def wait(self, stage: Stage) -> list[Act]:
        """Wait for more, without a thread; nothing is returned where nobody will ever answer."""
        ...


class Silence:
    """The mail of a run in memory: nobody can send it anything, but its monitors may fail."""

    def is_due(self, stage: Stage) -> bool:
        """Whether there may be something: never but for failures, which are looked for anyway."""
        return False

    def news(self, stage: Stage) -> list[Act]:
        """Return the monitors that have failed and on whose failing a control has to act."""
        return failures(stage)

    async def wait(self, stage: Stage) -> list[Act]:
        """Return nothing: nobody answers."""
        return []


class Post:
    """The mail of a run in a journal.

    Parameters
    ----------
    journal, claim
        Where it lies, and the claim by which it is owned.
    """

    def __init__(self, journal: Journal, claim: Claim) -> None:
        self._journal = journal
        self._claim = claim

    def is_due(self, stage: Stage) -> bool:
        """Whether there was a command when something was last committed."""
        return self._journal.called.get(self._claim.number, 0) > stage.standing.taken

    def news(self, stage: Stage) -> list[Act]:
        """Return failures, and commands that have not been taken."""
        sent = self._journal.inbox.read(self._claim.run, stage.standing.taken)
        return failures(stage) + [_act(each.number, each.body) for each in sent]

    async def wait(self, stage: Stage) -> list[Act]:
        """Wait for a command."""
        sent = await self._journal.inbox.wait(self._claim.run, stage.standing.taken)
        return [_act(each.number, each.body) for each in sent]


def failures(stage: Stage) -> list[Act]:
    """Return the monitors that failed, that a control fails closed on, and that are not told."""
    named = sorted({name.partition("/")[0] for name in stage.watch.failed})
    about = [spec.monitor for spec in stage.scenario.controls if spec.fail_closed]
    return [
        Act(0, "failed", {"monitor": name})
        for name in named
        if name not in stage.standing.failed and (name in about or None in about)
    ]


def _act(number: int, body: dict[str, JsonValue]) -> Act:
    """Return a command as an act; what is no command is refused when it is taken up."""
    what: OutsideAct = body["what"]  # type: ignore[assignment]
    return Act(number, what, {key: said for key, said in body.items() if key != "what"})
