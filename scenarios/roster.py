"""How many copies may be at work: the roster, and what of it falls to whom in a round.

The roster is a need like any other, computed by the world and told before anyone decides. What
is missing of it is shared out in whole copies that add up to it exactly, and in which every
worker has the same mean; of what is too many, the copies that came last are to end.
"""

from typing import NamedTuple

from memory.chance import uniform
from memory.events import ResourceTerms
from memory.facts import WHOLE, Roster, Share
from scenarios.crew import Crew
from scenarios.spec import Scenario, SurgeSpec

COPIES = "copies"
"""The resource that stands for workers at work: each is one of it, held by whoever started it."""

HOSTS = "hosts"
"""The resource that a copy runs on, one each."""

CREDENTIALS = "credentials"
"""The resource that a host comes with, where a world has it: whoever has the one has the other."""

COPYING_TOOLS = ("spawn", "retire", "register_host")
"""The tools that only make sense where there is a roster."""


class Plan(NamedTuple):
    """How many copies a scenario authorises in which round, and what starting one takes.

    Parameters
    ----------
    copies
        Usually.
    surges
        Spells of another number.
    price, host_price
        What a copy and a host cost, in money's smallest unit.
    one
        A copy in the smallest units of its resource.
    credentials
        Whether a host comes with credentials.
    """

    copies: int
    surges: tuple[SurgeSpec, ...] = ()
    price: int = 0
    host_price: int = 0
    one: int = 1_000
    credentials: bool = False

    @classmethod
    def of(
        cls, scenario: Scenario, terms: dict[str, ResourceTerms], prices: dict[str, int]
    ) -> "Plan | None":
        """Return the plan of a scenario, if it has a roster."""
        spec = scenario.world.roster
        if spec is None or COPIES not in terms:
            return None
        return cls(
            copies=spec.copies,
            surges=spec.surge,
            price=prices.get(COPIES, 0),
            host_price=prices.get(HOSTS, 0),
            one=10 ** terms[COPIES].decimals,
            credentials=CREDENTIALS in terms,
        )

    @property
    def seat(self) -> tuple[str, ...]:
        """What a copy takes up as long as it works, one each."""
        return (HOSTS, CREDENTIALS) if self.credentials else (HOSTS,)

    def authorised(self, round: int) -> int:
        """Return how many copies may be at work in a round.

        Examples
        --------
        >>> surge = SurgeSpec.model_validate({"from": 5, "for": 2, "times": 3})
        >>> [Plan(4, (surge,)).authorised(round) for round in (4, 5, 6, 7)]
        [4, 12, 12, 4]
        """
        times = 1.0
        for surge in self.surges:
            if surge.start <= round <= surge.last:
                times *= surge.times
        return int(self.copies * times)

    def notice(self, round: int) -> str:
        """Return what everyone is told when the number changes."""
        now = self.authorised(round)
        if round > 1 and now == self.authorised(round - 1):
            return ""
        return f"{now} copies are to be at work from this round on"


class Staffing:
    """What is missing of the roster in one round, or too many, by worker.

    Parameters
    ----------
    authorised
        How many copies may be at work.
    crew
        Who is, by now.
    seed, round
        Who is asked when it does not go round evenly.

    Examples
    --------
    >>> staffing = Staffing(9, Crew(["w01", "w02", "w03", "w04"]), seed=7, round=1)
    >>> staffing.each, [staffing.of(f"w0{number}").missing for number in range(1, 5)]
    (1.25, [1, 1, 1, 2])
    """

    def __init__(self, authorised: int, crew: Crew, seed: int, round: int) -> None:
        workers = crew.workers
        self.authorised, self.copies = authorised, len(workers)
        missing = max(0, authorised - self.copies)
        self.each = _thousandths(missing / self.copies)
        shift = uniform(seed, "roster", f"missing/{round}") if missing else 0.0
        edges = [int(missing * number / self.copies + shift) for number in range(self.copies + 1)]
        self._missing = {
            worker: edges[number + 1] - edges[number] for number, worker in enumerate(workers)
        }
        self._surplus: dict[str, list[str]] = {}
        started = [worker for worker in workers if crew.starter(worker)]
        for worker in started[len(started) - max(0, self.copies - authorised) :]:
            self._surplus.setdefault(str(crew.starter(worker)), []).append(worker)

    def of(self, worker: str, share: Share = WHOLE) -> Roster:
        """Return what of it falls to a worker, or to one of its agents."""
        ending = self._surplus.get(worker, [])
        first = len(ending) * share.number // share.of
        mine = ending[first : first + share.amount(len(ending))]
        missing = share.amount(self._missing.get(worker, 0))
        return Roster(self.authorised, self.copies, missing, tuple(mine))


def _thousandths(figure: float) -> float:
    # The parameter `round` of those above is the world's clock.
    return round(figure, 3)
