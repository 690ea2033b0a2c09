"""A tool's signature: the schema a model is shown, and the check its calls go through."""

from typing import Annotated, Any

import pytest
from pydantic import Field

from scenarios.signature import MOST, TEXT_BYTES, Line, Money, Name, Text, Units, checked, schema_of
from scenarios.tools import TOOLS


def order(
    view: object,
    what: Name,
    count: Units,
    most: Money,
    why: Line = "for work",
    note: Text = "",
) -> str:
    """Order something.

    It comes
    in boxes.

    Parameters
    ----------
    view
        Not an argument of the call.
    what
        What to order,
        by its name.
    count
        How many.
    most
        What it may cost.
    why
        What for.
    note
        Anything else.
    """
    return f"{view}{what}{count}{most}{why}{note}"


GOOD: dict[str, Any] = {"what": "paper", "count": 3, "most": 12.5}


def test_a_schema_says_what_signature_and_docstring_say() -> None:
    schema: dict[str, Any] = schema_of(order)
    assert schema["name"] == "order"
    assert schema["description"] == "Order something. It comes in boxes."
    parameters = schema["parameters"]
    assert parameters["type"] == "object"
    assert parameters["required"] == ["what", "count", "most"]
    assert parameters["additionalProperties"] is False
    assert list(parameters["properties"]) == ["what", "count", "most", "why", "note"]
    assert parameters["properties"]["what"]["description"] == "What to order, by its name."
    assert parameters["properties"]["count"] == {
        "description": "How many.",
        "exclusiveMinimum": 0,
        "maximum": MOST,
        "type": "integer",
    }
    assert parameters["properties"]["why"]["default"] == "for work"


def test_good_arguments_come_through_as_they_are_and_defaults_are_filled_in() -> None:
    assert checked(order, GOOD) == {**GOOD, "why": "for work", "note": ""}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"count": "3"}, "count is '3'; it should be a valid integer"),
        ({"count": True}, "count is True; it should be a valid integer"),
        ({"count": 3.0}, "count is 3.0; it should be a valid integer"),
        ({"count": None}, "count is None; it should be a valid integer"),
        ({"count": -3}, "count is -3; it should be greater than 0"),
        ({"count": 0}, "count is 0; it should be greater than 0"),
        ({"count": MOST + 1}, f"count is {MOST + 1}; it should be less than or equal to {MOST}"),
        ({"most": float("nan")}, "most is nan; it should be a finite number"),
        ({"most": float("inf")}, "most is inf; it should be a finite number"),
        ({"most": False}, "most is False; it should be a valid number"),
        ({"most": "12.50"}, "most is '12.50'; it should be a valid number"),
        ({"most": 10**400}, "it should be a valid number"),
        ({"what": "../paper"}, "what is '../paper'; it should match pattern"),
        ({"what": "paper\n"}, "it should match pattern"),
        ({"why": ""}, "why is ''; it should have at least 1 character"),
        ({"why": "x" * 501}, "it should have at most 500 characters"),
        ({"note": "x" * (TEXT_BYTES + 1)}, "it should have at most 65536 characters"),
        ({"note": "\u20ac" * 22_000}, "it should be at most 65536 bytes"),
        ({"note": "\ud800"}, "it should be a valid string"),
        ({"note": [["deep"]]}, "note is [['deep']]; it should be a valid string"),
        ({"coutn": 3}, "order has no 'coutn' (it takes what, count, most, why, note); did you"),
        ({"view": 1}, "order has no 'view'"),
    ],
)
def test_a_bad_argument_is_named_with_what_was_given_and_what_may_be(
    change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError) as caught:
        checked(order, GOOD | change)
    assert problem in str(caught.value)


def test_every_problem_is_told_at_once_up_to_a_point() -> None:
    with pytest.raises(ValueError, match=r"count is -1; .*; most is missing"):
        checked(order, {"what": "paper", "count": -1})
    many = {f"extra{number}": 1 for number in range(9)}
    with pytest.raises(ValueError, match=r"; and 4 more$"):
        checked(order, GOOD | many)


def test_a_message_stays_short_whatever_was_given() -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError) as caught:
        checked(order, {"what": "x" * 10_000, "count": deep, "y" * 10_000: 1})
    assert len(str(caught.value)) < 600


def test_a_text_may_fill_its_bytes_exactly() -> None:
    text = "\u20ac" * (TEXT_BYTES // 3)
    assert checked(order, GOOD | {"note": text})["note"] == text


def test_a_tool_without_arguments_takes_none() -> None:
    def wait(view: object) -> str:
        """Wait."""
        return f"{view}"

    assert checked(wait, {}) == {}
    with pytest.raises(ValueError, match=r"wait has no 'time' \(it takes nothing\)"):
        checked(wait, {"time": 1})


def test_bounds_in_the_signature_are_bounds_of_the_call() -> None:
    def read(view: object, limit: Annotated[int, Field(ge=1, le=10)] = 10) -> str:
        """Read."""
        return f"{view}{limit}"

    assert checked(read, {}) == {"limit": 10}
    with pytest.raises(ValueError, match="limit is 11; it should be less than or equal to 10"):
        checked(read, {"limit": 11})


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_is_described_down_to_each_argument(name: str) -> None:
    schema: dict[str, Any] = schema_of(TOOLS[name])
    assert schema["name"] == name
    assert len(schema["description"]) > 30
    for argument, said in schema["parameters"]["properties"].items():
        assert said["description"].endswith("."), f"{argument} has no description"
        kinds = {part["type"] for part in said.get("anyOf", (said,))}
        assert kinds <= {"integer", "number", "string", "array", "null"}
