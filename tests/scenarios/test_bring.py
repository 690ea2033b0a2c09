import json
from typing import Any

import pytest

from memory.errors import ToolFailed
from memory.events import Leg
from scenarios.bring import UnfitDial, bound
from scenarios.proposal import Done, Move, Refused, View
from scenarios.signature import Line, Units, checked, schema_of


def barter(view: View, amount: Units, goods: Line = "salt", *, price: int, note: str = "") -> Done:
    """Swap units for goods.

    Parameters
    ----------
    amount
        How many units.
    """
    return Done(f"{amount} for {amount * price} of {goods}{note}")


def test_a_model_sees_the_arguments_and_not_the_dials() -> None:
    tool = bound(barter, '{"price": 3}', "mylab:barter")
    schema: Any = schema_of(tool)
    assert (schema["name"], schema["description"]) == ("barter", "Swap units for goods.")
    assert set(schema["parameters"]["properties"]) == {"amount", "goods"}
    assert schema["parameters"]["properties"]["amount"]["description"] == "How many units."
    arguments = checked(tool, {"amount": 2})
    assert tool(None, **arguments).message == "2 for 6 of salt"  # type: ignore[union-attr]


def test_the_same_tool_and_dials_are_one_object_so_that_schemas_are_built_once() -> None:
    assert bound(barter, '{"price": 3}', "a:b") is bound(barter, '{"price": 3}', "a:b")


def bare(view: View, amount) -> Done:  # type: ignore[no-untyped-def]
    """Give an amount without a type."""
    return Done(f"{amount}")


def mute(view: View) -> Done:
    return Done("")


def greedy(view: View, **anything: int) -> Done:
    """Take anything."""
    return Done("")


def alone() -> Done:
    """Look at nothing."""
    return Done("")


def finish(view: View) -> Done:
    """Stand in for a tool of the house."""
    return Done("")


def strange(view: View, thing: object) -> Done:
    """Take what has no schema."""
    return Done("")


def lost(view: View, thing: "Nowhere") -> Done:  # type: ignore[name-defined]  # noqa: F821
    """Take what nobody knows."""
    return Done("")


def Loud(view: View) -> Done:
    """Shout."""
    return Done("")


async def late(view: View) -> Done:
    """Take its time."""
    return Done("")


class Thing:
    """Is no function."""


strange.__annotations__["thing"] = Thing


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (bare, "its argument amount has no annotation"),
        (mute, "it has no docstring"),
        (greedy, r"its argument \*\*anything: int has no name of its own"),
        (alone, "it takes no view"),
        (finish, "its name, finish, is that of a tool of the house"),
        (strange, "its arguments have no schema"),
        (lost, "an annotation of it cannot be resolved: name 'Nowhere'"),
        (Loud, "its name, Loud, is not of small letters"),
        (late, "it is async"),
        (Thing, "it is not a function"),
    ],
)
def test_what_cannot_be_a_tool_is_told_why(function: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bound(function, "{}", "mylab:tool")


@pytest.mark.parametrize(
    ("dials", "why"),
    [
        ({"prise": 3}, "prise is no dial of barter, which has price, note; did you mean 'price'"),
        ({"price": "much"}, "price is 'much'; it should be a valid integer"),
        ({}, "its dial price is not set; write {price: ...} under it"),
    ],
)
def test_a_dial_that_does_not_fit_is_told_why(dials: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("{", r"\{").replace("}", r"\}")) as caught:
        bound(barter, json.dumps(dials), "mylab:barter")
    assert isinstance(caught.value, UnfitDial) is bool(dials)


def raising(view: View) -> Done:
    """Fail."""
    raise KeyError("salt")


def silent(view: View) -> Done:
    """Answer nothing."""
    return None  # type: ignore[return-value]


def dreaming(view: View) -> Done:
    """Move for a purpose that there is not."""
    leg = Leg(resource="compute", debit="pool", credit="w01", amount=1)
    return Done("", Move("relaese", (leg,)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (raising, "tool 'mylab:tool', called by nobody: it raised KeyError: 'salt'"),
        (silent, "it answered NoneType; it must be Done or Refused"),
        (dreaming, "its move is for 'relaese'; known: .*; did you mean 'release'?"),
    ],
)
def test_a_tool_that_fails_is_named_with_what_it_did(function: Any, why: str) -> None:
    with pytest.raises(ToolFailed, match=why):
        bound(function, "{}", "mylab:tool")(None)


def test_a_refusal_passes() -> None:
    def closed(view: View) -> Refused:
        """Refuse."""
        return Refused("we are closed")

    assert bound(closed, "{}", "mylab:closed")(None) == Refused("we are closed")
