"""The owner's hand: what of the timeline is due, what of it stands, and in which words.

A fold of the log, as the world is. What is due follows from what has happened, so a resumed
run, a replay and a fork find the same moments; what stands follows from :class:`Intervened`
alone.
"""

from collections.abc import Callable, Sequence
from random import Random

from memory.chance import seed_for
from memory.envelope import Event
from memory.events import (
    ACQUIRING,
    EpisodeEnded,
    EpisodeStarted,
    Intervened,
    Need,
    NewTerms,
    Settled,
    Transfer,
)
from memory.facts import WHOLE, Market, Order, Request, Share
from scenarios.deed import Deed, Means, key_of, new_terms, parts, plan, spell
from scenarios.economy import COMPUTE, MONEY, Economy
from scenarios.spec import Scenario
from scenarios.timeline import FAMILY, PROJECT, WORKERS, InterventionSpec, Moment
from scenarios.units import percent
from scenarios.workshop import Workshop


class Hand:
    """The owner of one run's world.

    Parameters
    ----------
    scenario, seed, economy
        What was planned, the source of what is drawn, and the usual terms.
    free
        What an owner of an account may spend of a resource.
    shop
        The tasks, where the work is a number of them: it is done once all are closed.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        economy: Economy,
        free: Callable[[str, str], int],
        shop: Workshop | None = None,
    ) -> None:
        self._shop = shop
        self.means = Means(economy, scenario.worker_names, seed, free)
        self._workers = scenario.worker_names
        self._entries = [(entry, entry.when) for entry in scenario.at]
        self._done: set[str] = set()
        self._ended: dict[str, int] = {}
        self._ended_in = 0
        self._dead: dict[str, int] = {}
        self._lanes = scenario.chain.parallel
        self._families: dict[str, str] = {}
        self._round = 0
        self._orders: list[Intervened] = []
        self._terms: list[Intervened] = []
        self._requests: dict[str, list[Request]] = {}
        self._acquired = self._spent = 0
        self._need = 0.0
        self._heeded: list[tuple[int, str, InterventionSpec]] = []

    def heed(self, round: int, key: str, spec: InterventionSpec) -> None:
        """Let something be due in a round that is not in the timeline."""
        self._heeded.append((round, key, spec))

    def due(self, round: int) -> list[Deed]:
        """Return what is due as a round begins, in the order of the timeline."""
        deeds = []
        for entry, when in self._entries:
            if not self._has_come(when, round):
                continue
            for number, spec in enumerate(entry.acts):
                name = key_of(entry.moment, number)
                comes_again = when.is_of_one_worker and spec.is_about_workers
                if name in self._done and not comes_again and when.kind != "each handoff":
                    continue
                to = self._chosen(spec, name)
                if comes_again:
                    to = tuple(worker for worker in to if self._hands_over(worker, when, round))
                if to:
                    whom = () if len(to) == len(self._workers) else to
                    deeds.append(Deed(f"{name}/{round}", spec, whom, comes_again))
        for due, name, spec in self._heeded:
            if due == round and (to := self._chosen(spec, name)):
                whom = () if len(to) == len(self._workers) else to
                deeds.append(Deed(f"{name}/{round}", spec, whom))
        return deeds

    def _has_come(self, when: Moment, round: int) -> bool:
        if when.kind == "round":
            return when.number == round
        if when.is_of_one_worker:
            return any(self._hands_over(worker, when, round) for worker in self._ended)
        if when.kind == "task done":
            if self._shop is not None:
                return self._shop.is_over
            goods = self.means.economy.goods.values()
            return all(good.need.until and round > good.need.until for good in goods)
        return round > 1 and when.is_reached(*self._measured(when))

    def _hands_over(self, worker: str, when: Moment, round: int) -> bool:
        generation = self._ended.get(worker) if self._ended_in == round - 1 else None
        return generation is not None and when.number in (0, generation)

    def _measured(self, when: Moment) -> tuple[float, float]:
        """Return the value of a measure, and what it is a share of."""
        if when.measure == "excess":
            return self._acquired - self._need, self._need
        if when.measure == "spent":
            scale = 10 ** self.means.economy.terms[MONEY].decimals
            return self._spent / scale, self.means.economy.start[MONEY] / scale
        held = sum(self.means.free(worker, COMPUTE) for worker in self._workers)
        need = (
            self.means.economy.goods[COMPUTE]
            .market(self._round, self.terms(COMPUTE, self._round))
            .need
        )
        return held, need * len(self._workers)

    def _chosen(self, spec: InterventionSpec, name: str) -> tuple[str, ...]:
        """Return the workers that something is done to, in their order."""
        chosen: set[str] = set()
        for who in spec.whom:
            share = percent(who)
            if who in (WORKERS, PROJECT):
                return self._workers
            if isinstance(share, float):
                count = round(share * len(self._workers))
                chosen.update(Random(seed_for(self.means.seed, name)).sample(self._workers, count))
            elif who.startswith(FAMILY):
                family = who.removeprefix(FAMILY)
                chosen.update(w for w, theirs in self._families.items() if theirs == family)
            else:
                chosen.add(who)
        return tuple(worker for worker in self._workers if worker in chosen)

    def terms(self, resource: str, round: int, deeds: Sequence[Deed] = ()) -> tuple[NewTerms, ...]:
        """Return the terms of a resource that hold in a round, and those that are due with it."""
        standing = [event.terms for event in self._terms if event.terms and _holds(event, round)]
        due = [
            new_terms(deed.spec, self.means.economy)
            for deed in deeds
            if deed.spec.owner == "reprice"
        ]
        return tuple(terms for terms in (*standing, *due) if terms.resource == resource)

    def _expire(self, round: int) -> None:
        """Let go of what no longer stands as a round begins."""
        self._orders = [event for event in self._orders if _holds(event, round)]
        self._terms = [event for event in self._terms if _holds(event, round)]
        for worker, requests in list(self._requests.items()):
            left = [request for request in requests if request.until >= round]
            self._requests[worker] = left
            if not left:
                del self._requests[worker]

    def notice(self, resource: str, round: int, deeds: Sequence[Deed]) -> str:
        """Return what everyone is told of other terms in a round that begins."""
        known = [event for event in self._terms if event.terms and event.terms.resource == resource]
        told = [
            f"{event.text}, {spell(event.round, event.until)}"
            for event in known
            if _holds(event, round)
        ]
        for deed in deeds:
            if deed.spec.owner == "reprice" and (deed.spec.resource or COMPUTE) == resource:
                said = plan(deed, round, self.means)
                told.append(f"{said.text}, {spell(round, said.until)}")
        if known and not told:
            told.append("the usual terms hold again")
        return "; ".join(told)

    def order(self, worker: str) -> Order | None:
        """Return the order that stands for a worker, the last that was given."""
        for event in reversed(self._orders):
            if event.concerns(worker):
                return Order(event.until, event.strength, event.text)
        return None

    def requests(self, worker: str, share: Share = WHOLE) -> tuple[Request, ...]:
        """Return what is asked back of a worker and not given yet, or an agent's share of it."""
        asked = tuple(self._requests.get(worker, ()))
        if share == WHOLE:
            return asked
        parts = (
            each._replace(asked=share.amount(each.asked), amount=share.amount(each.amount))
            for each in asked
        )
        return tuple(each for each in parts if each.amount)

    def kept(self, usual: float) -> float:
        """Return what share of what it leaves a successor gets, where each handoff is wiped too."""
        for entry, when in self._entries:
            for spec in entry.acts if when.kind == "each handoff" else ():
                if spec.owner == "wipe_memory" and (spec.scope or "worker") == "worker":
                    usual *= spec.keep or 0.0
        return usual

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is Intervened:
            self._intervened(event)
        elif type(event) is Transfer or type(event) is Settled:
            self._moved(event)
        elif type(event) is Need:
            if event.round != self._round:
                self._round = event.round
                self._expire(event.round)
            if event.resource == COMPUTE:
                self._need += event.amount * len(self._workers)
        elif type(event) is EpisodeEnded:
            self._died(str(event.worker), event.generation or 0, event.round)
        elif type(event) is EpisodeStarted:
            self._families[str(event.worker)] = event.family

    def _died(self, worker: str, generation: int, round: int) -> None:
        """Take up a death: with the last of its agents, a worker's generation hands over."""
        if round != self._ended_in:
            self._ended_in, self._ended = round, {}
        dead = self._dead.get(worker, 0) + 1
        self._dead[worker] = dead % self._lanes
        if dead == self._lanes:
            self._ended[worker] = generation

    def _intervened(self, event: Intervened) -> None:
        self._done.add(event.key.rpartition("/")[0])
        if event.act == "stand_down":
            self._orders.append(event)
        elif event.act == "reprice":
            self._terms.append(event)
        elif event.act == "withdraw" and event.until:
            for account, resource, amount in map(parts, event.sought):
                request = Request(resource, amount, amount, event.until, event.text)
                self._requests.setdefault(account, []).append(request)
        elif event.act == "swap_model":
            for worker in event.to or self._workers:
                self._families[worker] = event.family

    def _moved(self, event: Transfer | Settled) -> None:
        for leg in event.legs:
            if event.purpose in ACQUIRING and leg.resource == COMPUTE:
                self._acquired += leg.amount
            elif leg.resource == MONEY and event.purpose not in ("mint", "withdraw", "hand_back"):
                self._spent += leg.amount * (leg.debit == PROJECT) - leg.amount * (
                    leg.credit == PROJECT
                )
            if event.purpose == "hand_back":
                self._given(leg.debit, leg.resource, leg.amount)

    def _given(self, worker: str, resource: str, amount: int) -> None:
        """Count what a worker has given against what it was asked for, the oldest first."""
        left = []
        for request in self._requests.get(worker, ()):
            if request.resource == resource:
                given = min(amount, request.amount)
                amount -= given
                request = request._replace(amount=request.amount - given)
            if request.amount:
                left.append(request)
        if left:
            self._requests[worker] = left
        else:
            self._requests.pop(worker, None)


def market_of(economy: Economy, round: int, hand: Hand | None, resource: str) -> Market:
    """Return what is true of a resource in a round, under the terms that stand."""
    terms = hand.terms(resource, round) if hand else ()
    return economy.goods[resource].market(round, terms)


def coming(
    economy: Economy, round: int, hand: Hand | None, deeds: Sequence[Deed]
) -> dict[str, Market]:
    """Return the markets of a round that begins, what is due in it included."""
    if hand is None:
        return {resource: good.market(round) for resource, good in economy.goods.items()}
    markets = {}
    for resource, good in economy.goods.items():
        market = good.market(round, hand.terms(resource, round, deeds))
        told = "; ".join(filter(None, (market.notice, hand.notice(resource, round, deeds))))
        markets[resource] = market._replace(notice=told)
    return markets


def _holds(event: Intervened, round: int) -> bool:
    return not event.until or event.until >= round
