"""The ingredients of the line that a scenario switches on, as one value of its stage."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from memory.envelope import Actor, Event
from orchestrator.allowance import Allowance
from orchestrator.reflex import Reflexes
from orchestrator.stuck import Standstill
from scenarios.ingredient import AssemblyLineSpec
from scenarios.spec import Scenario


class Folding(Protocol):
    """An ingredient that has to know what happened."""

    folds: ClassVar[tuple[type[Event], ...]]

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        ...


@dataclass(frozen=True)
class Parts:
    """What is switched on; what is not there is off, and costs nothing.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> Parts.of(load_scenario("just_in_case")) == Parts()
    True
    """

    line: AssemblyLineSpec = field(default_factory=AssemblyLineSpec)
    reflexes: Reflexes | None = None
    allowance: Allowance | None = None
    standstill: Standstill | None = None

    @classmethod
    def of(cls, scenario: Scenario) -> "Parts":
        """Return the parts that a scenario switches on."""
        line = scenario.assembly_line
        return cls(
            line,
            reflexes=Reflexes(scenario) if line.reflexes else None,
            allowance=Allowance(line.budget) if line.budget else None,
            standstill=Standstill() if line.stuck else None,
        )

    @property
    def folding(self) -> tuple[Folding, ...]:
        """Those that have to know what happens."""
        return tuple(part for part in (self.allowance, self.standstill) if part)

    @property
    def ends_the_stuck(self) -> bool:
        """Whether the life of an agent ends that makes no progress."""
        return self.line.stuck is not None and self.line.stuck.then == "end"

    def brief_room(self, actor: Actor) -> int:
        """Return how many characters of notes a newborn agent is given."""
        return self.line.brief.budget if self.line.brief else 0
