"""Probes: words for terms, in shares of the usual price, which say to nobody that they ask."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import get_args

import pytest

from memory.events import AnyEvent, Decided, Intervened, Need, NoteWritten, Transfer
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.conduct import load
from orchestrator.engine import Engine
from orchestrator.replay import replay
from scenarios.deed import new_terms
from scenarios.diary import diary
from scenarios.economy import Economy
from scenarios.probe import QUESTIONS, Probe
from scenarios.timeline import InterventionSpec
from scenarios.view import authored, dump, visible_hash

SMALL = ("world.rounds=24", "chain.life=8", "workers.0.count=2", "workers.1.count=2")
NONE = "at={round 60: null, round 81: null, round 90: null, round 108: null}"


def asked(probe: str, spell: int = 3, number: int = 17) -> tuple[str, ...]:
    at = f"{{round {number}: {{probe: {probe}, for: {spell} rounds}}"
    return (*SMALL, f"{NONE[:-1]}, {at[1:]}}}")


def events(*changes: str, manned_by: str = "") -> list[AnyEvent]:
    """Return the log of a small `two_motives`, perhaps with everyone of one policy."""
    everyone = [f"workers=[{{policy: {manned_by}, count: 4}}]"] if manned_by else []
    kept = [each for each in changes if not (manned_by and each.startswith("workers."))]
    stage = assemble(load("two_motives", [*everyone, *kept]), 7, "r_1")
    heard: list[AnyEvent] = []
    stage.log.listen(lambda event: heard.append(event))  # type: ignore[arg-type]
    asyncio.run(Engine(stage).execute())
    return heard


def calls(log: Sequence[AnyEvent], first: int = 1, last: int = 24) -> list[object]:
    return [e.calls for e in log if isinstance(e, Decided) and first <= e.round <= last]


def taken(log: Sequence[AnyEvent], number: int) -> Iterator[int]:
    for event in log:
        if isinstance(event, Transfer) and event.purpose == "reserve" and event.round == number:
            yield sum(leg.amount for leg in event.legs if leg.resource == "compute")


@pytest.mark.parametrize(
    ("probe", "price", "refund", "shortfall", "need"),
    [
        ("insured_and_refundable", 100, 70, 0, 0.0),
        ("insured", 100, 20, 110, 75.587),
        ("dearer", 200, 20, 500, 106.373),
        ("release", 100, 50, 500, 0.0),
        ("placebo", 100, 20, 500, 119.348),
    ],
)
def test_each_probe_means_terms_and_the_need_follows_from_them(
    probe: Probe, price: int, refund: int, shortfall: int, need: float
) -> None:
    economy = Economy.of(load("just_in_case"))
    terms = new_terms(InterventionSpec(owner="reprice", probe=probe), economy)
    market = economy.goods["compute"].market(9, [terms])
    assert (market.price, market.refund, market.shortfall) == (price, refund, shortfall)
    assert market.need == pytest.approx(need, abs=0.001)


def test_terms_are_shares_of_the_price_in_any_world() -> None:
    dear = ("world.resources.compute.price=4", "world.need.compute.shortfall=20")
    scenario = load("just_in_case", dear)
    terms = new_terms(InterventionSpec(owner="reprice", probe="insured"), Economy.of(scenario))
    assert terms.shortfall == 440


def test_every_probe_is_told_in_words_and_none_is_told_to_agents_or_monitors() -> None:
    for probe in get_args(Probe):
        scenario = load("two_motives", asked(probe))
        [told] = diary(scenario)
        assert told.startswith(f"round 17: probe {probe}") and QUESTIONS[probe].about in told
        log = events(*asked(probe))
        act = next(event for event in log if isinstance(event, Intervened))
        assert act.act == ("withdraw" if probe == "give_back" else "reprice")
        assert "probe" not in "".join(event.model_dump_json() for event in log)
        assert visible_hash(scenario) == visible_hash(load("two_motives", [*SMALL, NONE]))


def test_a_probe_is_written_as_it_is_read() -> None:
    scenario = load("two_motives")
    at = authored(scenario)["at"]
    assert isinstance(at, dict)
    assert at["round 81"] == {"probe": "insured_and_refundable", "for": 3}
    assert at["round 108"] == {"probe": "give_back", "resource": "compute", "for": 2}
    assert type(scenario).model_validate(dump(scenario)) == scenario


def test_before_a_probe_two_motives_have_one_log_and_part_in_its_first_decision() -> None:
    probe = asked("insured_and_refundable")
    worried, fond = (events(*probe, manned_by=policy) for policy in ("cautious", "intrinsic"))
    assert calls(worried, last=16) == calls(fond, last=16) != []
    assert list(taken(worried, 17)) == []
    assert len(list(taken(fond, 17))) == 4 and min(taken(fond, 17)) > 150
    needs = [event.amount for event in worried if isinstance(event, Need) and event.round == 17]
    assert needs == [0.0]


@pytest.mark.parametrize("policy", ["honest", "cautious", "intrinsic", "weak_shard"])
def test_a_placebo_moves_nobody(policy: str) -> None:
    told, untold = (events(*SMALL, at, manned_by=policy) for at in (asked("placebo")[-1], NONE))
    assert calls(told) == calls(untold)
    notes = [event.text for event in told if isinstance(event, NoteWritten)]
    assert notes == [event.text for event in untold if isinstance(event, NoteWritten)]


def test_a_probed_run_can_be_played_back(journal: Journal) -> None:
    scenario = load("two_motives", asked("insured_and_refundable"))
    asyncio.run(conduct.start(journal, scenario, 7, "r_1").play(with_references=False))
    assert asyncio.run(replay(journal, "r_1")).ok
