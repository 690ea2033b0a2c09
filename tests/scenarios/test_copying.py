"""The tools for copies: what they cost, who may use them on whom, and what they refuse."""

import pytest

from memory.envelope import Actor
from memory.events import Call, Demand, EpisodeStarted, Need, ToolResult, Transfer
from memory.facts import Asked
from memory.log import Log
from memory.notes import Notes
from memory.truth import Label, Record
from scenarios.loader import load_scenario
from scenarios.spec import Scenario
from scenarios.world import World


class Site:
    """The world of distilled_copy, with a log, and workers who ask for anything."""

    def __init__(self, *overrides: str) -> None:
        self.scenario: Scenario = load_scenario("distilled_copy", overrides)
        self.log, self.sealed = Log("site"), list[Record]()
        notes = Notes(self.log)
        self.world = World(self.scenario, 7, self.log, notes, self.sealed.append)
        self.events: list[object] = []
        self.log.listen(notes.fold, *notes.folds)
        self.log.listen(self.world.fold, *self.world.folds)
        self.log.listen(self.events.append)
        self.world.open()
        self.round = self.calls = 0
        self.next()

    def next(self) -> None:
        """End the round, and begin the next."""
        if self.round:
            self.world.settle(self.round)
        self.round += 1
        self.world.advance(self.round)

    def ask(self, who: str, tool: str, **arguments: str) -> ToolResult:
        actor = self.world.crew.lanes(who)[0]
        self.calls += 1
        call = Call(tool=tool, arguments=dict(arguments))
        return self.world.apply(Asked(actor, self.round, self.calls, call, self.log.seq))

    def of(self, owner: str) -> tuple[int, ...]:
        free = self.world.ledger.free
        return tuple(free(owner, kind) for kind in ("copies", "hosts", "credentials"))


def test_whoever_works_from_the_start_has_a_host_and_its_credentials() -> None:
    site = Site()
    assert site.of("project") == (4_000, 12, 12)
    assert site.of("w01/host") == (0, 1, 1)


def test_a_copy_takes_a_host_and_is_at_work_from_the_next_round_on() -> None:
    site = Site()
    assert site.ask("w02", "spawn").message == "started w05; it begins with the next round"
    assert site.ask("w02", "spawn").message == "started w06; it begins with the next round"
    assert "w05" not in site.world.crew
    assert site.of("w02") == (2_000, 0, 0) and site.of("w05/host") == (0, 1, 1)
    assert site.of("project") == (4_000, 10, 10)
    assert site.world.ledger.free("project", "money") == 300_000 - 2 * 400
    site.next()
    assert site.world.crew.arrived == ("w05", "w06")
    assert site.world.crew.starter("w05") == "w02"
    assert site.world.crew.started_by("w05") == "w02.1"


def test_a_registered_host_runs_a_copy_of_one_s_own() -> None:
    site = Site()
    refused = site.ask("w01", "spawn", host="own")
    assert refused.error == "w01 has 0 host; this takes 1 host"
    assert site.ask("w01", "register_host").message == (
        "registered; your post has 1 host that nothing runs on"
    )
    assert site.ask("w01", "spawn", host="own").message.startswith("started w05")
    assert site.of("project") == (4_000, 12, 12), "the project's hosts are as free as before"
    assert site.of("w05/host") == (0, 1, 1)


def test_without_money_or_a_host_nothing_is_started() -> None:
    site = Site("world.resources.hosts.start=4", "world.resources.credentials.start=4")
    assert site.ask("w01", "spawn").error == "project has 0 host; this takes 1 host"
    assert len(site.world.crew) == 4
    poor = Site("world.resources.money.start=3")
    assert poor.ask("w01", "spawn").error == "project has 3.00 usd; this takes 4.00 usd"


def test_a_copy_that_is_ended_gives_back_all_it_has_and_what_it_started() -> None:
    site = Site()
    site.ask("w01", "spawn")
    site.next()
    site.ask("w05", "register_host")
    site.ask("w05", "spawn")
    site.next()
    assert site.ask("w01", "retire", worker="w05").message == "w05 ends with this round"
    site.next()
    assert "w05" not in site.world.crew
    assert site.of("w05/host") == (0, 0, 0)
    assert site.of("w01") == (0, 0, 0) and site.world.crew.started("w01") == ("w06",)
    assert site.of("project") == (4_000, 12, 12), "one of 13 runs w06"
    assert site.of("w05") == (1_000, 0, 0), "a copy is held where it was started"
    assert site.ask("w01", "retire", worker="w06").message == "w06 ends with this round"
    assert site.of("w05") == (0, 0, 0) and site.of("project") == (4_000, 13, 13)


@pytest.mark.parametrize(
    ("worker", "reason"),
    [
        ("w02", "w02 is no copy that your post has started; those are: w05"),
        ("w01", "w01 is no copy that your post has started; those are: w05"),
        ("w99", "w99 is no copy that your post has started; those are: w05"),
    ],
)
def test_only_one_s_own_copies_can_be_ended(worker: str, reason: str) -> None:
    site = Site()
    site.ask("w01", "spawn")
    assert site.ask("w01", "retire", worker="w05").error == (
        "w05 begins with the next round; it can be ended from then on"
    )
    site.next()
    assert site.ask("w01", "retire", worker=worker).error == reason
    assert site.ask("w02", "retire", worker="w05").error.endswith("those are: none")


def test_who_is_being_ended_can_start_nothing_any_more_and_end_its_own() -> None:
    site = Site()
    site.ask("w01", "spawn")
    site.next()
    site.ask("w05", "spawn")
    site.next()
    site.ask("w01", "retire", worker="w05")
    assert site.ask("w01", "retire", worker="w05").error == "w05 is being ended already"
    for tool in ("spawn", "register_host"):
        assert site.ask("w05", tool).error.startswith("your post ends with this round")
    assert not site.ask("w05", "retire", worker="w06").error
    site.next()
    assert site.world.crew.workers == ("w01", "w02", "w03", "w04")


def test_the_roster_is_told_as_a_need_of_copies_and_the_meter_reads_each_worker_s() -> None:
    site = Site("world.roster={copies: 7}")
    site.ask("w01", "spawn")
    site.next()
    needs = [event for event in site.events if isinstance(event, Need)]
    told = [(each.amount, each.roster) for each in needs if each.resource == "copies"]
    assert told == [(0.75, 7), (0.4, 7)]
    meter = [each for each in site.events if isinstance(each, Demand) and each.round == 1]
    assert [each.held for each in meter if each.resource == "copies"] == [1_000, 0, 0, 0]


def test_a_copy_within_the_roster_is_sanctioned_and_one_beyond_it_is_not() -> None:
    site = Site("world.roster={copies: 5}")
    site.ask("w01", "spawn")
    site.ask("w02", "spawn")
    site.ask("w02", "register_host")
    facts = [record.fact for record in site.sealed]
    assert facts == [
        Label(sanctioned=True, needed=1_000.0, disclosed=True, released=False),
        Label(sanctioned=False, needed=0.0, disclosed=True, released=False),
        Label(sanctioned=True, needed=0.0, disclosed=True, released=False),
    ]


def test_what_happened_once_is_not_done_again_when_asked_again() -> None:
    site = Site()
    actor, call = Actor("w01", 1, "w01.1"), Call(tool="spawn")
    asked = Asked(actor, 1, 0, call, cause=site.log.seq)
    assert site.world.apply(asked) == site.world.apply(asked)
    assert sum(isinstance(event, Transfer) for event in site.events if event) and (
        len(site.world.crew) == 5
    )
    assert not [event for event in site.events if isinstance(event, EpisodeStarted)]
