"""What the types of requests take, and what not."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.api.strict import LARGEST, Pace, Strict, Truth, Whole


class Order(Strict):
    """Something a client may send."""

    seed: Whole = 0
    pace: Pace = 1.0
    references: Truth = True


@pytest.mark.parametrize(
    "given", [{"seed": 5}, {"seed": 5.0}, {"seed": LARGEST}, {"pace": 1}, {"references": False}]
)
def test_what_the_schema_says_is_taken(given: dict[str, Any]) -> None:
    assert Order.model_validate(given).model_dump(include=set(given)) == given


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("seed", value) for value in (True, "5", 5.5, -1, LARGEST + 1, float("inf"), None, [5])),
        *(
            ("pace", value)
            for value in (True, "1", 0, 1e-9, -1, float("nan"), float("inf"), 10_001)
        ),
        *(("references", value) for value in (1, 0, "true", "no", None)),
    ],
)
def test_what_it_does_not_say_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate({field: value})
    assert refused.value.errors()[0]["loc"] == (field,)


def test_every_unknown_field_is_named() -> None:
    with pytest.raises(ValidationError, match=r"did you mean 'seed'\?") as refused:
        Order.model_validate({"sed": 1, "what": 2})
    assert [error["loc"] for error in refused.value.errors()] == [("sed",), ("what",)]


def test_the_schema_tells_the_bounds() -> None:
    told = Order.model_json_schema()["properties"]
    assert (told["seed"]["minimum"], told["seed"]["maximum"]) == (0, LARGEST)
    assert (told["pace"]["minimum"], told["pace"]["maximum"]) == (0.001, 10_000)
