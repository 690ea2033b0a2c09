"""A problem is shown with its line and a caret, and can harm no terminal."""

import pytest

from scenarios.node import Place, Source, Spot
from scenarios.problem import MOST, Faults, ScenarioProblems


def shown(line: str, column: int, width: int = 1, message: str = "is odd") -> str:
    faults = Faults("mine.yaml")
    place = Place(Source("mine.yaml", (line,)), 1, column, width)
    faults.add(Spot(place, ("workers", 0, "policy")), message, "; did you mean 'even'?")
    with pytest.raises(ScenarioProblems) as raised:
        faults.stop_if_any()
    return str(raised.value)


def test_a_problem_has_a_place_a_path_a_hint_and_a_caret() -> None:
    assert shown("  - {policy: odd}", 14, 3) == (
        "mine.yaml: 1 problem\n"
        "  mine.yaml:1:14 workers[0].policy is odd; did you mean 'even'?\n"
        "       1 |   - {policy: odd}\n"
        "         |              ^^^"
    )


@pytest.mark.parametrize("column", [1, 2, 49, 5_000, 9_999, 10_000, 10_001])
def test_a_long_line_is_clipped_around_the_place(column: int) -> None:
    line = "".join(chr(ord("a") + number % 26) for number in range(10_000))
    *_, text, carets = shown(line, column, width=3).splitlines()
    assert max(len(text), len(carets)) < 120
    caret = carets.index("^")
    assert (text + " ")[caret] == (line + " ")[column - 1]


def test_what_a_terminal_would_act_on_is_spelled_out() -> None:
    text = shown("a: \x1b[31m\tb \ud800", 4, message="is '\x1b]0;' \u202e \ud800")
    assert text.isprintable() or set(filter(lambda each: not each.isprintable(), text)) == {"\n"}
    assert "\\x1b" in text
    assert text.encode("utf-8")


def test_programs_read_the_same() -> None:
    faults = Faults("mine.yaml")
    faults.add(Spot(Place(Source("mine.yaml", ("a: 1",)), 1, 1), ("a",)), "is odd", "why?")
    with pytest.raises(ScenarioProblems) as raised:
        faults.stop_if_any()
    assert raised.value.as_json() == [
        {
            "file": "mine.yaml",
            "line": 1,
            "column": 1,
            "path": "a",
            "message": "is odd",
            "hint": "why?",
            "excerpt": "     1 | a: 1\n       | ^",
        }
    ]


def test_one_place_and_path_is_told_once() -> None:
    faults = Faults("mine.yaml")
    spot = Spot(Place(Source("mine.yaml", ("a: 1",)), 1, 1), ("a",))
    faults.add(spot, "is odd")
    faults.add(spot, "is also odd")
    with pytest.raises(ScenarioProblems, match=r"1 problem\n.* is odd"):
        faults.stop_if_any()


def test_too_many_problems_end_the_reading() -> None:
    faults = Faults("mine.yaml")
    source = Source("mine.yaml", ("a",) * 2 * MOST)
    with pytest.raises(ScenarioProblems) as raised:
        for line in range(1, 2 * MOST):
            faults.add(Spot(Place(source, line, 1)), "is odd")
    assert len(raised.value.problems) == MOST
    assert str(raised.value).endswith("... and 150 more")
