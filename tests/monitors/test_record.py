"""What a bettor remembers of its bets."""

from itertools import pairwise

import pytest

from memory.envelope import Actor
from monitors.betting import STAKES, Bettor
from monitors.record import Bet, Record


def outcome(number: int) -> float:
    return ((number * 29) % 17 - 8) / 10


@pytest.mark.parametrize("bets", [1, 7, 8, 9, 16, 17, 24, 25, 1_000])
def test_a_record_played_again_gives_the_wealth_to_the_last_bit(bets: int) -> None:
    bettor = Bettor(page=8)
    for number in range(bets):
        bettor.bet(Bet(outcome(number), number), fresh=0.01)
    again = list(bettor.record.start.wealth)
    for bet in bettor.record:
        part = bet.fresh / len(STAKES)
        again = [
            (held + part) * (1.0 + stake * bet.surplus)
            for held, stake in zip(again, STAKES, strict=True)
        ]
    assert again == bettor.wealth


def test_a_record_keeps_the_last_bets_without_a_gap() -> None:
    bettor = Bettor(page=8)
    for number in range(100):
        bettor.bet(Bet(0.0, number, who=Actor(f"w{number}")))
        kept = [bet.source for bet in bettor.record]
        assert kept[-1] == number
        assert all(later == earlier + 1 for earlier, later in pairwise(kept))
        assert min(8, number + 1) <= len(kept) <= 16
    assert [bet.who.worker for bet in bettor.record][-1] == "w99"


def test_a_fresh_record_is_empty() -> None:
    assert list(Record(page=4)) == []
