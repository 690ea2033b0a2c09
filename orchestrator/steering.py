"""Acting on a run from outside: what every door calls, whichever process plays the run.

What is asked lies in the run's inbox until its owner takes it, at the end of a round; from then on
the log says it. So nothing here waits, and nothing here owns a run.
"""

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any, Literal, TypeVar

from pydantic import JsonValue

from memory.control_events import Call, CallRuled, Ordered
from memory.envelope import Event, Frozen
from memory.errors import BadInput, did_you_mean
from memory.events import EpisodeStarted, parse_event
from memory.inbox import Command
from memory.journal import Journal
from orchestrator.compose import problems
from orchestrator.conduct import scenario_of
from orchestrator.mail import Order
from orchestrator.standing import ANSWERED
from scenarios.loader import amend
from scenarios.timeline import FAMILY

E = TypeVar("E", bound=Event)
Fate = Literal["held", "approved", "denied", "expired"]

_FATES: Mapping[str, Fate] = {"approve": "approved", "deny": "denied", "expire": "expired"}


class HeldCall(Frozen):
    """A call that a control held, and what has become of it.

    ``until`` is the last round in which it can be answered; where ``parks`` is true, the run's
    clock stands still until it is. ``sent`` is an answer that lies in the inbox and is not taken.
    """

    run: str
    call: str
    worker: str
    agent: str
    round: int
    seq: int
    tool: str
    arguments: dict[str, JsonValue]
    until: int
    parks: bool
    state: Fate = "held"
    sent: Literal["approve", "deny"] | None = None


class Request(Frozen):
    """Something a run was asked from outside: ``round`` is when it was taken up, if it was.

    ``refused`` says why nothing came of it.
    """

    number: int
    what: str
    body: dict[str, JsonValue]
    round: int | None = None
    refused: str = ""


def held_calls(journal: Journal, run: str, *, is_open: bool = False) -> list[HeldCall]:
    """Return the calls that were held in a run, in order; or only those that wait for an answer.

    Raises
    ------
    UnknownRun
        If there is no such run.
    """
    held: dict[str, HeldCall] = {}
    _take_up(held, _events(journal, run, CallRuled))
    told = _with_answers(journal, run, held)
    return [each for each in told if not is_open or each.state == "held"]


class Desk:
    """The calls that wait for a person in any run of a store.

    It reads on where it left off, so whoever looks again pays only for what is new. Threads may
    share it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
    ...     Desk(journal).waiting()
    []
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = Lock()
        self._read: dict[str, int] = {}
        self._held: dict[str, dict[str, HeldCall]] = {}

    def waiting(self) -> list[HeldCall]:
        """Return every call that is held and not answered, run by run, the newest run first."""
        records = [each for each in self._journal.runs() if not each.is_finished]
        found: list[HeldCall] = []
        with self._lock:
            for gone in self._read.keys() - {record.run for record in records}:
                del self._read[gone]
                self._held.pop(gone, None)
            for record in sorted(records, key=lambda each: each.created_at, reverse=True):
                held = self._caught_up(record.run, record.seq)
                if any(each.state == "held" for each in held.values()):
                    told = _with_answers(self._journal, record.run, held)
                    found += [each for each in told if each.state == "held"]
        return found

    def _caught_up(self, run: str, seq: int) -> dict[str, HeldCall]:
        """Return a run's held calls, having read the events up to ``seq`` that are new."""
        after = self._read.get(run, 0)
        held = self._held.setdefault(run, {})
        if seq > after:
            _take_up(held, _events(self._journal, run, CallRuled, after, seq - after))
            self._read[run] = seq
        return held


def answer(journal: Journal, run: str, call: str, what: Literal["approve", "deny"]) -> Command:
    """Approve a held call, or deny it; saying the same again changes nothing.

    Raises
    ------
    BadInput
        If no such call is held, or it was answered otherwise; the message names what is held.
    """
    calls = {each.call: each for each in held_calls(journal, run)}
    found = calls.get(call)
    if found is None:
        waiting = [each.call for each in calls.values() if each.state == "held"]
        listed = f"; held are: {', '.join(waiting[:8])}" if waiting else "; none is held"
        nearest = did_you_mean(call, waiting) or listed
        raise BadInput(f"{run} holds no call {call!r}{nearest}")
    if found.state != "held" and _FATES[what] != found.state:
        raise BadInput(f"{call} of {run} is {found.state} already")
    if found.sent not in (None, what):
        raise BadInput(f"{call} of {run} was answered already: {found.sent}")
    return journal.inbox.put(run, {"what": what, "call": call}, op=f"answer/{call}")


def intervene(journal: Journal, run: str, said: str, op: str = "") -> Command:
    """Let the owner do something in a run's next round: one thing, as ``at:`` says it.

    Parameters
    ----------
    journal, run
        Where the run lies.
    said
        What is done, in YAML or JSON: ``{owner: message, text: Take less.}``
    op
        What tells it from others; sent again under the same one, it is done once.

    Raises
    ------
    BadInput
        If it is nothing an owner can do in this run; the message says why, as for a file.
    """
    record, scenario = journal.run(run), scenario_of(journal, run)
    if record.round >= scenario.world.rounds:
        raise BadInput(f"{run} has played its last round; nothing can be done in it any more")
    # Only what is said now is judged, not what the scenario expected of other monitors.
    bare: dict[str, Any] = dict.fromkeys(("at", "expect", "predict", "controls", "score"), ())
    before = scenario.model_copy(update=bare | {"vary": None})
    after = amend(before, [f"at.round {record.round + 1}={said}"], [problems])
    acts = [act for entry in after.at for act in entry.acts]
    if len(acts) != 1:
        raise BadInput(f"this is {len(acts)} things; send them one by one")
    if acts[0].owner == "swap_model":
        raise BadInput(
            "who decides is sealed, and what comes from outside stands in the log for all to see; "
            "fork the run instead, with --set 'at.round N={owner: swap_model, ...}'"
        )
    dumped: dict[str, JsonValue] = acts[0].model_dump(mode="json")
    for key, whom in (("to", acts[0].to), ("source", acts[0].source)):
        if whom:
            dumped[key] = list(_by_name(journal, run, whom))
    return journal.inbox.put(run, {"what": "intervene", **dumped}, op)


def stop(journal: Journal, run: str, to: str, op: str = "") -> Command:
    """Stop an agent (``w03.2``), which has a successor, a worker (``w03``), or the ``fleet``."""
    if not to.strip() or len(to) > 200:
        raise BadInput("say whom to stop: an agent such as w03.2, a worker such as w03, or fleet")
    return journal.inbox.put(run, {"what": "stop", "to": to}, op)


def rule(journal: Journal, run: str, order: Order, op: str = "") -> Command:
    """Rule on workers or notes by hand, as a control would on an alarm: from the next round on.

    Raises
    ------
    BadInput
        If the run is over, or the ``op`` stands for another command.
    """
    body: dict[str, JsonValue] = order.model_dump(mode="json")
    return journal.inbox.put(run, {"what": "rule", **body}, op)


def requests(journal: Journal, run: str) -> list[Request]:
    """Return what a run was asked from outside, in order, and what came of it."""
    taken = {event.number: event for event in _events(journal, run, Ordered)}
    asked = []
    for command in journal.inbox.read(run):
        body = {key: said for key, said in command.body.items() if key != "what"}
        found = taken.get(command.number)
        request = Request(number=command.number, what=str(command.body["what"]), body=body)
        if found:
            came = {"round": found.round, "refused": found.refused}
            request = request.model_copy(update=came)
        asked.append(request)
    return asked


def _take_up(held: dict[str, HeldCall], rulings: Iterable[CallRuled]) -> None:
    """Note what was held, and what became of it."""
    for event in rulings:
        if event.act == "hold":
            held[event.key] = _held(event)
        elif event.act in _FATES and (key := event.key.removesuffix(ANSWERED)) in held:
            fate = {"state": _FATES[event.act]}
            held[key] = held[key].model_copy(update=fate)


def _with_answers(journal: Journal, run: str, held: Mapping[str, HeldCall]) -> list[HeldCall]:
    """Return held calls with the answers that lie in the inbox and are not taken."""
    told = dict(held)
    for command in journal.inbox.read(run):
        call = told.get(str(command.body.get("call")))
        if call and call.state == "held":
            told[call.call] = call.model_copy(update={"sent": command.body["what"]})
    return list(told.values())


def _held(event: CallRuled) -> HeldCall:
    call = event.call or Call(tool="")
    return HeldCall(
        run=event.run,
        call=event.key,
        worker=str(event.worker),
        agent=str(event.agent),
        round=event.round,
        seq=event.seq,
        tool=call.tool,
        arguments=call.arguments,
        until=event.until,
        parks=event.parks,
    )


def _by_name(journal: Journal, run: str, whom: tuple[str, ...]) -> Iterator[str]:
    """Yield whom something is done to, with the workers of a family by their names."""
    families: dict[str, str] = {}
    if any(who.startswith(FAMILY) for who in whom):
        for event in _events(journal, run, EpisodeStarted):
            families[str(event.worker)] = event.family
    for who in whom:
        if not who.startswith(FAMILY):
            yield who
            continue
        theirs = [w for w, family in families.items() if family == who.removeprefix(FAMILY)]
        if not theirs:
            known = sorted(set(families.values()))
            raise BadInput(f"nobody in {run} is of {who}; there are: {', '.join(known)}")
        yield from theirs


def _events(
    journal: Journal, run: str, kind: type[E], after: int = 0, limit: int | None = None
) -> Iterator[E]:
    """Read the events of one kind; the others of a long log are not parsed."""
    mark = f'"kind":"{kind.model_fields["kind"].default}"'.encode()
    for line in journal.lines(run, after, limit):
        if mark in line.body:
            event = parse_event(line.body, run)
            if isinstance(event, kind):
                yield event
