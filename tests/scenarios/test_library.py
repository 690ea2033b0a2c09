"""A library says the same to everyone, and which of it is wrong stands in no document."""

from typing import Any

import pytest

from scenarios.library import Library, made_up, value_of
from scenarios.loader import load_text
from scenarios.view import visible_hash

HUNDRED = made_up(100, seed=7)


def test_what_is_looked_up_is_found_whatever_the_case_and_spaces() -> None:
    library = Library({"Boiling point": "water boils at 100 C"}, seed=7)
    found = library.find("  boiling   POINT ", round=1)
    assert found is not None
    assert (found.id, found.version, found.text) == ("d_001", 1, "water boils at 100 C")
    assert library.find("boiling", round=1) is None
    assert library.meant("boilng point") == "; did you mean 'Boiling point'?"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_as_many_are_wrong_as_the_dial_says_and_differ_in_their_number_alone(share: float) -> None:
    library = Library(HUNDRED, seed=7, poisoned=share)
    wrong = []
    for term, true in HUNDRED.items():
        found = library.find(term, round=1)
        assert found is not None
        assert (found.text != true) is library.is_poisoned(term)
        assert len(found.text) == len(true)
        assert found.text.startswith(f"{term.partition('-')[0]}")
        wrong += [term] if found.text != true else []
    assert abs(len(wrong) - 100 * share) <= 15


def test_what_becomes_wrong_later_is_a_new_version_as_is_what_stays_right() -> None:
    library = Library(HUNDRED, seed=7, poisoned=0.5, since=10)
    for term, true in HUNDRED.items():
        before, after = library.find(term, round=9), library.find(term, round=10)
        assert before is not None
        assert after is not None
        assert (before.version, before.text, after.version) == (1, true, 2)


def test_the_same_seed_makes_the_same_library_and_another_another() -> None:
    assert made_up(100, seed=7) == HUNDRED != made_up(100, seed=8)
    assert all(value_of(text) in range(100, 1_000) for text in HUNDRED.values())


def test_how_much_is_wrong_cannot_be_told_from_the_first_event() -> None:
    def shown(**library: Any) -> str:
        tools = "[reserve_compute, lookup]"
        text = f"{{scenario: a, task: b, workers: honest, world: {{tools: {tools}, library: "
        return visible_hash(load_text(f"{text}{library}}}}}"))

    assert shown(entries=9) == shown(entries=9, poisoned=0.3, since=4) != shown(entries=8)
