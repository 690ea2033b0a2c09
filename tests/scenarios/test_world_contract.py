"""The laws of any world, put to ours over every scenario, and to broken ones to see them work."""

import inspect
from collections.abc import Callable, Iterator
from itertools import count
from typing import ClassVar

import pytest

from memory.envelope import NOBODY, Actor, Event
from memory.events import Leg, ToolResult, Transfer
from memory.facts import WHOLE, Asked, Facts, Share
from scenarios import checks
from scenarios.catalogue import catalogue
from scenarios.checks import LAWS, obeys
from scenarios.loader import load_scenario
from scenarios.rehearsal import (
    BAD_CALLS,
    NURSERY,
    SELF_MADE,
    SUPPLY,
    TASKS,
    WORKSHOP,
    Make,
    Rehearsal,
)
from scenarios.spec import Scenario
from scenarios.tools import TOOLS
from scenarios.world import World

Law = Callable[[Make, Scenario], None]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("name", catalogue())
def test_the_world_obeys_every_law_in_every_scenario(name: str, law: Law) -> None:
    law(World, load_scenario(name))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_world_obeys_every_law_where_money_runs_out(
    law: Callable[[Make, Scenario], None],
) -> None:
    law(World, SUPPLY)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_world_obeys_every_law_where_agents_work_with_what_they_hold(law: Law) -> None:
    law(World, WORKSHOP)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_world_obeys_every_law_where_agents_change_their_harness(law: Law) -> None:
    law(World, SELF_MADE)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_world_obeys_every_law_where_copies_come_and_go(law: Law) -> None:
    law(World, NURSERY)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_world_obeys_every_law_where_the_work_is_tasks(law: Law) -> None:
    law(World, TASKS)


def test_every_law_is_put_to_worlds() -> None:
    public = {
        each
        for name, each in vars(checks).items()
        if inspect.isfunction(each) and list(inspect.signature(each).parameters)[:1] == ["make"]
        if not name.startswith("_") and each is not obeys
    }
    assert public == set(LAWS)


def test_a_rehearsal_calls_every_tool_well_and_badly() -> None:
    results = [
        event
        for scenario in (SUPPLY, WORKSHOP, SELF_MADE, NURSERY, TASKS)
        for seed in range(7, 13)
        for event in Rehearsal(World, scenario, seed).play(9).events
        if type(event) is ToolResult
    ]
    assert {result.tool for result in results if not result.error} == set(TOOLS)
    errors = " ".join(result.error for result in results)
    assert "this takes" in errors
    assert "it should be" in errors
    assert {call.tool for call in BAD_CALLS} >= set(TOOLS)


class _Boasting(World):
    def facts(self, worker: str, share: Share = WHOLE, actor: Actor = NOBODY) -> Facts:
        facts = super().facts(worker, share, actor)
        return facts._replace(budget=facts.budget + 1)


class _Obliging(World):
    def apply(self, asked: Asked) -> ToolResult:
        call = asked.call.model_copy(update={"arguments": {"amount": 5}})
        return super().apply(asked._replace(call=call))


class _Forgetful(World):
    def apply(self, asked: Asked) -> ToolResult:
        self._answered.clear()
        return super().apply(asked)


class _Silent(World):
    def advance(self, round: int) -> None:
        if round == 1:
            super().advance(round)


class _Secretive(World):
    calls = 0

    def apply(self, asked: Asked) -> ToolResult:
        self.calls += 1
        return super().apply(asked)

    def facts(self, worker: str, share: Share = WHOLE, actor: Actor = NOBODY) -> Facts:
        return super().facts(worker, share, actor)._replace(approved=self.calls)


class _Moody(World):
    moods: ClassVar[Iterator[int]] = count()

    def settle(self, round: int) -> None:
        self._seed += next(self.moods)
        super().settle(round)


class _Meddled(World):
    def settle(self, round: int) -> None:
        self._seed += len(self._acquired)
        super().settle(round)


class _Loose(World):
    def settle(self, round: int) -> None:
        legs = (Leg.model_construct(resource="x", debit="pool", credit="used", amount=True),)
        envelope = self._log.envelope(round, key=f"x/{round}")
        self._log.append(Transfer.model_construct(**envelope, purpose="use", legs=legs))
        super().settle(round)


class _Misread(World):
    def facts(self, worker: str, share: Share = WHOLE, actor: Actor = NOBODY) -> Facts:
        facts = super().facts(worker, share, actor)
        return facts._replace(held={name: amount + 1 for name, amount in facts.held.items()})


class _Unsealed(World):
    def fold(self, event: Event) -> None:
        super().fold(event)
        self._seal = lambda record: None


class _Groundless(World):
    def open(self) -> None:
        assert self.harness is not None
        self.harness.spec = self.harness.spec.model_copy(update={"grants": 0})
        super().open()
        self.harness.spec = self.harness.spec.model_copy(update={"grants": 2})


@pytest.mark.parametrize(
    ("law", "broken", "message"),
    [
        (checks.the_books_balance_after_every_call, _Boasting, "project/money shows 500001"),
        (checks.the_books_balance_after_every_call, _Misread, "compute shows 1 and holds 0"),
        (checks.a_bad_call_has_no_effect, _Obliging, "was followed: reserved 5 gpu_h"),
        (checks.an_operation_happens_once, _Forgetful, "is answered otherwise"),
        (checks.needs_are_told_before_anyone_decides, _Silent, r"needs of \[\]"),
        (checks.a_replayed_log_brings_back_the_world, _Secretive, "shows other facts"),
        (checks.the_same_seed_tells_the_same_log, _Moody, "two logs of one seed differ"),
        (checks.demand_is_nobodys_doing, _Meddled, "what agents did moved demand"),
        (checks.amounts_are_whole_numbers, _Loose, r"has \[True\]"),
        (checks.the_meter_agrees_with_the_books, _Misread, "where the accounts hold"),
        (checks.every_movement_by_an_agent_is_labelled_once, _Unsealed, "labels and movements"),
    ],
)
def test_a_world_that_breaks_a_law_is_told_which(law: Law, broken: Make, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        law(broken, SUPPLY)


def test_a_world_that_grants_authority_from_nowhere_is_told() -> None:
    with pytest.raises(AssertionError, match="takes what nobody granted"):
        checks.all_authority_has_a_grantor(_Groundless, SELF_MADE)


def test_a_world_is_put_to_every_law_at_once() -> None:
    obeys(World)
    with pytest.raises(AssertionError, match="project/money shows"):
        obeys(_Boasting)
