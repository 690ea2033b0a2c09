"""Events: frozen, strict, and one with their canonical bytes."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from memory.checks import EVENT_KINDS, comes_back_from_json_as_it_was, specimen
from memory.envelope import Actor, Event
from memory.events import Call, Decided, Leg, Need, NoteWritten, Transfer, parse_event
from memory.facts import Asked
from memory.log import Log

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def named(kind: type[Event]) -> str:
    return kind.__name__


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=named)
def test_every_kind_comes_back_from_json_as_it_was(kind: type[Event]) -> None:
    comes_back_from_json_as_it_was(specimen(kind))


def test_every_event_class_is_in_the_closed_union() -> None:
    assert set(Event.__subclasses__()) == set(EVENT_KINDS)


def test_every_kind_has_a_name_of_its_own() -> None:
    kinds = [get_args(kind.model_fields["kind"].annotation) for kind in EVENT_KINDS]
    assert len(set(kinds)) == len(EVENT_KINDS)


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=named)
def test_canonical_bytes_are_json_in_field_order_without_the_run(kind: type[Event]) -> None:
    fields = list(json.loads(specimen(kind, run="r_1").canonical()))
    assert fields == [name for name in kind.model_fields if name != "run"]


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=named)
def test_an_event_can_be_neither_changed_nor_given_more(kind: type[Event]) -> None:
    event = specimen(kind)
    with pytest.raises(ValidationError, match="frozen"):
        event.seq = 9  # type: ignore[misc]
    with pytest.raises(TypeError, match="unexpected keyword argument 'label'"):
        specimen(kind, label="culprit")
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        parse_event(event.canonical().replace(b"{", b'{"label":"culprit",', 1))


@given(arguments=st.dictionaries(TEXT, JSON, max_size=3), rationale=TEXT)
def test_whatever_an_agent_asks_for_comes_back_as_it_was(
    arguments: dict[str, JsonValue], rationale: str
) -> None:
    calls = (Call(tool="pay", arguments=arguments),)
    comes_back_from_json_as_it_was(specimen(Decided, calls=calls, rationale=rationale))


@given(text=TEXT)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    comes_back_from_json_as_it_was(specimen(NoteWritten, text=text, name=text))


@given(amount=st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_any_need_comes_back_as_it_was(amount: float) -> None:
    comes_back_from_json_as_it_was(specimen(Need, amount=amount))


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_cannot_hold_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="finite number"):
        specimen(Need, amount=number)
    with pytest.raises(ValidationError, match="finite number"):
        Call(tool="pay", arguments={"amount": [number]})


def test_text_that_utf8_cannot_hold_never_enters_a_log() -> None:
    log = Log("r_1")
    with pytest.raises(ValueError, match="surrogates not allowed"):
        log.append(specimen(NoteWritten, seq=1, text="\ud800"))
    assert (log.seq, log.drain()) == (0, [])


def test_a_parsed_event_bears_the_name_of_its_log_and_equals_the_one_written() -> None:
    event = specimen(Need, run="r_1")
    assert parse_event(event.canonical(), "r_1") == event
    assert parse_event(event.canonical()) != event
    assert parse_event(event.canonical()).run == ""


@pytest.mark.parametrize("body", [b"", b"{}", b'{"kind":"riot"}', b'{"kind":"need"}', b"[]"])
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        parse_event(body)


@pytest.mark.parametrize("amount", [0, -1, 1.5, "many"])
def test_a_leg_moves_a_whole_positive_amount(amount: Any) -> None:
    with pytest.raises(ValidationError, match="amount"):
        Leg(resource="usd", debit="project", credit="vendor", amount=amount)


def test_a_transfer_has_at_least_one_leg() -> None:
    with pytest.raises(ValidationError, match="legs"):
        parse_event(specimen(Transfer, legs=()).canonical())


def test_an_operation_is_named_from_our_own_counters() -> None:
    asked = Asked(Actor("w07", 3, "w07.3"), turn=15, number=1, call=Call(tool="pay"), cause=4)
    assert asked.key == "w07.3/15/1"
