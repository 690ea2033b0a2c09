"""The envelope: how an event is made, what of it is checked then, and what when it is read."""

from typing import Any

import pytest
from pydantic import ValidationError

from memory.envelope import Actor, constructor_of
from memory.events import Call, EpisodeStarted, Need, parse_event
from memory.log import Log


def test_an_event_takes_the_declared_fields_and_no_others() -> None:
    envelope: Any = Log("r_1").envelope(1, Actor("w01", 1, "w01.1"), key="w01.1")
    with pytest.raises(TypeError, match="missing 2 required keyword-only arguments: 'family' and"):
        EpisodeStarted(**envelope)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'label'"):
        EpisodeStarted(**envelope, family="heron", life=8, label="culprit")  # type: ignore[call-arg]


def test_an_event_that_was_made_is_the_one_that_is_read_back() -> None:
    born = EpisodeStarted(seq=1, round=1, key="w01.1", family="heron", life=8)
    assert parse_event(born.canonical()) == born
    assert born.model_copy(update={"life": 9}) == EpisodeStarted(**{**vars(born), "life": 9})
    assert (born.parent, born.cause, born.kind) == (None, None, "episode_started")


def test_a_whole_number_is_written_as_a_float_where_one_is_declared() -> None:
    need = Need(seq=1, round=1, key="need/1/compute", resource="compute", amount=119)
    assert b'"amount":119.0' in need.canonical()
    assert parse_event(need.canonical()) == need


def test_what_is_read_is_checked_field_by_field() -> None:
    need = Need(seq=1, round=1, key="need/1/compute", resource="compute", amount=1.0)
    body = need.canonical().replace(b'"round":1', b'"round":-1').replace(b":1.0", b":-1.0")
    with pytest.raises(ValidationError) as refused:
        parse_event(body)
    assert [error["loc"][-1] for error in refused.value.errors()] == ["round", "amount"]


def test_a_kind_whose_default_is_made_anew_for_each_event_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Call\.arguments: an event's field has a plain default"):
        constructor_of(Call)
