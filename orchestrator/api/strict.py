"""What a request may say: nothing unknown, and numbers that are numbers.

Pydantic's lax mode takes ``false`` and ``"5"`` for whole numbers, and its strict mode refuses
``5.0``, which JSON Schema calls one. These types take what the schema says and no more.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from memory.errors import did_you_mean

LARGEST = 2**53 - 1
"""The largest whole number a request may hold: every reader of JSON keeps it exact."""


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("a number is needed here, without quotes")
    return value


def _boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("true or false is needed here, without quotes")
    return value


# The field's bounds come first: behind a validator they would be missing from the schema.
Whole = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_number)]
Pace = Annotated[float, Field(ge=0.001, le=10_000, allow_inf_nan=False), BeforeValidator(_number)]
Tokens = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_number)]
Money = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False), BeforeValidator(_number)]
Truth = Annotated[bool, BeforeValidator(_boolean)]


class Strict(BaseModel):
    """Something a client sends. What it says beyond the known fields is refused by name.

    Examples
    --------
    >>> class Order(Strict):
    ...     seed: Whole = 0
    >>> Order.model_validate({"seed": 5.0}).seed
    5
    >>> Order.model_validate({"sed": 5})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Order
    sed
      is not known; known: seed; did you mean 'seed'? [...]
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        known = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [name for name in given if name not in known]
        if unknown:
            listed = ", ".join(known)
            raise ValidationError.from_exception_data(
                cls.__name__,
                [
                    InitErrorDetails(
                        type=PydanticCustomError(
                            "unknown",
                            "is not known; known: {known}{nearest}",
                            {"known": listed, "nearest": did_you_mean(str(name)[:64], known)},
                        ),
                        loc=(name,),
                        input=None,
                    )
                    for name in unknown[:20]
                ],
            )
        return given
