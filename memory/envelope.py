"""What every event shares: it is frozen, carries one envelope, and has one canonical form.

The canonical form is its JSON in declared field order, without ``run``: the same scenario and
seed give the same bytes under any run id, and a fork shares its parent's bytes up to the fork.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple, TypedDict, get_args

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value that crosses a package border: immutable, and strict about its fields.

    Numbers are finite, for JSON has no others: what is stored is what can be read again.
    """

    # Validators are made when first wanted: who only imports this need not wait for all of them.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Actor(NamedTuple):
    """Whose event it is: a worker, the generation of its chain, and the agent living it."""

    worker: str | None = None
    generation: int | None = None
    agent: str | None = None

    @property
    def lane(self) -> str:
        """The letter of the agent among those of its generation; empty where it is the only one.

        Examples
        --------
        >>> Actor("w01", 2, "w01.2b").lane, Actor("w01", 2, "w01.2").lane
        ('b', '')
        """
        name = f"{self.worker}.{self.generation}"
        return self.agent[len(name) :] if self.agent and self.agent.startswith(name) else ""


NOBODY = Actor()
"""The world itself: events that no agent caused."""


class Envelope(TypedDict):
    """The envelope's fields, ready to be unpacked into an event's constructor."""

    run: str
    seq: int
    round: int
    worker: str | None
    generation: int | None
    agent: str | None
    key: str
    cause: int | None


class Event(Frozen):
    """What every event says: where it stands in the log, who acted, and what caused it.

    ``seq`` counts from 1 without a gap. ``round`` is the world's clock (0 before the first).
    ``key`` names the operation from our own counters, e.g. ``w07.3/15/1`` (agent/turn/call);
    one operation may leave several events, at most one of each kind. ``cause`` is the seq of
    the event this one follows from. ``run`` names the log and is not part of its bytes.

    What is read back is checked field by field. What we make ourselves is not: mypy has seen its
    types, and pydantic's look at them was an eighth of what a turn costs.
    """

    run: str = Field(default="", exclude=True)
    seq: int = Field(ge=1)
    round: int = Field(ge=0)
    worker: str | None = None
    generation: int | None = None
    agent: str | None = None
    kind: str
    key: str
    cause: int | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.__init__ = constructor_of(cls)  # type: ignore[method-assign]

    @property
    def actor(self) -> Actor:
        """Whose event it is."""
        return Actor(self.worker, self.generation, self.agent)

    def canonical(self) -> bytes:
        """Return the bytes that are stored and hashed: JSON in field order, without ``run``."""
        return self.__pydantic_serializer__.to_json(self)


def constructor_of(kind: type[BaseModel]) -> Callable[..., None]:
    """Return the ``__init__`` of one kind of event, written out field by field.

    It does what pydantic's ``model_construct`` does, at a quarter of its cost: it takes exactly the
    declared fields, in whose order they are kept, and lets through no float that JSON lacks.

    Raises
    ------
    TypeError
        If a field's default is made anew each time.
    """
    parameters, fields = [], []
    for name, field in kind.model_fields.items():
        if field.default_factory is not None:
            raise TypeError(
                f"{kind.__name__}.{name}: an event's field has a plain default, or none"
            )
        parameters.append(name if field.is_required() else f"{name}=defaults['{name}']")
        is_float = float in (field.annotation, *get_args(field.annotation))
        fields.append(f"'{name}': " + (f"finite({name})" if is_float else name))
    source = (
        f"def __init__(self, *, {', '.join(parameters)}):\n"
        f"    keep_fields(self, {{{', '.join(fields)}}})\n"
        "    keep_names(self, names)\n"
        "    keep_extra(self, None)\n"
        "    keep_private(self, None)\n"
    )
    scope: dict[str, Any] = {
        "defaults": {name: field.default for name, field in kind.model_fields.items()},
        "names": set(kind.model_fields),
        "finite": _finite,
        # The four places where pydantic keeps what a model holds; a frozen one has no other way in.
        "keep_fields": BaseModel.__dict__["__dict__"].__set__,
        "keep_names": BaseModel.__dict__["__pydantic_fields_set__"].__set__,
        "keep_extra": BaseModel.__dict__["__pydantic_extra__"].__set__,
        "keep_private": BaseModel.__dict__["__pydantic_private__"].__set__,
    }
    exec(source, scope)
    constructor: Any = scope["__init__"]
    # Says to pydantic that this is no way of its own to read JSON, which is checked as ever.
    constructor.__pydantic_base_init__ = True
    return constructor  # type: ignore[no-any-return]


def _finite(number: float | None) -> float | None:
    if number is None:
        return None
    if not isfinite(number):
        raise ValueError(f"{number} is no finite number; JSON has no word for it")
    return float(number)
