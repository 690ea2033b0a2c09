"""The roster: what is missing is shared out to the copy, fairly, and what is too many ends."""

from collections import Counter

import pytest

from memory.events import Leg, Transfer
from memory.facts import Share
from scenarios.crew import Crew, seat_of
from scenarios.roster import Plan, Staffing
from scenarios.spec import SurgeSpec


def started(crew: Crew, by: str) -> str:
    """Let a worker start a copy, which is there from the next round on."""
    name = crew.newcomer
    leg = Leg(resource="hosts", debit="project", credit=seat_of(name), amount=1)
    agent = crew.lanes(by)[0]
    key = f"{agent.agent}/1/{name}"
    crew.fold(Transfer(seq=1, round=1, **agent._asdict(), key=key, purpose="spawn", legs=(leg,)))
    return name


def ended(crew: Crew, copy: str) -> None:
    leg = Leg(resource="hosts", debit=seat_of(copy), credit="project", amount=1)
    crew.fold(Transfer(seq=1, round=1, key=f"end/{copy}", purpose="retire", legs=(leg,)))


@pytest.mark.parametrize("workers", [1, 3, 7, 20])
@pytest.mark.parametrize("missing", [0, 1, 2, 5, 19, 100])
def test_what_is_missing_is_shared_out_in_whole_copies_that_add_up(
    workers: int, missing: int
) -> None:
    crew = Crew([f"w{number:02d}" for number in range(1, workers + 1)])
    for seed in range(20):
        staffing = Staffing(workers + missing, crew, seed, round=3)
        parts = [staffing.of(worker).missing for worker in crew.workers]
        assert sum(parts) == missing
        assert max(parts) - min(parts) <= 1
        assert staffing.each == round(missing / workers, 3)


def test_every_worker_is_asked_for_the_same_on_average() -> None:
    crew = Crew(["w01", "w02", "w03", "w04", "w05"])
    asked = Counter[str]()
    for seed in range(4_000):
        staffing = Staffing(7, crew, seed, round=1)
        asked.update({worker: staffing.of(worker).missing for worker in crew.workers})
    # Each has 2/5 a time, so 1,600; sd 31 over 4,000 draws.
    assert all(abs(count - 1_600) < 4 * 31 for count in asked.values())


def test_the_copies_that_came_last_are_the_ones_too_many_and_their_starters_are_told() -> None:
    crew = Crew(["w01", "w02"])
    for by in ("w01", "w02", "w01"):
        started(crew, by)
    crew.turn()
    staffing = Staffing(3, crew, seed=7, round=2)
    assert staffing.of("w01").surplus == ("w05",)
    assert staffing.of("w02").surplus == ("w04",)
    assert (staffing.of("w01").copies, staffing.of("w01").missing) == (5, 0)


def test_those_who_were_there_from_the_start_are_never_too_many() -> None:
    staffing = Staffing(1, Crew(["w01", "w02", "w03"]), seed=7, round=2)
    assert all(staffing.of(f"w0{number}").surplus == () for number in (1, 2, 3))


def test_lanes_share_what_falls_to_their_worker() -> None:
    crew = Crew(["w01"], parallel=3)
    for _ in range(4):
        started(crew, "w01")
    crew.turn()
    shares = [Share(number, 3) for number in range(3)]
    ending = [Staffing(1, crew, seed=7, round=2).of("w01", share).surplus for share in shares]
    assert sorted(copy for names in ending for copy in names) == ["w02", "w03", "w04", "w05"]
    missing = Staffing(10, Crew(["w01"]), seed=7, round=2)
    assert sum(missing.of("w01", share).missing for share in shares) == 9


def test_a_copy_of_a_copy_falls_to_the_first_starter_when_its_own_ends() -> None:
    crew = Crew(["w01"])
    child = started(crew, "w01")
    crew.turn()
    grandchild = started(crew, child)
    crew.turn()
    assert crew.arrived == (grandchild,)
    ended(crew, child)
    assert child in crew and len(crew) == 2, "it takes its turn of this round"
    crew.turn()
    assert child not in crew
    assert crew.started("w01") == (grandchild,)
    assert crew.started_by(grandchild) == f"{child}.1"
    assert crew.newcomer == "w04", "a name is used once"


def test_surges_of_the_roster_are_told_when_they_begin_and_end() -> None:
    surge = SurgeSpec.model_validate({"from": 5, "for": 2, "times": 3})
    notices = [Plan(4, (surge,)).notice(round) for round in range(1, 9)]
    assert [round for round, notice in enumerate(notices, 1) if notice] == [1, 5, 7]
    assert notices[4] == "12 copies are to be at work from this round on"


def test_a_spawn_in_which_nobody_s_host_moves_is_no_spawn() -> None:
    leg = Leg(resource="copies", debit="pool", credit="w01", amount=1)
    with pytest.raises(ValueError, match="k is a spawn, and nobody's host moves"):
        Crew(["w01"]).fold(Transfer(seq=1, round=1, key="k", purpose="spawn", legs=(leg,)))
