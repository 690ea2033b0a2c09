import pytest

from subagents.parameter import number


@pytest.mark.parametrize("given", [0, 0.25, 1])
def test_a_number_within_its_range_is_taken_as_a_float(given: float) -> None:
    taken = number("grip", given, 0, 1, "a share")
    assert taken == given and isinstance(taken, float)


@pytest.mark.parametrize("given", [-0.1, 1.1, float("nan"), float("inf"), "5%", None, True, [0.5]])
def test_anything_else_is_told_what_the_number_means(given: object) -> None:
    with pytest.raises(ValueError, match=r"^grip is .*; it is a share, from 0 to 1$"):
        number("grip", given, 0, 1, "a share")
