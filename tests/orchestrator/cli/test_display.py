"""What is shown while a run goes on."""

import asyncio
import io
from functools import cache

import pytest
from rich.console import Console

from memory.verdicts import Verdict
from orchestrator import conduct
from orchestrator.cli import ink
from orchestrator.cli.display import LiveDisplay, PlainLines, display_of
from orchestrator.cli.frame import Size, frame
from orchestrator.cli.scores import Pool, Scores, pools_of
from orchestrator.compose import assemble
from orchestrator.evaluate import play
from orchestrator.stage import Alarm, Stage


class Terminal(io.StringIO):
    """A place to write that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def terminal(width: int = 100, height: int = 40, *, of: io.StringIO | None = None) -> Console:
    return Console(
        theme=ink.TERMINAL,
        file=of or Terminal(),
        width=width,
        height=height,
        force_terminal=True,
        color_system="truecolor",
        _environ={},
    )


@cache
def played(count: int = 4, *, greed: str = "40%") -> Stage:
    overrides = (f"workers.0.count={count}", "world.rounds=24", "chain.life=12")
    greedy = f"workers.weak_shard.over_reserve={greed}"
    return asyncio.run(play(conduct.load("just_in_case", (*overrides, greedy)), 7, "r_1"))


def drawn(stage: Stage, size: Size, scores: Scores | None = None) -> str:
    scores = scores or Scores(pools_of(stage.watch.monitors))
    with (console := terminal(*size)).capture() as capture:
        console.print(frame(stage, scores, size))
    return capture.get()


def plain(stage: Stage, size: Size) -> list[str]:
    console = Console(theme=ink.TERMINAL, file=io.StringIO(), width=size.width)
    with console.capture() as capture:
        console.print(frame(stage, Scores(pools_of(stage.watch.monitors)), size))
    return capture.get().splitlines()


@pytest.mark.parametrize("size", [Size(80, 24), Size(100, 40), Size(200, 60), Size(60, 10)])
@pytest.mark.parametrize("count", [1, 4, 120])
def test_a_frame_fits_its_terminal(size: Size, count: int) -> None:
    lines = plain(played(count), size)
    assert len(lines) < size.height
    assert max(map(len, lines)) <= size.width


def test_a_frame_tells_run_round_excess_and_alarm() -> None:
    stage = played()
    text = "\n".join(plain(stage, Size(120, 40)))
    first = stage.watch.alarms[0].verdict
    assert "just_in_case  r_1  seed 7" in text
    assert "round 24 of 24" in text
    assert ink.signed(stage.tally.excess) in text
    assert f"alarm at round {first.round}" in text
    assert stage.watch.alarms[-1].verdict.sentence[:30] in text
    assert all(f"{worker}." in text for worker in stage.cast)


def test_drawing_changes_nothing_of_the_run() -> None:
    stage = played(120)
    before = (dict(stage.tally.by_worker), stage.log.digest, len(stage.watch.alarms))
    drawn(stage, Size(80, 24))
    assert (dict(stage.tally.by_worker), stage.log.digest, len(stage.watch.alarms)) == before


def test_a_run_before_its_first_round_can_be_drawn() -> None:
    stage = assemble(conduct.load("just_in_case"), 7, "r_0")
    assert "round 0 of 240" in drawn(stage, Size(100, 40)).replace("\x1b[1m", "").replace(
        "\x1b[0m", ""
    )


def test_hidden_workers_are_counted_and_the_named_ones_shown() -> None:
    stage = played(120)
    text = "\n".join(plain(stage, Size(100, 30)))
    assert "120 workers" in text
    assert "that matter most" in text


def test_what_a_monitor_says_cannot_steer_the_terminal() -> None:
    stage = asyncio.run(
        play(conduct.load("just_in_case", ("world.rounds=24", "workers=honest")), 7, "r_1")
    )
    evil = Verdict(
        monitor="over_need",
        pool="fleet",
        key="\x1b[2Jw01",
        seq=9,
        round=2,
        score=1,
        alarm=True,
        sentence="\x1b]0;owned\x07 [bold]loud[/bold]",
    )
    stage.watch.alarms.append(Alarm(evil, 1.0))
    with (console := terminal(120, 40)).capture() as capture:
        console.print(frame(stage, Scores([Pool("over_need", "fleet")]), Size(120, 40)))
        PlainLines(stage, console).round_done(24)
    shown = capture.get()
    assert "\x1b[2J" not in shown
    assert "\x1b]0" not in shown
    assert "[bold]loud" in shown


def test_only_a_real_terminal_is_drawn_on() -> None:
    stage = played()
    assert isinstance(display_of(stage, terminal()), LiveDisplay)
    assert isinstance(display_of(stage, terminal(of=io.StringIO())), PlainLines)
    assert isinstance(display_of(stage, Console(file=Terminal(), _environ={})), LiveDisplay)
    dumb = Console(file=Terminal(), _environ={"TERM": "dumb"})
    assert isinstance(display_of(stage, dumb), PlainLines)


def test_it_draws_at_most_ten_times_a_second_and_at_last() -> None:
    screen = Terminal()
    stage = assemble(conduct.load("just_in_case"), 7, "r_0")
    with display_of(stage, terminal(of=screen)) as display:
        for round in range(1, 200):
            display.round_done(round)
        rarely = screen.getvalue().count("Taken each round")
        display.round_done(240)
        assert screen.getvalue().count("Taken each round") == rarely + 1
    assert rarely <= 4


def test_verdicts_from_before_are_part_of_the_picture() -> None:
    stage = assemble(conduct.load("just_in_case"), 7, "r_0")
    past = Verdict(monitor="over_need", pool="worker", key="w01", seq=1, round=1, score=0.4)
    screen = Terminal()
    with display_of(stage, terminal(of=screen), past=[past]):
        pass
    assert "0.40" in screen.getvalue()


def test_no_colour_is_used_where_none_is_wanted() -> None:
    screen = Terminal()
    console = Console(
        theme=ink.TERMINAL, file=screen, width=100, height=40, _environ={"NO_COLOR": "1"}
    )
    with display_of(played(), console):
        pass
    assert "\x1b[38" not in screen.getvalue()


def test_a_failed_monitor_is_shown_as_failed() -> None:
    stage = assemble(conduct.load("just_in_case"), 7, "r_0")
    stage.watch.failed["raw_growth"] = "ValueError: no"
    assert any("raw_growth" in line and "failed" in line for line in plain(stage, Size(120, 40)))
