"""The verbs ``runs approvals | approve | deny | intervene | stop``: acting on a run from outside.

None of them owns the run: what they say lies in its inbox until the process that plays it takes it.
"""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orchestrator.cli.door import Json, Run, Store, named, open_journal, put, put_json, terminal

if TYPE_CHECKING:
    from memory.inbox import Command

Call = Annotated[
    str, typer.Argument(metavar="CALL", help="A held call, as `runs approvals` names it.")
]
Op = Annotated[
    str,
    typer.Option("--as", metavar="NAME", help="Sent again under the same name, it is done once."),
]


def approvals(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="One run; all unfinished ones if left out.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """List the calls that a control holds until a person has answered."""
    from orchestrator.cli.controls import approvals_table
    from orchestrator.steering import held_calls

    with open_journal(store) as journal:
        runs = [run] if run else [each.run for each in journal.runs() if not each.is_finished]
        calls = [call for each in runs for call in held_calls(journal, each, is_open=not every)]
    if json:
        put_json([call.model_dump(mode="json") for call in calls])
        return
    if not calls:
        put("No call waits for a person.")
        return
    terminal().print(approvals_table(calls))
    if waiting := [call for call in calls if call.state == "held" and not call.sent]:
        first = f"{waiting[0].run} {waiting[0].call}{named(store)}"
        put(f"\nsuperorganism runs approve {first}   or: runs deny {first}")


def approve(
    run: Run,
    call: Call = "",
    every: Annotated[bool, typer.Option("--all", help="Every call that waits now.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Let a held call be carried out; the agent is told as of any call."""
    _answer(run, call, every, "approve", store, json)


def deny(
    run: Run,
    call: Call = "",
    every: Annotated[bool, typer.Option("--all", help="Every call that waits now.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Refuse a held call for good; the agent was refused already and learns nothing more."""
    _answer(run, call, every, "deny", store, json)


def _answer(
    run: str,
    call: str,
    every: bool,
    what: Literal["approve", "deny"],
    store: str | None,
    json: bool,
) -> None:
    from orchestrator.steering import answer, held_calls

    if bool(call) == every:
        raise typer.BadParameter("name one call, or say --all")
    with open_journal(store) as journal:
        waiting = held_calls(journal, run, is_open=True)
        calls = [each.call for each in waiting if not each.sent] if every else [call]
        sent = [answer(journal, run, each, what) for each in calls]
        is_live = journal.run(run).is_live
    if json:
        put_json([{"call": each.body["call"], "number": each.number} for each in sent])
        return
    for each in sent:
        put(f"{each.body['call']}: {what} sent.")
    if not sent:
        put("No call waits for a person.")
    _tell_when(run, is_live, store)


def intervene(
    run: Run,
    said: Annotated[
        str, typer.Argument(metavar="ACT", help="As in `at:`: '{owner: message, text: Take less.}'")
    ],
    op: Op = "",
    store: Store = None,
    json: Json = False,
) -> None:
    """Let the owner do something in a run's next round: a verb of `at:`, but for swap_model."""
    from orchestrator.steering import intervene

    with open_journal(store) as journal:
        command = intervene(journal, run, said, op)
        is_live = journal.run(run).is_live
    _tell_sent(command, f"{command.body['owner']}: sent, to be done in the next round.", json)
    if not json:
        _tell_when(run, is_live, store)


def stop(
    run: Run,
    whom: Annotated[
        str, typer.Argument(metavar="WHOM", help="An agent (w03.2), a worker (w03), or fleet.")
    ],
    op: Op = "",
    store: Store = None,
    json: Json = False,
) -> None:
    """Stop an agent, which has a successor, a worker for good, or the whole fleet."""
    from orchestrator.steering import stop

    with open_journal(store) as journal:
        command = stop(journal, run, whom, op)
        is_live = journal.run(run).is_live
    _tell_sent(command, f"stop of {whom}: sent.", json)
    if not json:
        _tell_when(run, is_live, store)


def rule(  # noqa: PLR0913 - a verb's options are its signature
    run: Run,
    act: Annotated[
        str,
        typer.Argument(metavar="ACT", help="hold, deny, cap, freeze, claw_back or quarantine."),
    ],
    to: Annotated[
        list[str], typer.Argument(metavar="WHOM...", help="Workers (w03), or notes (n_014).")
    ],
    rounds: Annotated[
        int | None, typer.Option("--for", metavar="ROUNDS", help="For good if left out.")
    ] = None,
    parks: Annotated[
        bool, typer.Option("--parks", help="Let the run wait until held calls are answered.")
    ] = False,
    op: Op = "",
    store: Store = None,
    json: Json = False,
) -> None:
    """Rule by hand as a control does on an alarm: on what workers take, or on notes."""
    from pydantic import ValidationError

    from memory.errors import BadInput, did_you_mean
    from orchestrator.mail import Order
    from orchestrator.steering import rule

    acts = ("hold", "deny", "cap", "freeze", "claw_back", "quarantine")
    if act not in acts:
        nearest = did_you_mean(act, acts) or f"; there are: {', '.join(acts)}"
        raise BadInput(f"there is no ruling {act!r}{nearest}")
    try:
        said = {"act": act, "to": to, "rounds": rounds, "parks": parks}
        order = Order.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{first['loc'][0]}: {first['msg']}") from error
    with open_journal(store) as journal:
        command = rule(journal, run, order, op)
        is_live = journal.run(run).is_live
    _tell_sent(command, f"{act} of {' '.join(to)}: sent.", json)
    if not json:
        _tell_when(run, is_live, store)


def orders(run: Run, store: Store = None, json: Json = False) -> None:
    """List what was asked of a run from outside, and what came of it."""
    from orchestrator.cli.controls import told_request
    from orchestrator.steering import requests

    with open_journal(store) as journal:
        asked = requests(journal, run)
    if json:
        put_json([each.model_dump(mode="json") for each in asked])
        return
    for each in asked:
        put(told_request(each))
    if not asked:
        put("Nothing was asked of it from outside.")


def _tell_sent(command: "Command", said: str, as_json: bool) -> None:
    """Say what lies in a run's inbox now."""
    if as_json:
        put_json({"number": command.number, "body": command.body})
    else:
        put(said)


def _tell_when(run: str, is_live: bool, store: str | None) -> None:
    if not is_live:
        put(f"No process plays it now: superorganism runs resume {run}{named(store)}")
