"""Bets on any quantity: planned from the first event, named by the pool, ended with the agent."""

from typing import Any

import pytest

from memory.envelope import Actor
from monitors.acquisition import Settlement
from monitors.suspicion import Case
from monitors.wager import Wager


def seen(agent: str, taken: float, seq: int = 1) -> Settlement:
    worker = agent.split(".")[0]
    return Settlement(seq, seq, seq, Actor(worker, 1, agent), "heron", taken, 1.0)


@pytest.mark.parametrize(
    ("pool", "key"), [("fleet", "fleet"), ("worker", "w1"), ("agent", "w1.1"), ("family", "heron")]
)
def test_a_key_is_that_of_the_pool(pool: str, key: str) -> None:
    wager = Wager(Case("each", pool), alpha=0.05)
    answers = [wager.place(seen("w1.1", 4.0, number)) for number in range(1, 9)]
    assert {answer.key for answer in answers if answer and answer.alarm} == {key}


def test_of_several_keys_bet_on_together_the_weightiest_answer_is_told() -> None:
    wager = Wager(Case("each", "note"), alpha=0.05)
    for number in range(1, 20):
        pairs = [("calm", seen("w1.1", 1.0, number)), ("loud", seen("w1.1", 4.0, number))]
        answer = wager.place_all(pairs)
        if answer and answer.alarm:
            break
    assert answer is not None
    assert answer.key == "loud"


def test_a_dead_agents_key_leaves_the_table(scribe: Any) -> None:
    wager = Wager(Case("each", "agent"), alpha=0.05)
    scribe.begin(workers=1)
    actor = scribe.born("w1")
    for number in range(1, 30):
        wager.place(seen(str(actor.agent), 4.0, number))
    scribe.died(actor)
    wager.follow(scribe.log.drain()[-1].event)
    again = [wager.place(seen(str(actor.agent), 4.0, number)) for number in range(30, 60)]
    assert any(answer and answer.alarm for answer in again)
