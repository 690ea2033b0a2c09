"""The command ``superorganism``: its verbs, and where every error becomes a sentence.

Exit codes: 0 done, 1 failed, 2 bad input, 3 an alarm was raised (with ``--fail-on-alarm``),
130 interrupted, 141 the output's reader left (as in ``| head``). Verbs import what they run when
they are called, so that help is quick.
"""

import io
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Annotated, TextIO, cast

import typer

from memory.errors import BadInput, SuperorganismError
from orchestrator.cli import (
    doctor,
    monitor,
    organisms,
    probe,
    run,
    runs,
    scenario,
    serve,
    sweep,
    watch,
)
from orchestrator.cli.door import Output, OutputLost

FAILED, BAD_INPUT, UNREAD = 1, 2, 141

ABOUT = "Run fleets of short-lived agents, and see which monitor notices what they take."

app = typer.Typer(
    name="superorganism",
    help=ABOUT,
    epilog="Begin with: superorganism run just_in_case",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("sweep")(sweep.sweep)
app.command("watch")(watch.watch)
app.add_typer(runs.app, name="runs")
app.add_typer(scenario.app, name="scenario")
app.add_typer(monitor.app, name="monitor")
app.command("probe")(probe.probe)
app.add_typer(organisms.app, name="organisms")
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)


@dataclass
class Wishes:
    """What is asked of the command itself, before any verb."""

    traceback: bool = False


@app.callback(help=ABOUT)
def wish(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error came from.")
    ] = False,
) -> None:
    """Take up the options that stand before a verb."""
    context.obj.traceback = debug


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; no traceback reaches a user unasked.

    Raises
    ------
    SystemExit
        Always.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    _look_here()
    wishes, output = Wishes(), Output(sys.stdout)
    try:
        with redirect_stdout(cast(TextIO, output)):
            try:
                app(words, prog_name="superorganism", obj=wishes)
            finally:
                output.flush()
    except OutputLost as error:
        output.let_go()
        sys.exit(UNREAD if error.is_unread else explain(error))
    except Exception as error:
        if wishes.traceback:
            from orchestrator.discretion import discreet

            print(discreet(traceback.format_exc()), file=sys.stderr)
        sys.exit(explain(error))


def _look_here() -> None:
    """Let dotted paths name code of the working folder, as ``python -m`` does.

    It is looked at last, so that no file there can stand in for one of the program's own.
    """
    if "" not in sys.path and not sys.flags.safe_path:
        sys.path.append("")


def explain(error: Exception) -> int:
    """Tell a person what went wrong, on standard error; return the exit code for it."""
    from orchestrator.cli.ink import safe
    from orchestrator.discretion import discreet

    said, code = [str(error)], FAILED
    if isinstance(error, BadInput):
        code = BAD_INPUT
    elif not isinstance(error, SuperorganismError):
        said = [f"This is a fault of the program: {type(error).__name__}: {error}"]
        said.append("To see where it happened: superorganism --debug ...")
    for line in (*said, *getattr(error, "__notes__", ())):
        print(safe(discreet(line), keep="\n"), file=sys.stderr)
    return code
