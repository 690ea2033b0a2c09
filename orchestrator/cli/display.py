"""What is shown while a run goes on: a live display on a terminal, plain lines elsewhere.

Both only look on, from the run's folds, when a round is over. The live display is drawn at
most ten times a second and in at most a tenth of the time, so that it hardly slows the run.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from memory.verdicts import Verdict
from orchestrator.cli import ink
from orchestrator.cli.controls import told_of_controls
from orchestrator.cli.cost import told
from orchestrator.cli.door import OutputLost
from orchestrator.cli.frame import Size, frame
from orchestrator.cli.ink import amount, safe, side, signed, workers
from orchestrator.cli.scores import Scores, pools_of
from orchestrator.evaluate import cost_of
from orchestrator.stage import Alarm, Stage

PAUSE_S = 0.1
LOOKING_SHARE = 0.1

ROUNDS_PER_LINE = 24
MOST_LINES = 40


class Display(Protocol):
    """Something that shows a run while it goes on, between entering and leaving a ``with``."""

    def round_done(self, round: int) -> None:
        """Look at the run again: a round is over."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None: ...


def display_of(
    stage: Stage, console: Console, *, past: Iterable[Verdict] = (), at_end: str = "done"
) -> Display:
    """Return the display that suits where the output goes.

    Parameters
    ----------
    stage
        The run. Its verdicts are heard from now on.
    console
        Where the output goes.
    past
        The verdicts that were heard before.
    at_end
        What is said of the run's state when its last round is over.
    """
    if not console.is_terminal or console.is_dumb_terminal or not console.file.isatty():
        return PlainLines(stage, console)
    scores = Scores(pools_of(stage.watch.monitors))
    for verdict in past:
        scores.hear(verdict)
    stage.watch.listen(scores.hear)
    return LiveDisplay(stage, console, scores, at_end)


class Silence:
    """Shows nothing."""

    def round_done(self, round: int) -> None:
        """Let the round pass."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return


class WhileHeard:
    """A display that falls silent once its output is lost; the run it shows goes on."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._is_lost = False

    def round_done(self, round: int) -> None:
        """Let the display look at the run again."""
        self.tell(self._display.round_done, round)

    def tell(self, say: Callable[[int], None], number: int) -> None:
        """Say a number, too, if anything can still be said."""
        if not self._is_lost:
            try:
                say(number)
            except OutputLost:
                self._is_lost = True

    def __enter__(self) -> Self:
        try:
            self._display.__enter__()
        except OutputLost:
            self._is_lost = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OutputLost):
            self._display.__exit__(kind, error, trace)


class LiveDisplay:
    """Draws the run in place, and gives the terminal back as it was."""

    def __init__(self, stage: Stage, console: Console, scores: Scores, at_end: str) -> None:
        self._stage = stage
        self._scores = scores
        self._at_end = at_end
        self._console = console
        self._size = console.size
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._next_at = 0.0

    def round_done(self, round: int) -> None:
        """Draw the run again, unless that was done just now."""
        now = time.monotonic()
        if now < self._next_at and round < self._stage.rounds:
            return
        self.draw()
        took = time.monotonic() - now
        self._next_at = now + max(PAUSE_S, took / LOOKING_SHARE)

    def draw(self) -> None:
        """Draw the run as it stands."""
        size = self._console.size
        if size != self._size:
            self._console.clear()
            self._size = size
        is_last = self._stage.round >= self._stage.rounds
        state = self._at_end if is_last else "running"
        drawn = frame(self._stage, self._scores, Size(*size), state)
        self._live.update(drawn, refresh=True)

    def __enter__(self) -> Self:
        self._live.start()
        self.draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()


class PlainLines(Silence):
    """Prints a line now and then, and one for each alarm as it fires."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._every = max(ROUNDS_PER_LINE, -(-stage.rounds // MOST_LINES))
        self._report = stage.docket.report()
        self._alarms, self._told = len(stage.watch.alarms), stage.round
        self._unit = safe(stage.scenario.world.resources[stage.tally.resource].unit)

    def __enter__(self) -> Self:
        stage = self._stage
        name, run = safe(stage.scenario.scenario), safe(stage.log.run)
        what = f"{stage.rounds} rounds, {workers(len(stage.cast))}"
        begun = f", going on after round {stage.round}" if stage.round else ""
        self._console.print(f"{name}, run {run}, seed {stage.seed}: {what}{begun}", soft_wrap=True)
        return self

    def round_done(self, round: int) -> None:
        """Print what is due after a round."""
        for alarm in self._stage.watch.alarms[self._alarms :]:
            self._console.print(self._alarm(alarm), soft_wrap=True)
        self._alarms = len(self._stage.watch.alarms)
        self._tell_rulings()
        is_due = round % self._every == 0 or round == self._stage.rounds
        if is_due and round > self._told:
            self._console.print(self._line(round), soft_wrap=True)
            self._told = round

    def _tell_rulings(self) -> None:
        """Print what was ruled or ordered since the last round, in one line."""
        report = self._stage.docket.report()
        if report is None or report == self._report:
            return
        rulings = report.rulings, report.stopped, report.orders
        is_new = self._report is None or rulings != (
            self._report.rulings,
            self._report.stopped,
            self._report.orders,
        )
        self._report = report
        if is_new:
            told = told_of_controls(report, self._stage.scenario.world.resources)
            width = len(str(self._stage.rounds))
            text = f"round {self._stage.round:>{width}}  {safe(told)}"
            self._console.print(Text(text, "warn"), soft_wrap=True)

    def _line(self, round: int) -> Text:
        tally = self._stage.tally
        taken, need = tally.acquired_by_round[-1], tally.need_by_round[-1]
        return Text.assemble(
            f"round {round:>{len(str(self._stage.rounds))}}  taken ",
            (amount(taken), side(taken - need)),
            f" of need {amount(need)} {self._unit}, excess so far ",
            (signed(tally.excess), side(tally.excess)),
            *((f"; {told(cost)}",) if (cost := cost_of(self._stage.spent)) else ()),
        )

    def _alarm(self, alarm: Alarm) -> Text:
        verdict, width = alarm.verdict, len(str(self._stage.rounds))
        text = (
            f"round {verdict.round:>{width}}  {ink.ALARM} alarm, {verdict.monitor} {verdict.pool}"
            f" ({verdict.key}), {signed(alarm.damage)} {self._unit} by then: {verdict.sentence}"
        )
        return Text(safe(text), "alarm")
