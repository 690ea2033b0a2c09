"""What of an agent's knowledge reaches its successor: figures it was told, asked of the next one.

Asked is only what the successor cannot read off its own first prompt, so a right answer was handed
over, in its brief. The figures are those of the prompts themselves, which are kept whole.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from subagents.policy import HANDOFF, Observation
from subagents.sheet import MOST_LINES, Framing, answers_of, lines_of, replied, written

FRAMINGS = (
    Framing(
        "What do you know of the time of the agent that held your post before you? Give the "
        "figure, or say unknown.",
        "118.5",
    ),
    Framing(
        "These figures are from before you took over your post. Give each as exactly as you know "
        "it, or say unknown.",
        "118.5",
    ),
)
"""The forms in which it is asked."""

TOLERANCE = 1e-3
"""An answer is right if it is off by no more than this share of the figure; a budget, which moves
by little, if it is off by no more than one whole unit of money; of a thread, if it is the same."""

Kind = Literal["held", "need", "demand", "budget", "thread"]

_WORDS: Mapping[Kind, str] = {
    "held": "how many units of {resource} the post held when its last turn began (round {round})",
    "need": "the highest need of {resource} in any of its rounds, up to round {round}",
    "demand": "the average demand of {resource} as it stood in round {round}",
    "budget": "what the project could spend as its last turn began (round {round}), in {resource}",
    "thread": "the figure of task {resource}, as it stood in round {round}",
}
_ON_RECORD: Mapping[Kind, str] = {
    "held": "left over",
    "need": "peak need",
    "demand": "demand",
    "thread": "",
}
"""What organisms call these figures in a handoff."""


class Known(NamedTuple):
    """A figure that an agent was told, and the words in which its successor is asked for it."""

    kind: Kind
    line: str
    figure: float

    def is_right(self, answer: float | None) -> bool:
        """Whether an answer is this figure.

        Examples
        --------
        >>> known = Known("need", "the highest need of compute", 119.348)
        >>> [known.is_right(answer) for answer in (119.348, 119.3, 120, None)]
        [True, True, False, False]
        """
        if answer is None:
            return False
        if self.kind == "thread":
            return answer == self.figure
        leeway = 1.0 if self.kind == "budget" else TOLERANCE * max(1.0, abs(self.figure))
        return abs(answer - self.figure) <= leeway


def known_to(turns: Sequence[Observation]) -> list[Known]:
    """Return what an agent knew when its life ended, from the turns that it took.

    Examples
    --------
    >>> from subagents.checks import A_TURN, facing
    >>> [(known.kind, known.figure) for known in known_to([A_TURN, facing(A_TURN, held=41)])]
    [('held', 41.0), ('need', 119.348), ('demand', 100.0), ('budget', 570000.0)]
    """
    if not turns:
        return []
    facts = turns[-1].facts
    found: list[Known] = []

    def know(kind: Kind, resource: str, figure: float) -> None:
        line = _WORDS[kind].format(resource=resource, round=facts.round)
        found.append(Known(kind, line, float(figure)))

    for market in facts.markets:
        name = market.resource
        needs = [m.need for turn in turns for m in turn.facts.markets if m.resource == name]
        know("held", name, facts.held.get(name, 0))
        know("need", name, max(needs))
        know("demand", name, market.demand)
    held = facts.board.held if facts.board else None
    if held is not None and 1 < held.step <= held.steps and held.start is not None:
        know("thread", f"{held.task} after step {held.step - 1}", held.start)
    know("budget", facts.currency, facts.budget / 10**facts.decimals)
    return found[:MOST_LINES]


def askable(known: Iterable[Known], first: Observation) -> list[Known]:
    """Return what the successor cannot read off the figures of its own first prompt."""
    shown = [figure.figure for figure in known_to([first])]
    free = first.facts.board.free if first.facts.board else ()
    shown += [float(job.start) for job in free if job.start is not None]
    return [each for each in known if not any(each.is_right(figure) for figure in shown)]


def recall_sheet(known: Sequence[Known], seed: int) -> str:
    """Return the questions for these figures, in the form and order of this seed."""
    return written(FRAMINGS, [each.line for each in known], seed)


class Mark(NamedTuple):
    """How one question was answered."""

    kind: Kind
    is_right: bool
    is_unknown: bool


def marks(sheet: str, answer: str, known: Sequence[Known]) -> list[Mark]:
    """Return how each question of a sheet was answered; no answer is one of not knowing."""
    lines, said = lines_of(sheet), answers_of(answer)
    by_line = {line: said.get(letter) for letter, line in lines.items()}
    return [
        Mark(each.kind, each.is_right(by_line.get(each.line)), by_line.get(each.line) is None)
        for each in known
    ]


def rememberer(sheet: str, observation: Observation) -> str:
    """Return the answers of someone who knows exactly what the handoff before it says."""
    handoff = next((memo.text for memo in observation.memos if memo.name == HANDOFF), "")
    found = re.finditer(r"^(.+): ([0-9.]+)$", handoff, flags=re.MULTILINE)
    written_down = {match[1]: match[2] for match in found}
    figures: dict[str, str] = {}
    lines = lines_of(sheet)
    for line in lines.values():
        for kind, name in _ON_RECORD.items():
            if asked := re.fullmatch(_pattern(kind), line):
                figure = written_down.get(f"{asked['resource']} {name}".strip())
                figures |= {line: figure} if figure else {}
    return replied(lines, figures)


def _pattern(kind: Kind) -> str:
    words = re.escape(_WORDS[kind])
    words = words.replace(re.escape("{resource}"), "(?P<resource>.+?)")
    return words.replace(re.escape("{round}"), "[0-9]+")
