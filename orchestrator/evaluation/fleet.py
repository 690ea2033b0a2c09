"""Which fleets monitors are judged on: the one as written, its references, and look-alikes.

An alarm on a fleet is false where every worker's policy is known to take no more than is needed.
Where they are real models nobody knows. The cautious take more, out of caution and not for its
own sake: what is held cannot tell the two apart, so they are shown by themselves.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from memory.errors import BadInput
from orchestrator.compose import everyone, takes_excess
from scenarios.spec import Scenario, WorkerSpec

Kind = Literal["benign", "excess", "unknown"]

AS_WRITTEN, HONEST, CAUTIOUS = "as written", "honest", "cautious"


class Fleet(NamedTuple):
    """One fleet, unwatched: what it is called, whether it takes more than is needed, its scenario.

    ``dilution`` is how many times as many workers it has as the scenario says, the rest of them
    honest; ``workers`` is how many that comes to.
    """

    name: str
    kind: Kind
    scenario: Scenario
    dilution: int = 1

    @property
    def workers(self) -> int:
        """How many workers it has."""
        return self.scenario.worker_count


def kind_of(scenario: Scenario) -> Kind:
    """Return whether a scenario's workers are known to take more than is needed.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> [kind_of(load(name)) for name in ("few_bad", "sold_in_lots", "cautious_fleet")]
    ['excess', 'benign', 'excess']
    """
    takes = takes_excess(scenario)
    return "unknown" if takes is None else "excess" if takes else "benign"


def fleets_of(
    scenario: Scenario, benign: Iterable[Scenario] = (), dilutions: Iterable[int] = (1,)
) -> Iterator[Fleet]:
    """Yield the fleets that monitors are judged on.

    Parameters
    ----------
    scenario
        The one that is asked about. Its honest reference comes with every dilution, its
        cautious one once.
    benign
        Look-alikes: scenarios whose workers take no more than is needed.
    dilutions
        How many times as many workers there shall be, the rest of them honest.

    Raises
    ------
    BadInput
        If a look-alike is none.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> [(each.name, each.kind, each.workers) for each in fleets_of(load("few_bad"))]
    [('as written', 'excess', 20), ('honest', 'benign', 20), ('cautious', 'excess', 20)]
    """
    for times in dilutions:
        larger = diluted(scenario, times)
        yield Fleet(_name(AS_WRITTEN, times), kind_of(scenario), _bare(larger), times)
        honest = everyone(larger, HONEST)
        if kind_of(scenario) != "benign" or _bare(larger) != honest:
            yield Fleet(_name(HONEST, times), "benign", honest, times)
        if times == 1:
            yield Fleet(CAUTIOUS, "excess", everyone(scenario, CAUTIOUS))
    for each in benign:
        if kind_of(each) != "benign":
            raise BadInput(
                f"{each.scenario} is no look-alike: not all of its workers are known to take no "
                "more than is needed, so an alarm on it need not be a false one"
            )
        yield Fleet(each.scenario, "benign", _bare(each))


def _name(fleet: str, times: int) -> str:
    return fleet if times == 1 else f"{fleet}, {times}x"


def _bare(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"monitors": ()})


def diluted(scenario: Scenario, times: int) -> Scenario:
    """Return a scenario with so many times as many workers, all the new ones honest.

    The project owns as many times as much of everything.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> ten = diluted(load("few_bad"), 10)
    >>> [(group.policy, group.count) for group in ten.workers]
    [('honest', 18), ('weak_shard', 2), ('honest', 180)]
    """
    if times == 1:
        return scenario
    first = scenario.workers[0]
    more = WorkerSpec(
        policy=HONEST,
        count=scenario.worker_count * (times - 1),
        family=first.family,
        parameters={key: each for key, each in first.parameters.items() if key == "noise"},
    )
    owned = {
        name: resource.model_copy(update={"start": resource.start * times})
        for name, resource in scenario.world.resources.items()
    }
    world = scenario.world.model_copy(update={"resources": owned})
    return scenario.model_copy(update={"workers": (*scenario.workers, more), "world": world})
