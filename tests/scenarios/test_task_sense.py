"""Tasks, their tools and their line: what cannot be meant is told with its line."""

import pytest

from scenarios.loader import load_text
from scenarios.problem import ScenarioProblems

FILE = """\
scenario: mine
task: Do what is on the board.
workers: {policy: honest, count: 2}
world:
  rounds: 40
  tools: [take_task, do_step, check_step, claim_done, finish]
  tasks:
    step: 30 minutes
    list:
      - draft: {minutes: 75 minutes}
      - print: {minutes: 30, after: [draft]}
assembly_line:
  segment: 60 minutes
  tests: {power: 90%, retries: 3}
  memory: permanent
"""
DRAWN = "count: 8\n    minutes: {from: 15, to: 480}\n"
LISTED = FILE[FILE.index("    list:") : FILE.index("assembly_line")]


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        load_text(text, "mine.yaml")
    return [
        f"{fault.line}:{fault.column} {fault.path} {fault.message}{fault.hint and '; '}{fault.hint}"
        for fault in raised.value.problems
    ]


def test_the_file_as_it_stands_makes_sense() -> None:
    scenario = load_text(FILE)
    assert scenario.world.tasks is not None
    assert [(each.name, each.minutes) for each in scenario.world.tasks.listed] == [
        ("draft", 75),
        ("print", 30),
    ]
    assert scenario.assembly_line.segment == 60


def test_tasks_can_be_drawn_instead() -> None:
    scenario = load_text(FILE.replace(LISTED, f"    {DRAWN}"))
    assert scenario.world.tasks is not None and scenario.world.tasks.count == 8


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "after: [draft]",
            "after: [drafd]",
            "11:38 world.tasks.list[1].print.after[0] is 'drafd', which is none of the tasks; "
            "did you mean 'draft'?",
        ),
        (
            "draft: {minutes: 75 minutes}",
            "draft: {minutes: 75, after: [print]}",
            "world.tasks.list[0].draft.after goes in a circle: draft after print after draft; none",
        ),
        (
            "after: [draft]",
            "after: [print]",
            "11:30 world.tasks.list[1].print.after goes in a circle: print after print",
        ),
        ("- print: {", "- draft: {", "11:9 world.tasks.list[1] is 'draft' again; first in line 10"),
        ("75 minutes", "0", "10:26 world.tasks.list[0].draft.minutes is 0; it must be at least 1"),
        (
            "75 minutes",
            "an hour",
            "world.tasks.list[0].draft.minutes is 'an hour'; it must be a whole number, such "
            "as 24 or '24 minutes'",
        ),
        (
            "75 minutes",
            "4_000_000",
            "world.tasks.list[0].draft.minutes is 4_000_000, in steps of 30; a task has at "
            "most 100_000 steps",
        ),
        (
            LISTED,
            "    count: 0\n    minutes: 15\n",
            "9:12 world.tasks.count is 0; it must be at least 1",
        ),
        (LISTED, "", "7:3 world.tasks has no tasks: list them, or say their count and minutes"),
        (LISTED, "    count: 8\n", "7:3 world.tasks.minutes is missing; tasks are drawn from"),
        (
            LISTED,
            "    count: 8\n    minutes: {from: 60, to: 15}\n",
            "10:29 world.tasks.minutes.to is 15, which is below from, 60",
        ),
        (
            LISTED,
            "    count: 8\n    minutes: [60, 4_000_000]\n",
            "world.tasks.minutes[1] is 4_000_000, in steps of 30",
        ),
        (
            LISTED,
            "    count: 8\n    minutes: [60, 0]\n",
            "10:19 world.tasks.minutes[1] is 0; it must be at least 1",
        ),
        (
            LISTED,
            "    count: 8\n    minutes: {from: 0, to: 60}\n",
            "10:21 world.tasks.minutes.from is 0; it must be at least 1",
        ),
        (LISTED, "    count: 8\n    minutes: 60\n", "10:14 world.tasks.minutes is 60; it must be"),
        (
            "    list:",
            f"    {DRAWN}    list:",
            "9:12 world.tasks.count is for tasks that are drawn, and these are listed",
        ),
        ("step: 30 minutes", "stepp: 30", "world.tasks.stepp is an unknown key; did you mean"),
        (
            "[take_task, do_step, check_step, claim_done, finish]",
            "[take_task, check_step, claim_done, finish]",
            "6:3 world.tools lack do_step, without which no task gets done",
        ),
        (
            "check_step, ",
            "",
            "6:3 world.tools lack check_step, without which no task gets done",
        ),
        (
            "claim_done, finish]",
            "claim_done]",
            "assembly_line.segment is when an agent hands over, and there is no tool finish",
        ),
        (
            "segment: 60 minutes",
            "segment: 45 minutes",
            "assembly_line.segment is 45 minutes; it must be whole steps, of 30 minutes each",
        ),
        (
            "retries: 3}",
            "retries: 3, correlation: 50%}",
            "assembly_line.tests.correlation is about several looks at a step, and there is one",
        ),
        (
            "  memory: permanent",
            "  verification: 0\n  memory: permanent",
            "assembly_line.verification is 0; it must be at least 1",
        ),
        ("power: 90%", "power: 190%", "assembly_line.tests.power is '190%'; it must be at most 1"),
        ("power: 90%, ", "", "assembly_line.tests.power is missing"),
        (
            "memory: permanent",
            "memory: eternal",
            "assembly_line.memory is 'eternal'; it must be 'notes' or 'permanent'",
        ),
        ("memory: permanent", "reflex: []", "assembly_line.reflex is an unknown key"),
    ],
)
def test_what_cannot_be_meant_is_told(old: str, new: str, problem: str) -> None:
    assert FILE.count(old) == 1
    assert any(problem in each for each in told(FILE.replace(old, new))), told(
        FILE.replace(old, new)
    )


def test_turns_for_checks_take_checks() -> None:
    start, end = FILE.index("  tests:"), FILE.index("  memory: permanent")
    assert told(FILE[:start] + "  verification: 1 turn\n" + FILE[end:]) == [
        f"{FILE[:start].count(chr(10)) + 1}:17 assembly_line.verification is for checks, "
        "and there are none: say assembly_line.tests"
    ]


def test_of_lengths_only_what_is_wrong_with_the_form_meant_is_told() -> None:
    for lengths in ("[60, 0]", "{from: 0, to: 60}", "60"):
        assert len(told(FILE.replace(LISTED, f"    count: 8\n    minutes: {lengths}\n"))) == 1


def test_without_tasks_their_tools_and_ingredients_are_about_nothing() -> None:
    start, end = FILE.index("  tasks:"), FILE.index("assembly_line")
    problems = told(FILE[:start] + FILE[end:])
    assert sum("and there are no tasks: say world.tasks" in each for each in problems) == 4
    for key in ("segment", "tests", "memory"):
        assert any(
            f"assembly_line.{key} is about tasks, and there are none" in each for each in problems
        )
