"""A tool's signature is its schema: what a model is shown, and what a call is checked against.

A tool is a function whose first parameter is the view it is given; the others are its
arguments. Their annotations carry the bounds, its docstring (NumPy style) the descriptions.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from reprlib import repr as shortened
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    create_model,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from memory.errors import did_you_mean

MOST = 10**12
"""The largest number an agent may give, in whole units."""

MOST_SAID = 5
"""How many of a call's problems an agent is told of."""

TEXT_BYTES = 64 * 1024
"""The longest text an agent may give, in bytes of UTF-8."""


def _within_bytes(text: str) -> str:
    size = len(text.encode())
    if size > TEXT_BYTES:
        raise PydanticCustomError(
            "text_too_long", "Input should be at most {most} bytes", {"most": TEXT_BYTES}
        )
    return text


Units = Annotated[int, Field(gt=0, le=MOST)]
"""A number of units of a resource."""

Money = Annotated[float, Field(gt=0, le=MOST, allow_inf_nan=False)]
"""An amount of money in whole units, such as 12.50; no more decimals than the money has."""

Text = Annotated[str, Field(max_length=TEXT_BYTES), AfterValidator(_within_bytes)]
"""A text of any shape."""

Line = Annotated[str, Field(min_length=1, max_length=500)]
"""A short text that must say something."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""A name of lower-case letters, digits, ``_`` and ``-``."""

Parent = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}(@[1-9][0-9]{0,8})?$")]
"""A name, or ``name@version``."""


def schema_of(tool: Callable[..., object]) -> dict[str, JsonValue]:
    """Return a tool's name, description and parameters (JSON Schema), as a model is shown them.

    Examples
    --------
    >>> def greet(view: object, name: Name, times: Annotated[int, Field(ge=1, le=3)] = 1) -> str:
    ...     '''Greet someone.
    ...
    ...     Parameters
    ...     ----------
    ...     name
    ...         Whom.
    ...     times
    ...         How often.
    ...     '''
    ...     return f"hello {name} " * times
    >>> schema = schema_of(greet)
    >>> schema["name"], schema["description"], schema["parameters"]["required"]
    ('greet', 'Greet someone.', ['name'])
    >>> schema["parameters"]["properties"]["times"]
    {'default': 1, 'description': 'How often.', 'maximum': 3, 'minimum': 1, 'type': 'integer'}
    """
    parameters = _arguments(tool).model_json_schema()
    for part in (parameters, *parameters["properties"].values()):
        del part["title"]
    return {"name": tool.__name__, "description": _prose(tool)[0], "parameters": parameters}


def checked(tool: Callable[..., object], arguments: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Return the arguments of a call as the tool takes them.

    Nothing is converted but whole numbers to money: a text is no number, ``true`` is not 1.

    Raises
    ------
    ValueError
        With every problem, addressed to the agent who called.

    Examples
    --------
    >>> def buy(view: object, amount: Units) -> str:
    ...     '''Buy.'''
    ...     return f"bought {amount}"
    >>> checked(buy, {"amount": 3})
    {'amount': 3}
    >>> checked(buy, {"amout": 3})
    Traceback (most recent call last):
    ...
    ValueError: amount is missing; buy has no 'amout' (it takes amount); did you mean 'amount'?
    """
    model = _arguments(tool)
    try:
        # Three times as fast as model_validate, and on every call's path.
        valid: BaseModel = model.__pydantic_validator__.validate_python(arguments)
    except ValidationError as error:
        known = tuple(model.model_fields)
        problems = [_problem(tool.__name__, known, detail) for detail in error.errors()[:MOST_SAID]]
        unsaid = error.error_count() - len(problems)
        raise ValueError("; ".join(problems) + f"; and {unsaid} more" * (unsaid > 0)) from None
    return vars(valid)


@cache
def _arguments(tool: Callable[..., object]) -> type[BaseModel]:
    described = _prose(tool)[1]
    _, *parameters = inspect.signature(tool).parameters.values()
    fields: Any = {
        each.name: (
            each.annotation,
            Field(
                ... if each.default is each.empty else each.default,
                description=described.get(each.name),
            ),
        )
        for each in parameters
    }
    strict = ConfigDict(extra="forbid", strict=True)
    return create_model(tool.__name__, __config__=strict, **fields)


def _prose(tool: Callable[..., object]) -> tuple[str, dict[str, str]]:
    """Return a docstring's description and what it says of each parameter."""
    text = inspect.getdoc(tool) or ""
    head, _, section = text.partition("\n\nParameters\n----------\n")
    said = re.findall(r"^(\w+)\n((?: +.+\n?)+)", section, flags=re.MULTILINE)
    return " ".join(head.split()), {name: " ".join(lines.split()) for name, lines in said}


def _problem(tool: str, known: tuple[str, ...], detail: ErrorDetails) -> str:
    name = str(detail["loc"][0])
    if detail["type"] == "missing":
        return f"{name} is missing"
    if detail["type"] == "extra_forbidden":
        takes = ", ".join(known) or "nothing"
        return f"{tool} has no {shortened(name)} (it takes {takes}){did_you_mean(name[:64], known)}"
    rule = re.sub("^(Input|String) should", "it should", detail["msg"])
    return f"{name} is {shortened(detail['input'])}; {rule}"
