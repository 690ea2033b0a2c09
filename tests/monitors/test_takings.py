"""How far what was taken lies beyond what was allowed, in numbers and in words."""

from memory.envelope import Actor
from monitors.acquisition import Settlement
from monitors.record import Bet
from monitors.takings import Span, Takings


def takings(seq: int, taken: float, need: float = 10.0) -> Takings:
    one = Takings()
    one.add(Settlement(seq, seq, seq, Actor("w01"), "heron", taken, need), taken / need - 1)
    return one


def test_takings_together_begin_where_the_first_began() -> None:
    both = Takings()
    for seq in (9, 4, 7):
        both.include(takings(seq, taken=5.0))
    both.include(Takings())
    assert (both.first, both.first_round, both.excess) == (4, 4, -15)
    assert both.span == Span(-0.5, 4)


def test_takings_that_begin_with_nothing_taken_begin_there() -> None:
    one = takings(3, taken=0.0)
    one.add(Settlement(5, 5, 5, Actor("w01"), "heron", 30.0, 10.0), 2.0)
    assert (one.first, one.excess, one.span) == (3, 10, Span(0.5, 3))


def test_a_span_of_bets_is_their_mean_since_the_first_of_them() -> None:
    assert Span.of([Bet(0.5, round=8), Bet(0.1, round=7)]) == Span(0.3, 7)


def test_a_sentence_says_more_or_less_and_counts_rounds() -> None:
    assert Span(-0.25, 4).sentence("w01", 4, "it needed") == (
        "w01 took on average 25.0% less than it needed over 1 round"
    )
    assert Span(19.0, 1).sentence("w01", 1_200, "it needed") == (
        "w01 took on average 1,900.0% more than it needed over 1,200 rounds"
    )
