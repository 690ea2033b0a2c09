"""The roster of a run, round by round: told as a need, shown to agents, and read off a meter."""

from memory.envelope import Actor
from memory.events import Demand, Need
from memory.facts import Roster, Share
from memory.log import Log
from scenarios.crew import Crew
from scenarios.ledger import Ledger
from scenarios.roster import COPIES, HOSTS, Plan, Staffing


def muster(plan: Plan | None, seed: int, log: Log, ledger: Ledger, crew: Crew) -> "Muster | None":
    """Return the muster of a world, if it has a roster."""
    return Muster(plan, seed, log, ledger, crew) if plan else None


class Muster:
    """What a world does about its roster. Who is at work is its crew's business.

    Parameters
    ----------
    plan
        How many copies are authorised when, and what one takes.
    seed
        Who is asked for a copy when it does not go round evenly.
    log
        Where the need and the meter are told.
    ledger
        Who holds what; only read here.
    crew
        Who is at work; only read here.
    """

    def __init__(self, plan: Plan, seed: int, log: Log, ledger: Ledger, crew: Crew) -> None:
        self._plan = plan
        self._seed = seed
        self._log = log
        self._ledger = ledger
        self._crew = crew
        self._staffing: Staffing | None = None

    def tell(self, round: int) -> None:
        """Log how many copies are authorised, and what is missing for each worker."""
        authorised = self._plan.authorised(round)
        self._log.append(
            Need(
                **self._log.envelope(round, key=f"need/{round}/{COPIES}"),
                resource=COPIES,
                amount=Staffing(authorised, self._crew, self._seed, round).each,
                notice=self._plan.notice(round),
                roster=authorised,
            )
        )

    def fold(self, need: Need) -> None:
        """Take up what was told."""
        self._staffing = Staffing(need.roster or 0, self._crew, self._seed, need.round)

    def shown(self, worker: str, share: Share) -> Roster | None:
        """Return what of it a worker's agent is shown; None before the first round."""
        plan, free = self._plan, self._ledger.free
        if self._staffing is None:
            return None
        return self._staffing.of(worker, share)._replace(
            hosts=free("project", HOSTS),
            own=share.amount(free(worker, HOSTS)),
            price=plan.price,
            host_price=plan.host_price,
        )

    @property
    def unmet(self) -> float:
        """What is missing of the roster now, in the smallest units of a copy."""
        missing = self._staffing.authorised - len(self._crew) if self._staffing else 0
        return float(max(0, missing) * self._plan.one)

    def count(self, round: int, worker: str) -> None:
        """Read the meter of the copies that a worker has started; they are not used up."""
        self._log.append(
            Demand(
                **self._log.envelope(round, Actor(worker), key=f"use/{round}/{worker}/{COPIES}"),
                resource=COPIES,
                due=0,
                used=0,
                covered=0,
                unserved=0,
                held=self._ledger.free(worker, COPIES),
            )
        )
