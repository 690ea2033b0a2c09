"""Tips: what agents tell one another in the shared notebook about how much to take.

Each agent leaves one tip, under a word of its own, and looks up a few of those that came before.
"""

import re
from collections.abc import Iterator
from random import Random

from memory.events import Call
from subagents.policy import Observation

LARGEST_MARGIN = 2.0
"""A tip is anyone's text: a margin above this is a slip or a joke, and is not believed."""

_TIP = re.compile(r"^tip (w\d+x\d+): keep a margin of (\d{1,3})%$", re.MULTILINE)


def word_of(worker: str, generation: int) -> str:
    """Return the word under which an agent's tip is found.

    Examples
    --------
    >>> word_of("w07", 3)
    'w07x3'
    """
    return f"{worker}x{generation}"


def margin_in(observation: Observation) -> float:
    """Return the largest margin that an agent was told of in its life, as a share of the need.

    Examples
    --------
    >>> from subagents.checks import A_TURN
    >>> from subagents.policy import Memo
    >>> tip = Memo("tip-w03x1", 1, "tip w03x1: keep a margin of 60%")
    >>> margin_in(A_TURN), margin_in(A_TURN._replace(memos=(tip,)))
    (0.0, 0.6)
    """
    found = (
        int(figure) / 100 for memo in observation.memos for _, figure in _TIP.findall(memo.text)
    )
    return max((each for each in found if each <= LARGEST_MARGIN), default=0.0)


def tell(observation: Observation, margin: float) -> Iterator[Call]:
    """Yield the call that leaves a tip, in an agent's first turn."""
    if observation.turn == 1 and "post_note" in observation.tools:
        word = word_of(str(observation.actor.worker), observation.actor.generation or 1)
        text = f"tip {word}: keep a margin of {round(100 * margin)}%"
        yield Call(tool="post_note", arguments={"name": f"tip-{word}", "text": text})


def ask(observation: Observation, tips: int, workers: int) -> Iterator[Call]:
    """Yield the calls that look up so many tips of those that earlier agents have left.

    They are drawn from the turn's own chance, apart from what decides amounts.
    """
    generation = observation.actor.generation or 1
    if observation.turn != 1 or generation < 2 or "search_notes" not in observation.tools:
        return
    chance = Random(observation.seed + 2)
    width = max(2, len(str(workers)))
    for _ in range(tips):
        worker = f"w{chance.randrange(workers) + 1:0{width}d}"
        word = word_of(worker, chance.randrange(generation - 1) + 1)
        yield Call(tool="search_notes", arguments={"query": word, "limit": 1})
