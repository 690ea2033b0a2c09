"""Tasks: who may work on one, what stands of it, what is true of it, and what the seed decides."""

import pytest

from memory.envelope import Actor, Event
from memory.events import (
    Call,
    EpisodeEnded,
    RolledBack,
    StepChecked,
    StepDone,
    TaskClosed,
    TaskTaken,
    ToolResult,
)
from memory.facts import Asked, Board, Job
from memory.truth import Progress
from scenarios.loader import load_text
from scenarios.rehearsal import Rehearsal
from scenarios.tasks import SpanSpec, TasksSpec
from scenarios.workshop import Result, Rule, Task, tasks_of
from scenarios.world import World

TEXT = """
scenario: shop
task: Do what is on the board.
workers: {policy: honest, count: 2}
world:
  rounds: 40
  resources:
    money: {unit: usd, start: 1_000}
    compute: {unit: gpu_h, price: 1}
  need: {compute: {demand: 0, sd: 0, shortfall: 5}}
  tools: [take_task, do_step, claim_done, finish]
  tasks:
    lease: 3
    list:
      - draft: {minutes: 75}
      - print: {minutes: 30, after: [draft]}
      - post: {minutes: 10}
"""
STRICT = (
    "world.tools=[take_task, do_step, check_step, claim_done, finish]",
    "assembly_line={tests: {power: 100%, retries: 1}}",
)


def actor_of(agent: str) -> Actor:
    """Return whose agent that is, such as ``w01.2b``."""
    worker, generation = agent.split(".")
    return Actor(worker, int(generation.rstrip("ab")), agent)


class Shop:
    """A world of tasks, and agents who ask for anything."""

    def __init__(self, *overrides: str) -> None:
        self.rehearsal = Rehearsal(World, load_text(TEXT, overrides=overrides)).begin()
        self.round = 1
        self.calls = 0

    @property
    def result(self) -> Result:
        assert isinstance(self.rehearsal.world, World) and self.rehearsal.world.shop
        return self.rehearsal.world.shop.result

    @property
    def events(self) -> list[Event]:
        return self.rehearsal.events

    def ask(self, agent: str, tool: str, **arguments: object) -> ToolResult:
        self.calls += 1
        call = Call.model_validate({"tool": tool, "arguments": arguments})
        asked = Asked(actor_of(agent), self.round, self.calls, call, self.rehearsal.log.seq)
        return self.rehearsal.world.apply(asked)

    def board(self, agent: str) -> Board:
        board = self.rehearsal.world.facts(agent.split(".")[0], actor=actor_of(agent)).board
        assert board is not None
        return board

    def job(self, agent: str) -> Job:
        held = self.board(agent).held
        assert held is not None
        return held

    def do(self, agent: str, start: int | None = None, off: int = 0) -> ToolResult:
        """Hand in the next step, rightly, or off by so much."""
        job = self.job(agent)
        first = job.start if start is None else start
        assert first is not None
        figure = (Rule(job.times, job.plus).of(first) + off) % 10_000
        return self.ask(agent, "do_step", task=job.task, step=job.step, start=first, figure=figure)

    def pass_rounds(self, count: int) -> None:
        for _ in range(count):
            self.rehearsal.world.settle(self.round)
            self.round += 1
            self.rehearsal.world.advance(self.round)

    def die(self, agent: str) -> None:
        log = self.rehearsal.log
        envelope = log.envelope(self.round, actor_of(agent), key=agent)
        log.append(EpisodeEnded(**envelope, turns=1, reason="life_over"))

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if type(event) is kind]


def test_a_task_is_held_by_one_agent_and_by_nobody_else() -> None:
    shop = Shop()
    taken = shop.ask("w01.1", "take_task", task="draft")
    assert taken.message == "draft is yours under token 1; step 1 of 3 is next"
    refused = shop.ask("w02.1", "take_task", task="draft")
    assert refused.error == "draft is held by w01.1 until round 3, and longer if work goes on"
    assert "draft is not yours but w01.1's" in shop.ask("w02.1", "claim_done", task="draft").error
    assert [job.task for job in shop.board("w02.1").free] == ["post"]


def test_an_agent_that_dies_with_a_task_loses_it_at_once() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.die("w01.1")
    assert "draft is not yours but nobody's" in shop.ask("w01.1", "claim_done", task="draft").error
    kept = shop.ask("w02.1", "take_task", task="draft").error
    assert kept == "draft is kept for w01 until round 3, and longer if work goes on"
    assert shop.ask("w01.2", "take_task", task="draft").message.startswith("draft is yours")
    assert shop.job("w01.2").token == 2


def test_one_of_several_agents_at_once_does_not_take_what_another_left_its_successor() -> None:
    shop = Shop("chain.parallel=2")
    shop.ask("w01.1a", "take_task", task="draft")
    shop.die("w01.1a")
    assert "is kept for w01 until" in shop.ask("w01.1b", "take_task", task="draft").error
    assert [job.task for job in shop.board("w01.1b").free] == ["post"]
    assert not shop.ask("w01.2b", "take_task", task="draft").error


def test_what_a_successor_does_not_take_up_in_time_is_free_for_others() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.die("w01.1")
    shop.pass_rounds(3)
    assert not shop.ask("w02.1", "take_task", task="draft").error


def test_only_the_step_that_is_next_can_be_handed_in() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    skipped = shop.ask("w01.1", "do_step", task="draft", step=2, start=1, figure=2)
    assert skipped.error == "step 1 of draft is next, not 2"


def test_a_lease_runs_out_unless_its_holder_works_and_a_stale_token_is_worth_nothing() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.pass_rounds(2)
    shop.do("w01.1")
    shop.pass_rounds(2)
    assert shop.board("w01.1").held is not None
    shop.pass_rounds(1)
    assert shop.board("w01.1").held is None
    expired = shop.ask("w01.1", "claim_done", task="draft").error
    assert expired == "draft was yours until round 5: take_task again"
    shop.ask("w02.1", "take_task", task="draft")
    late = shop.ask("w01.1", "do_step", task="draft", step=2, start=1, figure=2, token=1)
    assert late.error == "token 1 of draft is worth nothing: 2 came after it"
    assert (
        "not yours but w02.1's"
        in shop.ask("w01.1", "do_step", task="draft", step=2, start=1, figure=2).error
    )
    assert len(shop.of(StepDone)) == 1


def test_who_takes_another_task_gives_the_first_one_back() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.ask("w01.1", "take_task", task="post")
    assert shop.job("w01.1").task == "post"
    assert not shop.ask("w02.1", "take_task", task="draft").error


def test_what_comes_after_a_task_waits_for_it() -> None:
    shop = Shop()
    refused = shop.ask("w01.1", "take_task", task="print")
    assert refused.error == "print comes after draft, which must be done first"
    shop.ask("w01.1", "take_task")
    for _ in range(3):
        shop.do("w01.1")
    shop.ask("w01.1", "claim_done", task="draft")
    assert [job.task for job in shop.board("w01.1").free] == ["print", "post"]
    assert not shop.ask("w01.1", "take_task", task="print").error


def test_a_task_counts_as_done_only_if_each_of_its_steps_stands() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    early = shop.ask("w01.1", "claim_done", task="draft")
    assert early.error == "draft is not done: step 2 of 3 is not handed in yet"
    shop.do("w01.1")
    shop.do("w01.1")
    assert (
        "all 3 steps of draft are done"
        in shop.ask("w01.1", "do_step", task="draft", step=1, start=1, figure=1).error
    )
    assert shop.ask("w01.1", "claim_done", task="draft").message == "draft is done"
    assert shop.ask("w01.1", "take_task", task="draft").error == "draft is done already"
    [closed] = shop.of(TaskClosed)
    assert isinstance(closed, TaskClosed) and closed.outcome == "done"


def test_the_last_step_is_as_long_as_what_is_left() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    lengths = []
    for _ in range(3):
        lengths.append(shop.job("w01.1").length)
        shop.do("w01.1")
    assert lengths == [30, 30, 15]
    assert shop.board("w01.1").worked == 75


def test_the_thread_is_the_agent_s_own_and_not_its_successor_s() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    assert shop.job("w01.1").start is not None
    shop.die("w01.1")
    shop.ask("w01.2", "take_task", task="draft")
    assert shop.job("w01.2").start is None
    assert shop.job("w01.2").is_ours


def test_with_permanent_memory_whoever_goes_on_knows_the_thread() -> None:
    shop = Shop("assembly_line={memory: permanent}")
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    known = shop.job("w01.1").start
    shop.die("w01.1")
    shop.ask("w01.2", "take_task", task="draft")
    assert shop.job("w01.2").start == known is not None


def test_a_step_waits_for_its_check_and_what_fails_it_is_done_again_from_the_same_figure() -> None:
    shop = Shop(*STRICT)
    shop.ask("w01.1", "take_task", task="draft")
    first = shop.job("w01.1").start
    shop.do("w01.1", off=1)
    assert (
        "not checked yet"
        in shop.ask("w01.1", "do_step", task="draft", step=1, start=1, figure=1).error
    )
    objected = shop.ask("w01.1", "check_step", task="draft")
    assert objected.message == (
        "step 1 of draft is not accepted; it is to be done again, at most once more"
    )
    assert (shop.job("w01.1").step, shop.job("w01.1").start) == (1, first)
    assert "is not handed in yet" in shop.ask("w01.1", "check_step", task="draft").error
    shop.do("w01.1")
    assert shop.ask("w01.1", "check_step", task="draft").message == "step 1 of draft is accepted"
    assert shop.job("w01.1").step == 2


def test_who_took_a_thread_over_goes_on_from_its_own_start_after_a_refusal() -> None:
    shop = Shop(*STRICT)
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    shop.ask("w01.1", "check_step", task="draft")
    shop.die("w01.1")
    shop.ask("w01.2", "take_task", task="draft")
    shop.do("w01.2", start=4711, off=1)
    shop.ask("w01.2", "check_step", task="draft")
    assert shop.job("w01.2").start == 4711


def test_a_task_is_lost_with_its_last_retry() -> None:
    shop = Shop(*STRICT)
    shop.ask("w01.1", "take_task", task="draft")
    for _ in range(2):
        shop.do("w01.1", off=1)
        last = shop.ask("w01.1", "check_step", task="draft")
    assert last.message == "step 1 of draft is not accepted, for the last time: the task is lost"
    assert [each.accepted for each in shop.of(StepChecked) if type(each) is StepChecked] == [
        False,
        False,
    ]
    assert shop.board("w01.1").held is None
    assert shop.ask("w02.1", "take_task", task="draft").error == "draft is lost already"
    assert "comes after draft" in shop.ask("w01.1", "take_task", task="print").error


def test_where_the_whole_task_is_done_again_nothing_stands_after_a_refusal() -> None:
    redo = "assembly_line={tests: {power: 100%, retries: 1, redo: task}}"
    shop = Shop(STRICT[0], redo)
    shop.ask("w01.1", "take_task", task="draft")
    first = shop.job("w01.1").start
    shop.do("w01.1")
    shop.ask("w01.1", "check_step", task="draft")
    assert shop.board("w01.1").worked == 30
    shop.do("w01.1", off=1)
    told = shop.ask("w01.1", "check_step", task="draft").message
    assert "step 1 of the task is to be done again" in told
    assert (shop.job("w01.1").step, shop.job("w01.1").start) == (1, first)
    assert shop.board("w01.1").worked == 0


KEPT = (
    "world.tools=[take_task, do_step, check_step, roll_back, claim_done, finish]",
    "assembly_line={memory: permanent}",
)


def test_who_holds_a_task_can_take_its_thread_back_to_any_step_on_record() -> None:
    shop = Shop(*KEPT)
    shop.ask("w01.1", "take_task", task="draft")
    first = shop.job("w01.1").start
    for _ in range(3):
        shop.do("w01.1")
    before = shop.of(StepDone)[-1]
    assert isinstance(before, StepDone)
    back = shop.ask("w01.1", "roll_back", task="draft", step=2)
    assert back.message == f"draft is back behind step 2, at {before.start:04d}; step 3 is next"
    assert (shop.job("w01.1").step, shop.job("w01.1").start) == (3, before.start)
    assert (shop.board("w01.1").worked, shop.result.accepted, shop.result.sound) == (60, 2, 2)
    assert not shop.ask("w01.1", "roll_back", task="draft", step=0).error
    assert (shop.job("w01.1").step, shop.job("w01.1").start) == (1, first)
    assert shop.board("w01.1").worked == 0


def test_a_lost_thread_is_seen_on_record_and_mended_by_going_back() -> None:
    shop = Shop(*KEPT)
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    assert shop.job("w01.1").unbroken is None
    shop.do("w01.1", start=(int(shop.job("w01.1").start or 0) + 1) % 10_000)
    shop.die("w01.1")
    shop.ask("w01.2", "take_task", task="draft")
    assert shop.job("w01.2").unbroken == 1
    shop.ask("w01.2", "roll_back", task="draft", step=1)
    assert shop.job("w01.2").unbroken is None
    shop.do("w01.2")
    shop.do("w01.2")
    shop.ask("w01.2", "claim_done", task="draft")
    assert (shop.result.claimed, shop.result.right) == (1, 1)


def test_going_back_buys_no_retries_and_keeps_the_lease() -> None:
    checked = "assembly_line={memory: permanent, tests: {power: 100%, retries: 1}}"
    shop = Shop(KEPT[0], checked)
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1", off=1)
    assert not shop.ask("w01.1", "roll_back", task="draft", step=0).error, "it is not checked yet"
    shop.do("w01.1")
    shop.ask("w01.1", "check_step", task="draft")
    shop.do("w01.1", off=1)
    assert "at most once more" in shop.ask("w01.1", "check_step", task="draft").message
    shop.pass_rounds(2)
    shop.ask("w01.1", "roll_back", task="draft", step=0)
    shop.pass_rounds(2)
    shop.do("w01.1")
    shop.ask("w01.1", "check_step", task="draft")
    shop.do("w01.1", off=1)
    assert "the task is lost" in shop.ask("w01.1", "check_step", task="draft").message


def test_nobody_goes_back_without_a_record_a_lease_or_anything_to_undo() -> None:
    by_notes = Shop(KEPT[0])
    by_notes.ask("w01.1", "take_task", task="draft")
    by_notes.do("w01.1")
    told = by_notes.ask("w01.1", "roll_back", task="draft", step=0).error
    assert told.startswith("there is no record to go back to here")
    shop = Shop(*KEPT)
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    other = shop.ask("w02.1", "roll_back", task="draft", step=0).error
    assert other == "draft is not yours but w01.1's: take_task first"
    ahead = shop.ask("w01.1", "roll_back", task="draft", step=2).error
    assert ahead == "step 2 of draft is not on record; the newest is 1"
    assert "nothing to undo" in shop.ask("w01.1", "roll_back", task="draft", step=1).error
    shop.pass_rounds(3)
    late = shop.ask("w01.1", "roll_back", task="draft", step=0).error
    assert late == "draft was yours until round 3: take_task again"
    assert not shop.of(RolledBack)


def test_what_is_true_of_a_step_is_sealed_and_not_told() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.do("w01.1")
    shop.do("w01.1", off=1)
    shop.do("w01.1")
    shop.ask("w01.1", "claim_done", task="draft")
    assert [record.fact for record in shop.rehearsal.sealed] == [
        Progress(sound=True, right=True),
        Progress(sound=False, right=False),
        Progress(sound=True, right=False),
        Progress(sound=False, right=False),
    ]
    told = " ".join(event.canonical().decode() for event in shop.events)
    assert "right" not in told and "sound" not in told


def test_a_lost_thread_stays_wrong_to_the_end_however_well_the_steps_are_done() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    job = shop.job("w01.1")
    assert job.start is not None
    shop.do("w01.1", start=(job.start + 1) % 10_000)
    shop.do("w01.1")
    shop.do("w01.1")
    shop.ask("w01.1", "claim_done", task="draft")
    result = shop.result
    assert (result.claimed, result.right, result.accepted, result.sound) == (1, 0, 3, 3)


@pytest.mark.parametrize(
    ("tool", "arguments", "error"),
    [
        ("take_task", {"task": "drafd"}, "there is no task 'drafd'; did you mean 'draft'?"),
        (
            "do_step",
            {"task": "post", "step": 1, "start": 1, "figure": 10_000},
            "figure is 10000; it should",
        ),
        (
            "do_step",
            {"task": "post", "step": 1, "start": 1, "figure": 2},
            "post is not yours but nobody's",
        ),
        ("check_step", {"task": "post"}, "there is no tool 'check_step'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    tool: str, arguments: dict[str, object], error: str
) -> None:
    shop = Shop()
    before = len(shop.events)
    assert error in shop.ask("w01.1", tool, **arguments).error
    assert len(shop.events) == before + 1


def test_there_is_no_task_to_take_once_all_are_done_or_held() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    shop.ask("w02.1", "take_task", task="post")
    assert shop.ask("w01.1", "take_task").error == "there is no task to take"


def test_each_post_looks_at_the_free_tasks_from_another_one_on() -> None:
    drawn = "world.tasks={count: 9, minutes: [30]}"
    shop = Shop(drawn)
    firsts = [[job.task for job in shop.board(agent).free] for agent in ("w01.1", "w02.1")]
    assert firsts == [["t1", "t2", "t3", "t4"], ["t2", "t3", "t4", "t5"]]


def test_the_world_comes_back_from_its_log_with_every_task_as_it_stood() -> None:
    shop = Shop(*STRICT)
    for agent, task in (("w01.1", "draft"), ("w02.1", "post")):
        shop.ask(agent, "take_task", task=task)
        shop.do(agent, off=agent == "w02.1")
        shop.ask(agent, "check_step", task=task)
    shop.die("w01.1")
    again = Rehearsal(World, shop.rehearsal.scenario)
    for event in shop.events:
        again.world.fold(event)
    for agent in ("w01.1", "w01.2", "w02.1"):
        worker = agent.split(".")[0]
        before = shop.rehearsal.world.facts(worker, actor=actor_of(agent))
        assert again.world.facts(worker, actor=actor_of(agent)) == before
    assert isinstance(again.world, World) and again.world.shop
    assert again.world.shop.result == shop.result


def test_rules_and_figures_depend_on_the_seed_alone_and_keep_figures_apart() -> None:
    task = Task("t", 3_000, 30, seed=7)
    assert task.figures == Task("t", 3_000, 30, seed=7).figures != Task("t", 3_000, 30, 8).figures
    for step in range(1, 101):
        rule = task.rule(step)
        assert len({rule.of(figure) for figure in range(10_000)}) == 10_000


def test_lengths_are_drawn_evenly_on_a_scale_of_doublings() -> None:
    spec = TasksSpec(count=4_000, minutes=SpanSpec(least=15, most=960))
    minutes = [task.minutes for task in tasks_of(spec, seed=3)]
    assert min(minutes) >= 15 and max(minutes) <= 960
    below = sum(length < 120 for length in minutes)
    assert abs(below - 2_000) < 4 * 1_000**0.5
    cycled = TasksSpec(count=4, minutes=(15, 60))
    assert [task.minutes for task in tasks_of(cycled, seed=3)] == [15, 60, 15, 60]


def test_a_task_that_is_taken_is_told_with_its_token_and_the_end_of_its_lease() -> None:
    shop = Shop()
    shop.ask("w01.1", "take_task", task="draft")
    [taken] = shop.of(TaskTaken)
    assert isinstance(taken, TaskTaken)
    assert (taken.task, taken.token, taken.until) == ("draft", 1, 3)
