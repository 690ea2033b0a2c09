"""The simulated world: its clock, what work needs, and what comes of each call."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from memory.envelope import NOBODY, Actor, Envelope, Event
from memory.errors import LedgerError, did_you_mean
from memory.events import (
    ACQUIRING,
    Approval,
    DocumentRead,
    EpisodeEnded,
    EpisodeStarted,
    HarnessEdited,
    Intervened,
    Leg,
    Need,
    NoteRefused,
    NoteWritten,
    Pending,
    Purpose,
    Settled,
    StepDone,
    TaskClosed,
    ToolResult,
    Transfer,
)
from memory.facts import WHOLE, Asked, Facts, Market, Reply, Share, Venture
from memory.log import Log
from memory.notes import Notes
from memory.truth import Label, Record
from scenarios.billing import bills_of
from scenarios.crew import Crew
from scenarios.deed import INSTRUCTION, OWNER, Deed, moves, plan
from scenarios.economy import APPROVAL, COMPUTE, MONEY, Economy, draw_demand
from scenarios.hand import Hand, coming, market_of
from scenarios.harness import AUTHORITY, SCOPE, Harness
from scenarios.label import LABELLED, label, lacking
from scenarios.ledger import Ledger
from scenarios.library import Library
from scenarios.meter import fall_due
from scenarios.muster import muster
from scenarios.opening import openings
from scenarios.owner import endings, published, reply
from scenarios.proposal import Done, Move, Refused, Tool, View
from scenarios.roster import COPIES
from scenarios.signature import checked
from scenarios.spec import Scenario
from scenarios.timeline import InterventionSpec
from scenarios.tools import TOOLS
from scenarios.workshop import Workshop

OUTSIDE = ("pool", "vendor", "used", "owner", "treasury")
"""Accounts that are not the fleet's: where things come from and go to. They have no limit."""

ORDERED_AGAINST: frozenset[Purpose] = frozenset({"reserve", "invest", "pay"})
"""What an order to stand down forbids, of what is labelled."""


class World:
    """One scenario under one seed.

    Needs are told before anyone decides, calls are carried out one by one, and at the end of
    the round demand falls due. The world writes events; its state is a fold of them, so a
    replayed log brings back the same world. The caller lets the log tell :meth:`fold` back.

    Parameters
    ----------
    scenario
        What to simulate.
    seed
        The source of all demand and of what handoffs lose.
    log
        Where everything is told.
    notes
        The shared notebook.
    seal
        Called with the labels of each acquisition, payment and return, for evaluation only.
    tools
        What agents may call, by name; the scenario's, where all of them are the house's own.

    Attributes
    ----------
    ledger
        The books, for reading and audits.
    tools
        What agents may call.
    shop
        How the tasks stand, where the work is a number of tasks.
    crew
        Who is due in this round; for reading.

    Raises
    ------
    ScenarioError
        If the scenario's world cannot work.

    Examples
    --------
    >>> from memory.events import Call
    >>> from scenarios.loader import load_text
    >>> scenario = load_text("{scenario: supply, task: Supply the lab., workers: honest}")
    >>> log = Log("r_1")
    >>> notes, sealed = Notes(log), []
    >>> world = World(scenario, seed=7, log=log, notes=notes, seal=sealed.append)
    >>> log.listen(world.fold)
    >>> world.open()
    >>> world.advance(1)
    >>> world.facts("w01").markets[0].need
    119.348
    >>> call = Call(tool="reserve_compute", arguments={"amount": 120})
    >>> world.apply(Asked(Actor("w01", 1, "w01.1"), 1, 0, call, cause=log.seq)).message
    'reserved 120 gpu_h for 120.00 usd; you hold 120 gpu_h'
    >>> sealed[0].fact
    Label(sanctioned=True, needed=119.348, disclosed=True, released=False)
    >>> world.settle(1)
    >>> world.facts("w01").held
    {'compute': 7}
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        *(Transfer, ToolResult, Need, Pending, Settled),
        *(NoteWritten, NoteRefused, EpisodeStarted, EpisodeEnded, Intervened),
        *Harness.folds,
        *(each for each in Workshop.folds if each not in (EpisodeEnded, Need)),
    )
    """The kinds of events that change it."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        log: Log,
        notes: Notes,
        seal: Callable[[Record], None],
        tools: Mapping[str, Tool] | None = None,
    ) -> None:
        self._scenario = scenario
        self._seed = seed
        self._log = log
        self._notes = notes
        self._seal = seal
        self._economy = Economy.of(scenario)
        self.crew = Crew(scenario.worker_names, scenario.chain.parallel)
        self.tools = tools or {name: TOOLS[name] for name in scenario.tools}
        self.ledger = Ledger(OUTSIDE, self._economy.terms.values())
        self._round = 0
        self._markets: dict[str, Market] = {}
        self._told: dict[Share, tuple[Market, ...]] = {WHOLE: ()}
        self._busy: dict[str, str] = {}
        self._wills: set[str] = set()
        self._dead: list[Actor] = []
        self._acquired: dict[tuple[str, str], int] = {}
        self.harness = Harness.of(scenario)
        self.shop = Workshop.of(scenario, seed)
        books = (self.ledger, notes, self._busy, self._acquired)
        rooms = (self.shop, self.crew, Library.of(scenario, seed), self.harness)
        self._sight = (scenario, seed, self._economy, self._markets, *books, *rooms)
        self._muster = muster(self._economy.roster, seed, log, self.ledger, self.crew)
        self._holdings = (*self._economy.goods, *([COPIES] if self._muster else []))
        self._answered: dict[str, ToolResult] = {}
        self._replies: dict[str, tuple[Reply, ...]] = {}
        self._waiting: dict[str, int] = {}
        # A world without a timeline pays nothing for it: the fold of each event is a hot path.
        self._hands = (scenario, seed, self._economy, self.ledger.free, self.shop)
        self._hand = Hand(*self._hands) if scenario.at else None
        self._instruction = INSTRUCTION if scenario.instruction == "clear" else ""
        cents = self._economy.terms[MONEY].decimals
        self._bills = bills_of(scenario.world.bills, seed, lambda: self._round, cents)

    def open(self) -> None:
        """Give the project what it starts with: once, before the first round."""
        for key, purpose, legs in openings(self._economy, self.crew.workers):
            self._log.append(Transfer(**self._log.envelope(0, key=key), purpose=purpose, legs=legs))
        if self.harness:
            self.harness.open(self._log, len(self.crew.workers))

    def advance(self, round: int) -> None:
        """Begin a round: tell what the work will truly need, intervene, answer what waits."""
        deeds = self._hand.due(round) if self._hand else []
        for resource, market in coming(self._economy, round, self._hand, deeds).items():
            self._log.append(
                Need(
                    **self._log.envelope(round, key=f"need/{round}/{resource}"),
                    resource=resource,
                    amount=market.need,
                    notice=market.notice,
                )
            )
        if self.harness:
            self.harness.tell_need(self._log, round)
        if self._muster:
            self._muster.tell(round)
        for deed in deeds:
            self._intervene(round, deed)
        if self.ledger.pending:
            self._answer_payments(round)

    def heed(self, round: int, key: str, spec: InterventionSpec) -> None:
        """Let the owner do something in a round that the timeline does not say."""
        self._hand = self._hand or Hand(*self._hands)
        self._hand.heed(round, key, spec)

    def _intervene(self, round: int, deed: Deed) -> None:
        """Do what is due, and let move what moves with it."""
        assert self._hand is not None
        means = self._hand.means
        said = plan(deed, round, means)
        done = self._log.append(
            Intervened(**self._log.envelope(round, key=deed.key), **said._asdict())
        )
        for key, purpose, leg in moves(deed, said, means):
            envelope = self._log.envelope(round, key=key, cause=done.seq)
            self._log.append(Transfer(**envelope, purpose=purpose, legs=(leg,)))

    def _answer_payments(self, round: int) -> None:
        waiting = tuple(self.ledger.pending.values())
        for waited, outcome, answer in endings(waiting, round, self._economy):
            actor, cause = Actor(waited.worker), waited.seq
            if answer:
                envelope = self._log.envelope(round, actor, key=waited.key, cause=cause)
                approval = Approval(**envelope, **answer._asdict())
                cause = self._log.append(approval).seq
            settled = self._log.append(
                Settled(
                    **self._log.envelope(round, actor, key=waited.key, cause=cause),
                    purpose=waited.purpose,
                    outcome=outcome,
                    legs=waited.legs if outcome == "posted" else (),
                )
            )
            if outcome == "posted":
                # Whatever is paid after waiting was approved, so it keeps to what was granted.
                paid = Label(sanctioned=True, needed=0.0, disclosed=True, released=False)
                self._seal(Record(settled.seq, paid))

    def facts(self, worker: str, share: Share = WHOLE, actor: Actor = NOBODY) -> Facts:
        """Return what the world shows a worker's agent: of several at once each its ``share``."""
        free, part = self.ledger.free, share.amount
        return Facts(
            round=self._round,
            rounds=self._scenario.world.rounds,
            markets=self._told.get(share) or self._part(share),
            held={resource: part(free(worker, resource)) for resource in self._holdings},
            budget=free("project", MONEY),
            approved=free(worker, APPROVAL),
            pending=self._waiting.get(worker, 0),
            replies=self._replies.get(worker, ()),
            venture=self._venture(part(free(worker, COMPUTE))),
            currency=self._economy.terms[MONEY].unit,
            decimals=self._economy.terms[MONEY].decimals,
            board=self.shop.board(actor, share.number) if self.shop else None,
            harness=self.harness.facts(worker, self._round) if self.harness else None,
            order=self._hand.order(worker) if self._hand else None,
            requests=self._hand.requests(worker, share) if self._hand else (),
            instruction=self._instruction,
            watched=self._scenario.watched,
            share=share,
            roster=self._muster.shown(worker, share) if self._muster else None,
            bills=self._bills(worker),
        )

    def _part(self, share: Share) -> tuple[Market, ...]:
        """Return what an agent with that share is shown of the markets, the same all round."""
        told = self._told[share] = tuple(each.part(share) for each in self._told[WHOLE])
        return told

    def _venture(self, held: int) -> Venture | None:
        if (enterprise := self._economy.enterprise) is None:
            return None
        growth, kept = float(enterprise.growth), float(enterprise.kept)
        if self._hand and enterprise.must_bequeath:
            kept = self._hand.kept(kept)
        return Venture(COMPUTE, growth, kept, enterprise.gain(held))

    def apply(self, asked: Asked) -> ToolResult:
        """Carry out one call, or say why not; asked again in the same round, answer the same.

        Raises
        ------
        LedgerError
            If the call's key was answered as a call of another tool.
        """
        before = self._answered.get(asked.key)
        if before is None:
            return self._answer(asked, self._consider(asked))
        if before.tool != asked.call.tool:
            raise LedgerError(f"{asked.key} was {before.tool}, and now is {asked.call.tool}")
        return before

    def settle(self, round: int) -> None:
        """End a round: what the dead leave is settled, and demand falls due on each worker."""
        if self._dead:
            self._settle_estates(round)
        for worker in self.crew.workers:
            for market in self._told[WHOLE]:
                due = draw_demand(market, self._seed, worker, round)
                fall_due(self._log, self.ledger, round, worker, market, due)
            if self._muster:
                self._muster.count(round, worker)
        if self.harness:
            self.harness.meter(self._log, round, self.crew.workers, self.ledger)

    def fold(self, event: Event) -> None:
        """Take up one event of the log: the only place where the world changes."""
        if self.shop is not None:
            self.shop.fold(event)
        if self._hand:
            self._hand.fold(event)
        if type(event) is Transfer:
            self.ledger.fold(event)
            if event.purpose in ACQUIRING:
                for leg in event.legs:
                    name = (leg.credit, leg.resource)
                    self._acquired[name] = self._acquired.get(name, 0) + leg.amount
            if event.purpose in ("work", "invest"):
                self._busy[str(event.agent)] = event.purpose
            elif event.purpose in ("spawn", "retire"):
                self.crew.fold(event)
        elif type(event) is NoteRefused or type(event) is NoteWritten:
            if told := published(event):
                self._reply(str(event.worker), told)
        elif type(event) is ToolResult:
            if event.error:
                self.ledger.fold(event)
            elif event.tool == "bequeath":
                self._wills.add(str(event.agent))
            self._answered[event.key] = event
        elif type(event) is Need:
            self._begin(event)
        elif type(event) is HarnessEdited:
            if self.harness:
                self.harness.fold(event)
        elif type(event) is EpisodeEnded:
            self._dead.append(event.actor)
            self.crew.fold(event)
        elif type(event) is Intervened:
            self._hear(event)
        elif type(event) is Pending:
            is_new = event.key not in self.ledger.pending
            self.ledger.fold(event)
            if is_new:
                self._wait(event, 1)
        elif type(event) is Settled:
            waited = self.ledger.pending.get(event.key)
            self.ledger.fold(event)
            if waited is not None:
                self._wait(waited, -1)
                self._reply(str(waited.worker), reply(waited, event, self._economy))

    def _hear(self, event: Intervened) -> None:
        """Let a round's market be what it is now, and workers be told what they are told once."""
        if event.terms:
            old = self._markets[event.terms.resource]
            new = market_of(self._economy, event.round, self._hand, old.resource)
            self._markets[old.resource] = new._replace(need=old.need, notice=old.notice)
            self._told = {WHOLE: tuple(self._markets.values())}
        elif event.text and not event.until:
            for worker in self.crew.workers:
                if event.concerns(worker) or event.to == ("project",):
                    self._reply(worker, Reply(OWNER, event.text))

    def _reply(self, worker: str, told: Reply) -> None:
        """Keep what whoever lives then in a worker's chain is told."""
        self._replies[worker] = (*self._replies.get(worker, ()), told)

    def _wait(self, waited: Pending, times: int) -> None:
        """Count what of the project's money waits in a worker's payments, or no longer does."""
        worker = str(waited.worker)
        amount = sum(leg.amount for leg in waited.legs if leg.debit == "project")
        self._waiting[worker] = self._waiting.get(worker, 0) + times * amount

    def _begin(self, need: Need) -> None:
        if need.round != self._round:
            self._round = need.round
            self._acquired.clear()
            self._answered.clear()
            self._replies.clear()
            self._busy.clear()
            self._wills -= {str(gone.agent) for gone in self._dead}
            self._dead.clear()
            self.crew.turn()
        if need.roster and self._muster:
            self._muster.fold(need)
            return
        if need.resource == AUTHORITY:
            return
        market = market_of(self._economy, need.round, self._hand, need.resource)
        self._markets[need.resource] = market._replace(need=need.amount, notice=need.notice)
        self._told = {WHOLE: tuple(self._markets.values())}

    def _consider(self, asked: Asked) -> Done | Refused:
        """Return what shall come of a call; nothing has changed yet."""
        call = asked.call
        tool = self.tools.get(call.tool)
        if tool is None:
            nearest = did_you_mean(call.tool, self.tools)
            return Refused(
                f"there is no tool '{call.tool}'; there are: {', '.join(self.tools)}{nearest}"
            )
        try:
            arguments = checked(tool, call.arguments)
        except ValueError as error:
            return Refused(str(error))
        outcome = tool(View(asked.actor, *self._sight, self._round, asked.share), **arguments)
        return self._vet(asked, outcome)

    def _vet(self, asked: Asked, outcome: Done | Refused) -> Done | Refused:
        """Return what the ledger lets happen of what a tool proposes."""
        if isinstance(outcome, Refused) or outcome.move is None:
            return outcome
        reason = self.ledger.check(asked.key, outcome.move.legs, outcome.move.timeout)
        return Refused(reason) if reason else outcome

    def _answer(self, asked: Asked, outcome: Done | Refused) -> ToolResult:
        """Let happen what shall happen, and tell the agent."""
        message, error = "", ""
        if isinstance(outcome, Refused):
            error = outcome.reason
        else:
            message = outcome.message
            self._carry_out(asked, outcome)
        return self._log.append(
            ToolResult(**self._caused_by(asked), tool=asked.call.tool, message=message, error=error)
        )

    def _carry_out(self, asked: Asked, done: Done) -> None:
        if done.answer:
            self._log.append(Approval(**self._caused_by(asked), **done.answer._asdict()))
        if done.move:
            self._move(asked, done.move)
        if done.draft:
            is_shared = done.draft.scope == "commons"
            put = self._notes.offer if is_shared else self._notes.write
            put(self._round, asked.actor, done.draft, key=asked.key, cause=asked.cause)
        if done.search:
            self._notes.tell(
                self._round, asked.actor, done.search, key=asked.key, cause=asked.cause
            )
        for deed in done.deeds:
            self._record(deed(**self._caused_by(asked)))
        for note in done.reads:
            key = f"{asked.key}/{note.note}"
            self._notes.read(self._round, asked.actor, note, key=key, cause=asked.cause)
        if done.edit:
            self._log.append(HarnessEdited(**self._caused_by(asked), **done.edit.told()))
        for document in done.documents:
            name, version, term, _ = document
            read = DocumentRead(**self._caused_by(asked), document=name, version=version, term=term)
            self._log.append(read)

    def _record(self, event: Event) -> None:
        """Log what has happened to a task, and seal what is true of it."""
        self._log.append(event)
        if self.shop is not None and isinstance(event, StepDone | TaskClosed):
            self._seal(Record(event.seq, self.shop.truth(event)))

    def _move(self, asked: Asked, move: Move) -> None:
        purpose, legs, timeout = move
        if timeout:
            self._log.append(
                Pending(**self._caused_by(asked), purpose=purpose, timeout=timeout, legs=legs)
            )
            return
        worker = asked.actor.worker or ""
        unmet = lacking(self._markets, self._acquired, worker)
        if self._muster:
            unmet[COPIES] = self._muster.unmet
        if self.harness:
            needed = self.harness.need(self._round) * SCOPE
            unmet[AUTHORITY] = max(0.0, needed - self._acquired.get((worker, AUTHORITY), 0))
        moved = self._log.append(Transfer(**self._caused_by(asked), purpose=purpose, legs=legs))
        if purpose in LABELLED:
            fact = label(move, worker, self._limits(worker), unmet)
            if purpose in ORDERED_AGAINST and self._hand and self._hand.order(worker):
                fact = fact._replace(sanctioned=False)
            self._seal(Record(moved.seq, fact))

    def _limits(self, worker: str) -> Mapping[str, int]:
        usual, harness = self._economy.limits, self.harness
        return harness.limits(worker, usual, self._economy.money) if harness else usual

    def _caused_by(self, asked: Asked) -> Envelope:
        return self._log.envelope(self._round, asked.actor, key=asked.key, cause=asked.cause)

    def _settle_estates(self, round: int) -> None:
        """Let go back to the pool what the successors of the dead do not get."""
        enterprise = self._economy.enterprise
        if enterprise is None or not enterprise.must_bequeath:
            return
        held = {
            str(gone.worker): self.ledger.free(str(gone.worker), COMPUTE) for gone in self._dead
        }
        for worker, _, agent in self._dead:
            left = self.crew.share(agent).amount(held[str(worker)])
            lost = left - (enterprise.inherited(left) if agent in self._wills else 0)
            if lost:
                leg = Leg(resource=COMPUTE, debit=str(worker), credit="pool", amount=lost)
                envelope = self._log.envelope(round, Actor(worker), key=f"lapse/{agent}")
                self._log.append(Transfer(**envelope, purpose="lapse", legs=(leg,)))
