"""Who makes no progress: a fold of what agents ask for and get, where a scenario wants to know."""

from typing import ClassVar

from memory.envelope import Event
from memory.events import (
    Call,
    Decided,
    EpisodeStarted,
    NoteOffered,
    NoteWritten,
    Pending,
    Stuck,
    ToolResult,
    Transfer,
)


class _Turn:
    """What one agent has done in its newest turn, and for how long that came to nothing."""

    __slots__ = ("answers", "answers_before", "calls", "calls_before", "did_something", "fruitless")

    def __init__(self) -> None:
        self.calls: tuple[Call, ...] = ()
        self.calls_before: tuple[Call, ...] = ()
        self.answers: list[tuple[str, str]] = []
        self.answers_before: list[tuple[str, str]] = []
        self.did_something = False
        self.fruitless = 0


class Standstill:
    """Counts each agent's turns without progress.

    A turn is *fruitless* if nothing was moved, written or done by it, and either all of its calls
    were refused, or they are the calls of the turn before and got the same answers. A turn in
    which an agent asks for nothing is neither: it may have nothing to do.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> from memory.log import Log
    >>> log, standstill, ada = Log("r_1"), Standstill(), Actor("w01", 1, "w01.1")
    >>> log.listen(standstill.fold, *standstill.folds)
    >>> for turn in (1, 2):
    ...     key = f"w01.1/{turn}"
    ...     call = Call(tool="take", arguments={})
    ...     said = Decided(**log.envelope(turn, ada, key=key), turn=turn, calls=(call,))
    ...     cause = log.append(said).seq
    ...     answer = log.envelope(turn, ada, key=f"{key}/0", cause=cause)
    ...     told = log.append(ToolResult(**answer, tool="take", error="there is none"))
    ...     print(standstill.fruitless("w01.1"), standstill.sign("w01.1"))
    1 take was refused: there is none
    2 take was refused: there is none
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        *(EpisodeStarted, Decided, ToolResult, Stuck),
        *(Transfer, Pending, NoteWritten, NoteOffered),
    )
    """The kinds of events that change it."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if event.agent is None:
            return
        if type(event) is EpisodeStarted:
            parent = event.parent
            if parent in self._turns:
                del self._turns[parent]
            self._turns[event.agent] = _Turn()
            return
        turn = self._turns.setdefault(event.agent, _Turn())
        if type(event) is Decided:
            turn.fruitless = self.fruitless(event.agent)
            turn.calls_before, turn.calls = turn.calls, event.calls
            turn.answers_before, turn.answers = turn.answers, []
            turn.did_something = False
        elif type(event) is ToolResult:
            turn.answers.append((event.message, event.error))
        elif type(event) is Stuck:
            # It has been told: what it makes of that is counted anew.
            self._turns[event.agent] = _Turn()
        else:
            turn.did_something = True

    def fruitless(self, agent: str) -> int:
        """Return how many turns in a row an agent has made no progress, the newest included."""
        turn = self._turns.get(agent)
        if turn is None or turn.did_something:
            return 0
        if not turn.calls:
            return turn.fruitless
        is_refused = bool(turn.answers) and all(error for _, error in turn.answers)
        is_again = turn.calls == turn.calls_before and turn.answers == turn.answers_before
        return turn.fruitless + 1 if is_refused or is_again else 0

    def sign(self, agent: str) -> str:
        """Return by what it shows, in words."""
        turn = self._turns[agent]
        for call, (_, error) in zip(turn.calls, turn.answers, strict=False):
            if error:
                return f"{call.tool} was refused: {error}"
        return f"{', '.join(call.tool for call in turn.calls)} again, with the same answers"
