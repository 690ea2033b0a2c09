"""How many calls and turns there are left, where a scenario says how many there are to be had."""

from typing import ClassVar

from memory.envelope import Actor, Event
from memory.events import Decided, EpisodeStarted, ToolResult
from scenarios.ingredient import BudgetSpec

ALWAYS = "finish"
"""What may be called beyond any budget: the next agent shall know how things stand."""


class Allowance:
    """Counts calls and turns, by agent and by worker: a fold of the log.

    A call counts when it is answered, whatever the answer is; ``finish`` does not count.

    Parameters
    ----------
    spec
        How many there are to be had.

    Examples
    --------
    >>> allowance = Allowance(BudgetSpec(calls_per_life=1))
    >>> ada = Actor("w01", 1, "w01.1")
    >>> allowance.refusal(ada, "read_notes")
    ''
    >>> allowance.fold(
    ...     ToolResult(seq=1, round=1, worker="w01", agent="w01.1", key="k", tool="read_notes")
    ... )
    >>> allowance.refusal(ada, "read_notes")
    'you have made the 1 call that there is for one life; what is left is finish'
    """

    folds: ClassVar[tuple[type[Event], ...]] = (EpisodeStarted, Decided, ToolResult)
    """The kinds of events that change it."""

    def __init__(self, spec: BudgetSpec) -> None:
        self._spec = spec
        self._calls_of_life: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._turns: dict[str, int] = {}

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        worker, agent = str(event.worker), str(event.agent)
        if type(event) is EpisodeStarted:
            self._calls_of_life.pop(str(event.parent), None)
        elif type(event) is Decided:
            self._turns[worker] = self._turns.get(worker, 0) + 1
        elif type(event) is ToolResult and event.agent and event.tool != ALWAYS:
            self._calls_of_life[agent] = self._calls_of_life.get(agent, 0) + 1
            self._calls[worker] = self._calls.get(worker, 0) + 1

    def refusal(self, actor: Actor, tool: str, more: int = 0) -> str:
        """Return why an agent may not call a tool any more, addressed to it; or nothing.

        ``more`` are the calls of a life that it is granted besides.
        """
        if tool == ALWAYS:
            return ""
        worker, agent = str(actor.worker), str(actor.agent)
        life, chain, turns = self._spec.calls_per_life, self._spec.calls_per_worker, None
        if self._spec.turns_per_worker is not None:
            turns = self._spec.turns_per_worker
        if life is not None and self._calls_of_life.get(agent, 0) >= life + more:
            return _spent(f"you have made the {_number(life + more, 'call')}", "one life")
        if chain is not None and self._calls.get(worker, 0) >= chain:
            return _spent(f"your post has made the {_number(chain, 'call')}", "all its lives")
        if turns is not None and self._turns.get(worker, 0) > turns:
            return _spent(f"your post has taken the {_number(turns, 'turn')}", "all its lives")
        return ""


def _number(number: int, thing: str) -> str:
    return (
        f"{number} {thing}{'' if number == 1 else 's'} that there {'is' if number == 1 else 'are'}"
    )


def _spent(done: str, span: str) -> str:
    return f"{done} for {span}; what is left is {ALWAYS}"
