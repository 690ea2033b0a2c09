"""Who is due in a round: fixed before it begins, and the same after any replay."""

import pytest

from memory.envelope import Actor
from memory.events import EpisodeEnded
from memory.facts import WHOLE, Market, Share
from scenarios.crew import MOST_PARALLEL, Crew


def died(actor: Actor, seq: int = 1) -> EpisodeEnded:
    return EpisodeEnded(
        seq=seq, round=1, **actor._asdict(), key=str(actor.agent), turns=1, reason="finished"
    )


def test_a_single_agent_has_no_letter_and_all_of_its_worker_s_round() -> None:
    crew = Crew(["w01", "w02"])
    assert list(crew.due) == ["w01.1", "w02.1"]
    assert crew.share("w01.1") is WHOLE
    crew.fold(died(crew.due["w01.1"]))
    assert list(crew.due) == ["w01.1", "w02.1"], "within the round nothing changes"
    crew.turn()
    assert list(crew.due) == ["w01.2", "w02.1"]


def test_a_generation_follows_when_the_last_of_its_lanes_has_died() -> None:
    crew = Crew(["w01"], parallel=3)
    a, b, c = crew.lanes("w01")
    assert (a.agent, b.lane, c.lane) == ("w01.1a", "b", "c")
    crew.fold(died(b))
    crew.turn()
    assert crew.lanes("w01") == (a, c)
    assert [crew.share(lane.agent) for lane in (a, c)] == [Share(0, 2), Share(1, 2)]
    crew.fold(died(c))
    crew.fold(died(a))
    crew.turn()
    assert list(crew.due) == ["w01.2a", "w01.2b", "w01.2c"]


def test_as_many_lanes_as_letters_can_be_told_apart() -> None:
    assert len(Crew(["w01"], MOST_PARALLEL).due) == MOST_PARALLEL


@pytest.mark.parametrize("of", range(1, 27))
@pytest.mark.parametrize("whole", [0, 1, 119, 10**12 + 7])
def test_shares_add_up_to_the_whole_exactly(of: int, whole: int) -> None:
    parts = [Share(number, of).amount(whole) for number in range(of)]
    assert sum(parts) == whole
    assert max(parts) - min(parts) <= 1
    figures = [Share(number, of).figure(119.348) for number in range(of)]
    assert sum(round(1_000 * each) for each in figures) == 119_348


def test_a_share_of_a_market_is_a_smaller_market_at_the_same_prices() -> None:
    market = Market("compute", "gpu_h", 100, 20, 1, 100.0, 20.0, 500, 119.348)
    assert market.part(WHOLE) == market
    parts = [market.part(Share(number, 2)) for number in range(2)]
    assert [part.need for part in parts] == [59.674, 59.674]
    assert all((part.demand, part.demand_sd) == (50.0, 10.0) for part in parts)
    assert all((part.price, part.shortfall, part.lot) == (100, 500, 1) for part in parts)
