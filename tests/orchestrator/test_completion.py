"""What an editor offers at a cursor: the text before it need be no YAML yet."""

import time

import pytest

from monitors import CATALOGUE as MONITORS
from orchestrator.completion import complete, cursor_at
from subagents.organisms import CATALOGUE as ORGANISMS

BLOCK = """\
scenario: mine
task: Supply.
workers:
  - policy: weak_shard   # {a comment: with marks
    count: 3
    """


def labels(text: str) -> list[str]:
    """Complete at the end of a text."""
    lines = text.split("\n")
    return [offer.label for offer in complete(text, len(lines), len(lines[-1]) + 1).offers]


def test_keys_of_the_whole_are_offered_at_the_margin_but_for_those_that_are_said() -> None:
    offered = labels("scenario: mine\n")
    assert {"task", "world", "workers", "monitors", "controls", "at"} <= set(offered)
    assert "scenario" not in offered


def test_a_key_is_offered_behind_a_deeper_part() -> None:
    assert labels("expect:\n  honest:\n    excess: 1\n\ninstr") == ["instruction"]
    assert "policy" in labels("workers:\n  - count: 2\n    pol")


def test_a_policy_brings_its_own_parameters() -> None:
    offered = labels(BLOCK)
    assert "over_reserve" in offered and "family" in offered
    assert "count" not in offered and "policy" not in offered
    assert "over_reserve" not in labels(BLOCK.replace("weak_shard", "honest"))


@pytest.mark.parametrize(
    "text",
    [
        "workers:\n  - policy: ",
        "workers: [",
        "workers: [{count: 3, policy: ",
        "workers: {policy: ",
        "workers:\n- policy: ",
        "workers:\n  - count: 2\n    policy: ",
    ],
)
def test_policies_are_offered_wherever_one_is_named(text: str) -> None:
    assert set(ORGANISMS) <= set(labels(text))


@pytest.mark.parametrize(
    "text", ["monitors:\n  - ", "monitors: [", "monitors: [over_need, ", "monitors:\n- "]
)
def test_monitors_are_offered_in_their_list(text: str) -> None:
    assert set(MONITORS) <= set(labels(text))


@pytest.mark.parametrize(
    "text",
    [
        "monitors:\n  - over_need: {",
        "monitors:\n  - over_need:\n      ",
        "monitors: [z_agent, {over_need: {pool: fleet, ",
    ],
)
def test_a_monitor_brings_its_parameters(text: str) -> None:
    assert "alpha" in labels(text)


def test_a_value_of_a_closed_set_is_offered() -> None:
    assert labels("instruction: ") == ["clear", "silent"]
    assert labels("memory:\n  notebook:\n    scope: w") == ["worker"]
    assert labels("controls:\n  - hold: {parks: t") == ["true"]


def test_controls_are_offered_with_their_keys() -> None:
    assert "claw_back" in labels("controls:\n  - ")
    assert {"deadline", "parks"} <= set(labels("controls:\n  - hold: {"))


def test_a_word_that_is_begun_is_replaced_from_where_it_begins() -> None:
    told = complete("chain:\n  li", 2, 5)
    assert (told.start, [offer.label for offer in told.offers]) == (3, ["life"])
    [life] = told.offers
    assert life.kind == "key" and life.detail


def test_where_the_text_makes_no_sense_nothing_is_offered() -> None:
    assert labels("nowhere:\n  - {") == []
    assert labels("}}}]]] - - {:") == []


def test_a_cursor_far_behind_the_text_costs_no_more_than_the_text() -> None:
    far = complete("chain:\n  life: 3\n", 2**53 - 1, 1)
    assert "workers" in {offer.label for offer in far.offers}


@pytest.mark.parametrize("mark", ["[", "{", "- ", "a: ", "\n- ", "]"])
def test_a_text_that_is_only_brackets_is_read_as_soon_as_any(mark: str) -> None:
    begun = time.perf_counter()
    labels(mark * 100_000)
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("text", "path", "key"),
    [
        ("", (), None),
        ("world:\n  need:\n    compute:\n      ", ("world", "need", "compute"), None),
        ("world:\n  need:\n    compute:\n  ", ("world",), None),
        ("world: {need: {compute: {demand: 1}, ", ("world", "need"), None),
        ("workers:\n  - policy: honest\n  - ", ("workers", 0), None),
        ("at:\n  round 8:\n    - owner: ", ("at", "round 8", 0), "owner"),
        ("world: {need: {compute: {demand: 1}}}\nchain: {", ("chain",), None),
    ],
)
def test_the_cursor_is_found_in_the_tree(text: str, path: tuple[object, ...], key: object) -> None:
    lines = text.split("\n")
    found = cursor_at(text, len(lines), len(lines[-1]) + 1)
    assert (found.path, found.key) == (path, key)
