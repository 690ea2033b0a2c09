"""What every event shares: it is frozen, carries one envelope, and has one canonical form.

The canonical form is its JSON in declared field order, without ``run``: the same scenario and
seed give the same bytes under any run id, and a fork shares its parent's bytes up to the fork.
"""

from typing import NamedTuple, TypedDict

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value that crosses a package border: immutable, and strict about its fields.

    Numbers are finite, for JSON has no others: what is stored is what can be read again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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

    @property
    def actor(self) -> Actor:
        """Whose event it is."""
        return Actor(self.worker, self.generation, self.agent)

    def canonical(self) -> bytes:
        """Return the bytes that are stored and hashed: JSON in field order, without ``run``."""
        return self.__pydantic_serializer__.to_json(self)
