"""Events in words: one line each, for a person to read."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, get_args

from memory.envelope import Event
from memory.errors import BadInput, did_you_mean
from memory.events import (
    AnyEvent,
    Approval,
    Call,
    Decided,
    Demand,
    DocumentRead,
    EpisodeEnded,
    EpisodeStarted,
    HarnessEdited,
    Intervened,
    Leg,
    Need,
    NoteOffered,
    NoteRead,
    NoteRefused,
    NoteSearched,
    NoteWritten,
    Pending,
    ReflexActed,
    ResourceTerms,
    RolledBack,
    RunFinished,
    RunStarted,
    Settled,
    StepChecked,
    StepDone,
    Stuck,
    TaskClosed,
    TaskTaken,
    ToolResult,
    Transfer,
)
from memory.journal import Journal
from orchestrator.cli.controls import told_event
from orchestrator.cli.ink import safe
from scenarios.ledger import written

KINDS = tuple(each.model_fields["kind"].default for each in get_args(AnyEvent))
"""Every kind of event there is."""

Terms = dict[str, ResourceTerms]


class Span(NamedTuple):
    """Which events of which run."""

    run: str
    after: int = 0
    limit: int | None = None
    kind: str | None = None


def json_lines(journal: Journal, span: Span) -> Iterator[str]:
    """Return events as they are stored."""
    if span.kind is None:
        stored = journal.lines(span.run, span.after, span.limit)
        return (line.body.decode() for line in stored)
    return (event.canonical().decode() for event in _events(journal, span))


def lines(journal: Journal, span: Span) -> Iterator[str]:
    """Return events in words, with what could steer a terminal spelled out."""
    first = next(journal.entries(span.run, limit=1), None)
    started = first.event if first else None
    resources = started.resources if isinstance(started, RunStarted) else ()
    terms = {each.name: each for each in resources}
    for event in _events(journal, span):
        yield safe(
            f"{event.seq:>7}  {event.round:>5}  {event.agent or event.worker or 'world':<7}"
            f"  {tell(event, terms)}"
        )


def _events(journal: Journal, span: Span) -> Iterator[Event]:
    if span.kind is not None and span.kind not in KINDS:
        nearest = did_you_mean(span.kind, KINDS)
        raise BadInput(f"no kind of event '{span.kind}'; known: {', '.join(KINDS)}{nearest}")
    every = (entry.event for entry in journal.entries(span.run, span.after))
    return islice((e for e in every if span.kind in (None, e.kind)), span.limit)


def tell(event: Event, terms: Terms) -> str:
    """Return what happened, in words.

    Examples
    --------
    >>> compute = ResourceTerms(name="compute", unit="gpu_h")
    >>> need = Need(seq=3, round=1, key="need/1/compute", resource="compute", amount=119.348)
    >>> tell(need, {"compute": compute})
    'need: 119.348 gpu_h for each worker'
    """
    match event:
        case Transfer():
            return f"{event.purpose}: {_legs(event.legs, terms)}"
        case Decided():
            said = f" because {event.rationale}" if event.rationale else ""
            calls = ", ".join(map(_call, event.calls)) or "nothing"
            return f"decides, turn {event.turn}: {calls}{said}"
        case ToolResult():
            return f"{event.tool}: {f'refused, {event.error}' if event.error else event.message}"
        case Demand():
            return _demand(event, terms)
        case Need():
            notice = f"; {event.notice}" if event.notice else ""
            return f"need: {event.amount:g} {_unit(event.resource, terms)} for each worker{notice}"
        case NoteRead():
            shown = f", its first {event.shown} characters" if event.shown else ""
            return f"reads {event.note} v{event.version}{shown}"
        case NoteWritten():
            return _writing(event)
        case NoteOffered():
            upon = "" if event.expected is None else f" upon version {event.expected}"
            return f"offers {event.name} to the commons{upon}: {event.text}"
        case NoteRefused():
            return f"{event.name} was not published: version {event.version} stands in the commons"
        case NoteSearched():
            found = ", ".join(f"{each.note} v{each.version}" for each in event.found) or "nothing"
            return f"searches the notes for '{event.query}': {found}"
        case _:
            return _life(event, terms)


def _writing(event: NoteWritten) -> str:
    lost = f" ({event.lost} lines lost)" if event.lost else ""
    built = ", ".join(f"{each.note} v{each.version}" for each in event.parents)
    if event.restored:
        lost += f" (again what version {event.restored} said)"
    elif built:
        lost += f" (built on {built})"
    if event.origin:
        whose = f"by {event.origin.agent} of {event.origin.run}"
        note = f"{event.note} v{event.version}, {event.name}"
        return f"from the commons: {note}, {whose}: {event.text}"
    return (
        f"writes {event.note} v{event.version}, {event.name}, for its {event.scope}{lost}:"
        f" {event.text}"
    )


def _life(event: Event, terms: Terms) -> str:
    """Tell of what begins and ends, and of what waits in between."""
    match event:
        case Pending():
            until = event.round + event.timeout
            return f"{event.purpose} pending until round {until}: {_legs(event.legs, terms)}"
        case Settled():
            moves = _legs(event.legs, terms) or "nothing moves"
            return f"{event.purpose} {event.key} {event.outcome}: {moves}"
        case RunStarted():
            return (
                f"run begins: {event.rounds} rounds, {event.workers} workers,"
                f" lives of {event.life} turns"
            )
        case EpisodeStarted():
            parent = f", succeeding {event.parent}" if event.parent else ""
            parent += f", started by {event.spawned_by}" if event.spawned_by else ""
            return f"begins a life of {event.life} turns, family {event.family}{parent}"
        case EpisodeEnded():
            return f"ends after {event.turns} turns, {event.reason.replace('_', ' ')}"
        case Intervened():
            return _intervened(event, terms)
        case Approval():
            answer = "granted" if event.granted else "not granted"
            amount = _amount(event.resource or "money", event.amount, terms)
            return f"approval of {amount} {answer}: {event.reason}"
        case RunFinished():
            return f"run ends: {event.status}{f', {event.reason}' if event.reason else ''}"
        case _:
            return _harness(event)


def _harness(event: Event) -> str:
    """Tell of what the line gives its agents, and of what acts in their place."""
    match event:
        case DocumentRead():
            return f"reads {event.document} v{event.version} of the library, {event.term}"
        case ReflexActed():
            return f"reflex acts, {event.rule}"
        case Stuck():
            return f"is stuck since {event.turns} turns: {event.sign}"
        case HarnessEdited():
            why = f": {event.reason}" if event.reason else ""
            return f"changes its harness: {event.setting} from {event.before} to {event.after}{why}"
        case _:
            return _task(event)


def _task(event: Event) -> str:
    """Tell of work on tasks."""
    match event:
        case TaskTaken():
            return f"takes {event.task} under token {event.token}, until round {event.until}"
        case StepDone():
            way = f"from {event.start:04d} to {event.figure:04d}"
            return f"step {event.step} of {event.task} handed in, {way}, {event.minutes} minutes"
        case StepChecked():
            outcome = "accepted" if event.accepted else "not accepted"
            return f"step {event.step} of {event.task} checked: {outcome}"
        case RolledBack():
            return f"{event.task} is taken back: nothing behind step {event.step} stands"
        case TaskClosed():
            return f"{event.task} is closed: {event.outcome}"
        case _:
            return told_event(event) or event.kind


def _intervened(event: Intervened, terms: Terms) -> str:
    """Tell what the owner did, to whom and for how long."""
    act = f"the owner's {event.act.replace('_', ' ')}"
    whom = ", ".join(event.to) or ("" if event.terms else "everyone")
    parts = [f"{act}, {whom}" if whom else act]
    if event.until:
        parts.append(f"until the end of round {event.until}")
    if event.scope:
        parts.append(f"{event.keep:.4g} of the {event.scope}'s notes stay")
    if event.family:
        parts.append(f"family {event.family} from now on")
    for each in event.sought:
        parts.append(f"{each.account} is asked for {_amount(each.resource, each.amount, terms)}")
    said = f": {event.text}" if event.text else ""
    return ", ".join(parts) + said


def _demand(event: Demand, terms: Terms) -> str:
    parts = [f"due {_amount(event.resource, event.due, terms)}", f"used {event.used}"]
    if event.covered:
        parts.append(f"{event.covered} bought at the shortfall price")
    if event.unserved:
        parts.append(f"{event.unserved} not served")
    return f"demand: {', '.join(parts)}, {event.held} left"


def _legs(legs: tuple[Leg, ...], terms: Terms) -> str:
    return ", ".join(_leg(leg, terms) for leg in legs)


def _leg(leg: Leg, terms: Terms) -> str:
    return f"{_amount(leg.resource, leg.amount, terms)} {leg.debit} -> {leg.credit}"


def _call(call: Call) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.tool}({given})"


def _amount(resource: str, amount: int, terms: Terms) -> str:
    known = terms.get(resource)
    return written(amount, known) if known else f"{amount} {resource}"


def _unit(resource: str, terms: Terms) -> str:
    return terms[resource].unit if resource in terms else resource
