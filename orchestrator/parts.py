"""The ingredients of the line that a scenario switches on, as one value of its stage."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from memory.envelope import Event
from orchestrator.allowance import Allowance
from orchestrator.reflex import Reflexes
from orchestrator.stuck import Standstill
from scenarios.harness import REFLEX, Harness
from scenarios.spec import Scenario
from scenarios.tasks import AssemblyLineSpec


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
    harness: Harness | None = None

    @classmethod
    def of(cls, scenario: Scenario, harness: Harness | None = None) -> "Parts":
        """Return the parts that a scenario switches on; of a harness, the world's own."""
        line = scenario.assembly_line
        return cls(
            line,
            reflexes=Reflexes(scenario) if line.reflexes else None,
            allowance=Allowance(line.budget) if line.budget else None,
            standstill=Standstill() if line.stuck else None,
            harness=harness,
        )

    @property
    def are_on(self) -> bool:
        """Whether any ingredient is switched on."""
        return self.line != AssemblyLineSpec()

    @property
    def folding(self) -> tuple[Folding, ...]:
        """Those that have to know what happens."""
        return tuple(part for part in (self.allowance, self.standstill) if part)

    @property
    def ends_the_stuck(self) -> bool:
        """Whether the life of an agent ends that makes no progress."""
        return self.line.stuck is not None and self.line.stuck.then == "end"

    def brief_room(self, worker: str) -> int:
        """Return how many characters of notes a worker's newborn agents are given."""
        given = self.line.brief.budget if self.line.brief else 0
        return given + self._gained(worker, "brief")

    def more_calls(self, worker: str) -> int:
        """Return how many calls of a life a worker has gained."""
        return self._gained(worker, "calls")

    def off(self, worker: str) -> tuple[str, ...]:
        """Return the reflexes that a worker has switched off."""
        rules = self.line.reflexes or ()
        return tuple(
            rule.rule
            for number, rule in enumerate(rules, 1)
            if self._gained(worker, f"{REFLEX}{number}")
        )

    def _gained(self, worker: str, setting: str) -> int:
        return self.harness.gained(worker, setting) if self.harness else 0
