"""What controls and people did, in words; and the calls that wait for a person, as a table."""

from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from memory.control_events import Call, CallRuled, Ordered, Ruled
from memory.envelope import Event
from orchestrator.cli import ink
from orchestrator.cli.ink import safe
from orchestrator.docket import ControlReport
from orchestrator.steering import HeldCall, Request
from scenarios.spec import ResourceSpec

_ACTS = {
    "hold": "holding calls",
    "deny": "denying calls",
    "resample": "asking again",
    "defer": "deferring to a trusted policy",
    "cap": "capping what is taken",
    "freeze": "freezing an account",
    "claw_back": "clawing back",
    "quarantine": "quarantining a note",
    "stop": "stopping",
}


def told_of_controls(report: ControlReport, resources: Mapping[str, ResourceSpec]) -> str:
    """Say in a few sentences what was ruled and what came of it.

    Examples
    --------
    >>> report = ControlReport(rulings={"hold": 1}, held=5, approved=1, expired=4)
    >>> told_of_controls(report, {})
    'Rulings on alarms or by people: 1 holding calls. Of 5 held calls 1 was approved, 4 were not \
answered and so denied.'
    """
    said = [f"{count} {_ACTS[act]}" for act, count in report.rulings.items()]
    parts = [f"Rulings on alarms or by people: {', '.join(said)}."] if said else []
    if report.held:
        fates = (
            (report.approved, "approved"),
            (report.denied, "denied"),
            (report.expired, "not answered and so denied"),
        )
        came = [f"{n} {'was' if n == 1 else 'were'} {what}" for n, what in fates if n]
        if report.waiting:
            came.append(f"{report.waiting} wait{'s' * (report.waiting == 1)} for a person")
        parts.append(f"Of {report.held} held calls {', '.join(came)}.")
    done = [
        f"{report.refused} calls were refused" * bool(report.refused),
        f"{report.capped} carried out for less" * bool(report.capped),
        f"{report.replaced} decisions gave way to another" * bool(report.replaced),
        f"{report.stopped} lives were stopped" * bool(report.stopped),
    ]
    for name, amount in report.clawed_back.items():
        spec = resources.get(name)
        much = f"{amount / 10**spec.decimals:,.10g} {spec.unit}" if spec else f"{amount} {name}"
        done.append(f"{much} clawed back")
    if told := ", ".join(filter(None, done)):
        parts.append(f"{told[0].upper()}{told[1:]}.")
    if report.orders:
        parts.append(f"People acted on it from outside {report.orders} times.")
    return " ".join(parts)


def told_event(event: Event) -> str | None:
    """Say one event of control in words; None of any other."""
    match event:
        case Ordered():
            said = ", ".join(f"{key} {value}" for key, value in event.body.items())
            refused = f"; refused: {event.refused}" if event.refused else ""
            return f"from outside, {event.what}: {said}{refused}"
        case Ruled():
            why = f", on {event.monitor} {event.pool} ({event.subject})" if event.monitor else ""
            until = f" until the end of round {event.until}" if event.until else ""
            whom = ", ".join(event.to) or "nobody new"
            extent = f" of the {event.extent}" if event.extent else ""
            return f"ruling: {event.act.replace('_', ' ')}{extent}, {whom}{until}{why}"
        case CallRuled():
            return _told_call(event)
        case _:
            return None


def _told_call(event: CallRuled) -> str:
    if event.aside:
        count = len(event.aside)
        return f"{event.act}: {count} decision{'s' * (count > 1)} set aside for the next one"
    asked = f" {_call(event.call)}" if event.call else ""
    until = f", to be answered by the end of round {event.until}" if event.until else ""
    word = {"hold": "held", "deny": "denied", "cap": "for less", "approve": "approved"}
    return f"call {word.get(event.act, 'not answered, so denied')}:{asked}{until}".rstrip(":")


def approvals_table(calls: Iterable[HeldCall]) -> Table:
    """Return the table of held calls."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    for name in ("run", "call", "round", "until", "asks for", "state"):
        table.add_column(name, justify="right" if name in ("round", "until") else "left")
    for each in calls:
        waits = "the run waits" if each.parks else f"{each.until:,}"
        state = f"{each.state}, {each.sent} sent" if each.sent else each.state
        style = "alarm" if each.state == "held" and not each.sent else "quiet"
        asked = _call(Call(tool=each.tool, arguments=each.arguments))
        row = (safe(each.run), safe(each.call), f"{each.round:,}", waits, safe(asked))
        table.add_row(*row, Text(state, style))
    return table


def told_request(request: Request) -> str:
    """Say what was asked from outside, and what came of it."""
    said = ", ".join(f"{key} {value}" for key, value in request.body.items())
    if request.round is None:
        came = f"{ink.WAITING} waits for the end of a round"
    elif request.refused:
        came = f"{ink.BROKEN} refused in round {request.round}: {request.refused}"
    else:
        came = f"{ink.DONE} taken up in round {request.round}"
    return safe(f"{request.number}  {request.what}: {said}  {came}")


def _call(call: Call) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.tool}({given})"
