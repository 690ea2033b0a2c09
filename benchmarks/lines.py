"""The lines that are measured: one agent, chains with ever more ingredients, and ablations.

Each is said twice: as changes to ``assembly_line``, and to the closed form where there is one.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import inf
from typing import NamedTuple

from benchmarks.attempts import STEP, WORKERS, Curve
from scenarios.horizon import (
    Chain,
    longest,
    several_looks,
    success,
    success_started_over,
    success_within,
)

AGENT = Chain(half_life=60, context=90)
"""An agent that does an hour's work right half the time, and an hour and a half at most."""


class Case(NamedTuple):
    """A line of some ingredients, as a scenario says it and as the closed form does.

    ``changes`` are what they are in ``assembly_line``; ``chain`` is the same to
    :mod:`scenarios.horizon`, None where no closed form is known; ``curve`` is its exact success
    by length, where that is not :func:`~scenarios.horizon.success`.
    """

    name: str
    changes: tuple[str, ...]
    chain: Chain | None = None
    curve: Curve | None = None

    @property
    def exact(self) -> Curve | None:
        """The probability that a task of so many minutes is done."""
        return self.curve or (partial(success, self.chain) if self.chain else None)

    @property
    def horizon(self) -> float | None:
        """The task that is done half the time."""
        return longest(self.exact) if self.exact else None


def case_of(name: str, chain: Chain) -> Case:
    r"""Return a case of which the closed form says all there is to say.

    Examples
    --------
    >>> print("\n".join(case_of("tested", replace(AGENT, segment=30, power=0.9)).changes))
    workers=[{policy: fallible, half_life: 60, context: 90, count: 8}]
    chain.handoff=1.0
    assembly_line={segment: 30, tests: {power: 0.9, false_alarm: 0.0, retries: 0}}
    """
    parts = [] if chain.segment is None else [f"segment: {chain.segment:g}"]
    if chain.power or chain.false_alarm:
        parts.append(
            f"tests: {{power: {chain.power}, false_alarm: {chain.false_alarm}, "
            f"retries: {chain.retries}}}"
        )
    return Case(
        name,
        (
            _workers(chain),
            f"chain.handoff={chain.kept}",
            f"assembly_line={{{', '.join(parts)}}}",
        ),
        chain,
    )


def _workers(chain: Chain) -> str:
    context = "" if chain.context == inf else f"context: {chain.context:g}, "
    return (
        f"workers=[{{policy: fallible, half_life: {chain.half_life:g}, {context}count: {WORKERS}}}]"
    )


def cases() -> Iterator[Case]:
    """Yield one agent, and chains of it with ever more ingredients."""
    chain = replace(AGENT, segment=float(STEP))
    yield case_of("one agent", AGENT)
    yield case_of("a chain, handoffs keep nothing", replace(chain, kept=0.0))
    yield case_of("a chain, handoffs keep 90%", replace(chain, kept=0.9))
    yield case_of("a chain, handoffs keep 99%", replace(chain, kept=0.99))
    for kept, power, retries in ((0.9, 0.5, 3), (0.9, 0.9, 3), (0.99, 0.9, 3), (0.99, 0.99, 5)):
        name = f"{kept:.0%} kept, tests of power {power:.0%}, {retries} retries"
        yield case_of(name, replace(chain, kept=kept, power=power, retries=retries))
    best = replace(chain, kept=0.99, power=0.99, retries=5)
    yield case_of("... and 10% false alarms", replace(best, false_alarm=0.1))
    yield case_of("99.9% kept, tests of power 99%, 5 retries", replace(best, kept=0.999))


WHOLE = replace(AGENT, segment=float(STEP), kept=0.99, power=0.9, retries=3)
"""The line of which one ingredient at a time is left out."""


def ablations() -> Iterator[Case]:
    """Yield a whole line, and the same with one ingredient changed or left out: a line each."""
    base = case_of("the whole line", WHOLE).changes

    def without(name: str, change: str, chain: Chain | None, curve: Curve | None = None) -> Case:
        return Case(name, (*base, change), chain, curve)

    bare = replace(WHOLE, power=0.0, retries=0)
    apart, alike = (replace(WHOLE, power=several_looks(0.9, 2, c)) for c in (0.0, 1.0))
    over, alone = (partial(each, WHOLE) for each in (success_started_over, success_within))
    tests = "assembly_line.tests"
    yield Case("the whole line", base, WHOLE)
    yield without("no tests", f"{tests}=null", bare)
    yield without("no retries", f"{tests}.retries=0", replace(WHOLE, retries=0))
    yield without("10% false alarms", f"{tests}.false_alarm=10%", replace(WHOLE, false_alarm=0.1))
    yield without("two looks, each with its own luck", f"{tests}.looks=2", apart)
    yield without(
        "two looks that see the same",
        f"{tests}={{power: 90%, retries: 3, looks: 2, correlation: 100%}}",
        alike,
    )
    yield without("no version control: the whole task again", f"{tests}.redo=task", WHOLE, over)
    yield without("handoffs keep 90%", "chain.handoff=90%", replace(WHOLE, kept=0.9))
    yield without("handoffs keep nothing", "chain.handoff=0%", replace(WHOLE, kept=0.0))
    yield without("permanent memory", "assembly_line.memory=permanent", replace(WHOLE, kept=1.0))
    yield without("no handing over", "assembly_line.segment=null", WHOLE, alone)
    yield from ingredients(base)


def ingredients(base: tuple[str, ...]) -> Iterator[Case]:
    """Yield what knowledge and self-change do to a line, where no closed form is known."""

    def with_(name: str, *changes: str) -> Case:
        return Case(name, (*base, *changes))

    facts = ("world.tasks.lookups=20%", "world.library={entries: 40}")
    known = (*facts, "assembly_line.knowledge=lookup")
    learning = "assembly_line.reflection=1"
    yield with_("a fifth of the steps takes a fact, which is guessed", *facts)
    yield with_("... which is looked up", *known)
    yield with_("... in a library of which 20% is wrong", *known, "world.library.poisoned=20%")
    yield with_("lessons, all true", learning)
    yield with_("lessons, 80% deluded", learning, f"{base[0][:-2]}, deluded: 80%}}]")
    yield with_("briefs of 12 characters", "assembly_line.brief=12")
    strict = ("assembly_line.tests.retries=0", base[0].replace("context: 90, ", ""))
    built = (strict[0], strict[1].replace("fallible", "builder"))
    yield with_("no retries, and nobody may change that", *strict)
    yield with_("... and builders do", *built, "assembly_line.harness={grants: 3, needs: 3}")
