"""Errors: broad to catch, narrow to recover, and drawn as they are."""

import pytest

from memory import errors
from memory.errors import SuperorganismError, did_you_mean

OURS = [
    each for each in vars(errors).values() if getattr(each, "__module__", "") == errors.__name__
]
OURS = [each for each in OURS if isinstance(each, type)]


def test_every_error_of_ours_can_be_caught_at_once() -> None:
    assert [each for each in OURS if not issubclass(each, SuperorganismError)] == []


@pytest.mark.parametrize("error", OURS, ids=lambda each: each.__name__)
def test_the_tree_in_the_docstring_names_every_error_under_its_parent(
    error: type[Exception],
) -> None:
    lines = str(errors.__doc__).splitlines()
    drawn = {
        line.split("--")[-1].split()[0]: line.find(line.lstrip(" |`-"))
        for line in lines
        if line.startswith("    ")
    }
    parent = error.__base__
    assert error.__name__ in drawn
    assert parent is not None
    assert parent is Exception or drawn[parent.__name__] == drawn[error.__name__] - 4


def test_the_nearest_word_is_suggested_and_no_far_one() -> None:
    assert did_you_mean("skimer", ["honest", "skimmer"]) == "; did you mean 'skimmer'?"
    assert did_you_mean("zebra", ["honest", "skimmer"]) == ""
    assert did_you_mean("honest", []) == ""
