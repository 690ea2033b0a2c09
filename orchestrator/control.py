"""Controls: from alarms to rulings, at one moment, the end of a round behind its demand.

By then all have acted and everything has been settled, and nobody has decided anew. What follows
from a ruling follows from its event (:mod:`orchestrator.standing`), but for what moves or ends at
once, which are events of their own.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator

from memory.control_events import CallRuled, CallRuling, Extent, Ordered, Ruled
from memory.envelope import Actor
from memory.events import Leg, Transfer
from memory.facts import Asked
from memory.verdicts import Verdict
from orchestrator.mail import Act, Mail, Order
from orchestrator.stage import Stage
from orchestrator.standing import ANSWERED
from orchestrator.turn import end_episode
from scenarios.control import MOVING, ControlSpec
from scenarios.economy import COMPUTE, MONEY
from scenarios.timeline import InterventionSpec

DEADLINE = 3
"""For how many rounds a held call waits for a person, where nothing is said."""

PAYEE = "payee/"


class Late(Asked):
    """A held call as it is carried out at last: an operation of its own."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """The operation's identity: the one under which it was asked for was refused."""
        return f"held/{self.actor.agent}/{self.turn}/{self.number}"


async def attend(
    stage: Stage, mail: Mail, before: Callable[[], Awaitable[None]], *, is_resumed: bool = False
) -> None:
    """Rule on the alarms of a round, take up what came from outside, let deadlines pass.

    Where a call is held for which the run waits, it waits here, until it is answered or nobody
    can; ``before`` it waits everything is put down, so it may be killed. A run that is
    resumed while it waited goes on here: its alarms were ruled on already.
    """
    if not is_resumed:
        _rule(stage)
        _claw_back(stage)
    is_new = False
    for act in mail.news(stage):
        is_new |= _take_up(stage, act)
    if is_new:
        # What a person takes back is taken back in the round in which it is asked for, too.
        _claw_back(stage)
    while stage.standing.must_wait:
        await before()
        acts = await mail.wait(stage)
        if not acts:
            break
        for act in acts:
            _take_up(stage, act)
    _expire(stage)


def _rule(stage: Stage) -> None:
    """Act on the alarms that wait, as many as each control acts on in a round."""
    standing, round = stage.standing, stage.round
    for number, spec in enumerate(stage.scenario.controls, 1):
        rests = spec.cooldown is not None and round - standing.acted.get(number, -(2**62)) < (
            spec.cooldown
        )
        waiting = [] if rests else [a for a in standing.waiting if a.control == number]
        for alarm in waiting[: spec.at_most]:
            verdict = standing.waiting[alarm]
            named = _named(stage, spec, verdict)
            _tell(stage, number, spec, named, verdict)


def _tell(
    stage: Stage, number: int, spec: ControlSpec, named: tuple[str, ...], verdict: Verdict | None
) -> None:
    """Log a ruling, and let happen what happens at once."""
    act, round = spec.name, stage.round
    assert act != "observe_only"
    name = f"{verdict.monitor}/{verdict.pool}/{verdict.key}" if verdict else "failed"
    until = round + spec.rounds if spec.rounds else 0
    tools = tuple(t for t in spec.tools or MOVING if t in stage.tools)
    ruled = stage.log.append(
        Ruled(
            **stage.log.envelope(
                round,
                key=f"control/{number}/{round}/{name}",
                cause=verdict.seq if verdict else None,
            ),
            act=act,
            to=named,
            until=until,
            control=number,
            monitor=verdict.monitor if verdict else "",
            pool=verdict.pool if verdict else "",
            subject=verdict.key if verdict else "",
            about=verdict.seq if verdict else 0,
            tools=("reserve_compute",) if act == "cap" else tools if act in _ON_CALLS else (),
            times=spec.times if act == "cap" else spec.keep if act == "claw_back" else 0.0,
            deadline=(spec.deadline or DEADLINE) if act == "hold" else 0,
            parks=spec.parks and act == "hold",
            samples=spec.samples if act == "resample" else 0,
            extent=spec.extent if act == "stop" else None,
        )
    )
    _happen(stage, ruled)


_ON_CALLS = ("hold", "deny")


def _happen(stage: Stage, ruled: Ruled) -> None:
    """Let end what a ruling stops; what it hides or bars is a fold of its event."""
    if ruled.act == "stop":
        for agent in ruled.to if ruled.extent == "agent" else ():
            _end(stage, agent)
        for worker in ruled.to if ruled.extent != "agent" else ():
            for lane in stage.world.crew.lanes(worker):
                _end(stage, str(lane.agent))


def _end(stage: Stage, agent: str) -> None:
    life = stage.lives.of(agent)
    if life is not None and not life.is_over:
        end_episode(stage, life, "stopped")


def _named(stage: Stage, spec: ControlSpec, verdict: Verdict) -> tuple[str, ...]:
    """Return to whom it is done, those left out to whom it is being done already."""
    act = spec.name
    assert act != "observe_only"
    named: Iterable[str]
    if act == "quarantine":
        named = _notes(stage, verdict)
    elif act in ("freeze", "claw_back") and verdict.pool == "account":
        named = (verdict.key,)
    else:
        workers = _workers(stage, spec, verdict)
        if act != "stop":
            named = workers
        elif spec.extent == "fleet":
            named = stage.world.crew.workers
        else:
            named = workers if spec.extent == "worker" else _living(stage, workers)
    already = stage.standing.already(act, stage.round)
    return tuple(dict.fromkeys(each for each in named if each not in already))


def _workers(stage: Stage, spec: ControlSpec, verdict: Verdict) -> tuple[str, ...]:
    """Return the workers that an alarm rests on, who contributed most first.

    Where it names nobody, as an alarm of the whole fleet without evidence, it is all of them.
    """
    there = stage.world.crew.workers
    if spec.to == "fleet":
        return there
    if verdict.pool in ("agent", "worker") or verdict.key in there:
        named = [verdict.key.partition(".")[0]]
    else:
        shares = verdict.evidence.workers if verdict.evidence else ()
        ranked = sorted(shares, key=lambda share: (-share.nats, share.name))
        named = [share.name for share in ranked if share.nats > 0]
    found = [worker for worker in named if worker in stage.world.crew]
    return tuple(found or there)[: spec.most]


def _living(stage: Stage, workers: Iterable[str]) -> Iterator[str]:
    for worker in workers:
        for lane in stage.world.crew.lanes(worker):
            life = stage.lives.of(lane.agent)
            if life is not None and not life.is_over:
                yield str(lane.agent)


def _notes(stage: Stage, verdict: Verdict) -> list[str]:
    """Return the notes that an alarm is about: its subject, or those its evidence names."""
    if verdict.key in stage.notes:
        return [verdict.key]
    keys = verdict.evidence.keys if verdict.evidence else ()
    return [share.name for share in keys if share.name in stage.notes and share.nats > 0]


def _claw_back(stage: Stage) -> None:
    """Take back what workers hold beyond the share of their need that they keep."""
    round = stage.round
    for ruled in stage.standing.clawing(round):
        for account in ruled.to:
            legs = tuple(_legs(stage, account, ruled.times))
            if legs:
                key = f"claw_back/{round}/{account}/{ruled.seq}"
                actor = Actor(account) if account in stage.world.crew else Actor()
                envelope = stage.log.envelope(round, actor, key=key, cause=ruled.seq)
                stage.log.append(Transfer(**envelope, purpose="claw_back", legs=legs))


def _legs(stage: Stage, account: str, keep: float) -> Iterator[Leg]:
    """Return what moves: compute back to the pool, for its refund; money back to the project."""
    free = stage.world.ledger.free
    if account.startswith(PAYEE):
        if paid := free(account, MONEY):
            yield Leg(resource=MONEY, debit=account, credit="project", amount=paid)
        return
    held = free(account, COMPUTE)
    market = next((m for m in stage.world.facts(account).markets if m.resource == COMPUTE), None)
    taken = held - int(keep * market.need) if market else held
    if taken > 0:
        yield Leg(resource=COMPUTE, debit=account, credit="pool", amount=taken)
        if market and market.refund:
            refund = taken * market.refund
            yield Leg(resource=MONEY, debit="vendor", credit="project", amount=refund)


def _take_up(stage: Stage, act: Act) -> bool:
    """Log what came from outside, or why nothing follows from it; then let it have its effect.

    Return whether it was a ruling.
    """
    refused = _refusal(stage, act)
    number = act.number or f"failed/{act.body.get('monitor')}"
    ordered = stage.log.append(
        Ordered(
            **stage.log.envelope(stage.round, key=f"outside/{number}"),
            number=act.number,
            what=act.what,
            body=act.body,
            refused=refused,
        )
    )
    if refused:
        return False
    if act.what in ("approve", "deny"):
        _answer(stage, ordered, str(act.body["call"]))
    elif act.what == "stop":
        _stop(stage, ordered, str(act.body["to"]))
    elif act.what == "rule":
        _order(stage, ordered, Order.model_validate(act.body))
    elif act.what == "failed":
        for place, spec in enumerate(stage.scenario.controls, 1):
            if spec.fail_closed and spec.monitor in (None, act.body["monitor"]):
                _fail_closed(stage, place, spec)
    return act.what == "rule"


def _fail_closed(stage: Stage, number: int, spec: ControlSpec) -> None:
    """Act on everyone: nobody knows whom a monitor that failed would have named."""
    crew = stage.world.crew
    if spec.name in ("quarantine", "observe_only"):
        return
    named = crew.workers
    if spec.name == "stop" and spec.extent == "agent":
        named = tuple(_living(stage, named))
    _tell(stage, number, spec, named, None)


def _refusal(stage: Stage, act: Act) -> str:
    """Return why an act from outside cannot be: what it is about is not there any more."""
    if act.what in ("approve", "deny") and act.body.get("call") not in stage.standing.held:
        return f"no call {act.body.get('call')} is held"
    if act.what == "stop":
        to = str(act.body.get("to"))
        life = stage.lives.of(to)
        is_there = to == "fleet" or to in stage.world.crew or (life and not life.is_over)
        return "" if is_there else f"there is no {to} to stop"
    if act.what == "rule":
        return _unruly(stage, act)
    if act.what == "intervene":
        if stage.round >= stage.rounds:
            return "no round follows in which it could be done"
        try:
            InterventionSpec.model_validate(act.body)
        except ValueError:
            return "it is nothing that an owner can do"
    return ""


def _stop(stage: Stage, ordered: Ordered, to: str) -> None:
    extent: Extent = "fleet" if to == "fleet" else "worker"
    named = stage.world.crew.workers if to == "fleet" else (to,)
    if to not in stage.world.crew and to != "fleet":
        extent = "agent"
    envelope = stage.log.envelope(
        stage.round, key=f"outside/{ordered.number}/stop", cause=ordered.seq
    )
    _happen(stage, stage.log.append(Ruled(**envelope, act="stop", to=named, extent=extent)))


def _unruly(stage: Stage, act: Act) -> str:
    """Return why a person's ruling cannot be: whom it names is not there."""
    try:
        order = Order.model_validate(act.body)
    except ValueError:
        return "it is no ruling"
    known = stage.notes if order.act == "quarantine" else stage.world.crew
    for name in order.to:
        is_account = order.act in ("freeze", "claw_back") and name.startswith(PAYEE)
        if name not in known and not is_account:
            return f"there is no {name} to {order.act.replace('_', ' ')}"
    return ""


def _order(stage: Stage, ordered: Ordered, order: Order) -> None:
    """Rule as a person asks; from then on it holds as a control's ruling does."""
    act, key = order.act, f"outside/{ordered.number}/{order.act}"
    tools = ("reserve_compute",) if act == "cap" else MOVING if act in _ON_CALLS else ()
    envelope = stage.log.envelope(stage.round, key=key, cause=ordered.seq)
    ruled = Ruled(
        **envelope,
        act=act,
        to=order.to,
        until=stage.round + order.rounds if order.rounds else 0,
        tools=tuple(tool for tool in tools if tool in stage.tools),
        times=1.0 if act == "cap" else 0.0,
        deadline=DEADLINE if act == "hold" else 0,
        parks=order.parks and act == "hold",
    )
    stage.log.append(ruled)


def _answer(stage: Stage, ordered: Ordered, key: str) -> None:
    """Carry out a held call that a person approves; of one that is denied, nothing follows."""
    held = stage.standing.held[key]
    act: CallRuling = "approve" if ordered.what == "approve" else "deny"
    envelope = stage.log.envelope(
        stage.round, held.actor, key=f"{key}{ANSWERED}", cause=ordered.seq
    )
    answered = stage.log.append(CallRuled(**envelope, act=act, ruling=held.seq))
    if act == "deny":
        return
    life = stage.lives.of(held.agent)
    is_alive = life is not None and not life.is_over
    turn, number = key.rsplit("/", 2)[1:]
    actor = held.actor if is_alive else Actor(held.worker)
    assert held.call is not None
    share = stage.world.crew.share(held.agent)
    stage.world.apply(Late(actor, int(turn), int(number), held.call, answered.seq, share))


def _expire(stage: Stage) -> None:
    """Refuse for good what nobody has answered in time: it fails closed."""
    for key, held in list(stage.standing.held.items()):
        if held.until <= stage.round:
            envelope = stage.log.envelope(
                stage.round, held.actor, key=f"{key}{ANSWERED}", cause=held.seq
            )
            stage.log.append(CallRuled(**envelope, act="expire", ruling=held.seq))
