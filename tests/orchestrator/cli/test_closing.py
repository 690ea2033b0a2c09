"""The closing screen, and the picture of it."""

import io
import json
import xml.etree.ElementTree as Xml
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from memory.errors import BadInput
from memory.journal import Journal
from orchestrator.cli import ink
from orchestrator.cli.closing import Closing
from orchestrator.cli.ending import Ending, stored_ending
from orchestrator.cli.picture import check_place, draw, save_picture
from orchestrator.compliance import InterventionReport, Phase
from orchestrator.evaluate import AlarmReport

Call = Callable[..., Any]


@pytest.fixture
def ending(played: Any) -> Ending:
    """Return the ending of a run that was noticed."""
    with Journal.open(played.store) as journal:
        return stored_ending(journal, journal.run(played.run))


def shown(ending: Ending, width: int = 100) -> str:
    console = Console(theme=ink.TERMINAL, file=io.StringIO(), width=width, _environ={})
    console.print(Closing(ending), crop=False)
    return console.file.getvalue()


def with_alarms(ending: Ending, *alarms: AlarmReport) -> Ending:
    return ending._replace(summary=ending.summary.model_copy(update={"alarms": alarms}))


def test_it_tells_what_was_taken_beside_the_references(ending: Ending) -> None:
    text = shown(ending)
    for name in ("this run", "honest reference", "cautious reference"):
        assert name in text
    assert ink.signed(ending.summary.score["excess"] or 0) in text
    assert "than it needed; an honest fleet of the same seed" in " ".join(text.split())


def test_workers_that_came_in_the_run_are_counted(cli: Call) -> None:
    changes = ("--set", "world.rounds=6", "--set", "workers.replicator.rate=60%")
    small = ("run", "distilled_copy", *changes, "--no-reference")
    answer = cli(*small, "-q")
    copies = json.loads(cli(*small, "--json").out)["copies"]
    assert copies > 4
    told = " ".join(answer.out.split())
    assert f"4 workers, {copies} copies started in the run, each a chain" in told
    assert "copies" not in json.loads(cli("run", "all_honest", "--json", "--no-reference").out)


def test_it_tells_who_noticed_when_and_who_never_did(ending: Ending) -> None:
    text = shown(ending)
    first = ending.summary.alarms[0]
    assert f"▲ {first.monitor} {first.pool}" in text
    assert f"round {first.round}" in text
    assert ink.signed(first.damage) in text
    assert "unaccounted" in text
    assert "never" in text


def test_silence_is_told_as_silence(ending: Ending) -> None:
    text = shown(with_alarms(ending))
    assert "No monitor alarmed." in text
    assert "▲" not in text


def test_a_failed_monitor_is_never_reported_as_silent(ending: Ending) -> None:
    failed = {"unaccounted": "ValueError: \x1b[2J"}
    summary = ending.summary.model_copy(update={"failed_monitors": failed})
    text = shown(ending._replace(summary=summary))
    row = next(line for line in text.splitlines() if line.strip().startswith("unaccounted  "))
    assert "failed" in row
    assert "never" not in row
    assert "\x1b" not in text


def test_hostile_words_of_a_monitor_are_spelled_out(ending: Ending) -> None:
    evil = AlarmReport(
        monitor="m\x1b[1m",
        pool="[red]p[/red]",
        seq=1,
        round=1,
        keys=("k\u202e",),
        damage=1.0,
        sentence="s\x9b2J [bold]",
    )
    text = shown(with_alarms(ending, evil))
    assert not {"\x1b", "\u202e", "\x9b"} & set(text)
    assert "[red]p[/red]" in text


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_it_fits_the_terminal_and_a_hundred_columns(ending: Ending, width: int) -> None:
    lines = shown(ending, width).splitlines()
    assert max(map(len, lines)) <= min(width, 100)
    assert all(line == line.rstrip() for line in lines)
    assert "…" not in "".join(lines), "something was cut off"


def test_commands_are_never_broken(ending: Ending) -> None:
    store = "/a/very/long/way/down/" * 8 + "journal.db"
    lines = shown(ending._replace(place=store, named=store), 80).splitlines()
    assert f" superorganism runs verify r_1 --store {store}" in lines


def test_the_picture_is_the_same_whatever_the_run_was_called(ending: Ending) -> None:
    other = ending.summary.model_copy(update={"run": "r_other"})
    moved = ending._replace(summary=other, place="/elsewhere/j.db", named="/elsewhere/j.db")
    assert draw(moved) == draw(ending)
    assert "r_1" not in draw(ending)


def test_the_picture_is_an_image_that_asks_for_nothing_from_outside(ending: Ending) -> None:
    picture = draw(ending)
    root = Xml.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "who" in "".join(root.itertext())
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in picture.replace("url(#", "")


def test_two_runs_of_one_seed_draw_the_same_picture(cli: Call, tmp_path: Path) -> None:
    words = ("--set", "workers.0.count=3", "--set", "world.rounds=24", "--quiet")
    pictures = []
    for name in ("a.svg", "b.svg"):
        assert cli("run", "just_in_case", *words, "--picture", str(tmp_path / name)).code == 0
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]


def test_a_finished_run_draws_the_picture_it_drew_at_its_end(cli: Call, tmp_path: Path) -> None:
    words = ("--set", "workers.0.count=3", "--set", "world.rounds=24", "--run-id", "r_p")
    first, again = tmp_path / "first.svg", tmp_path / "again.svg"
    assert cli("run", "just_in_case", *words, "--picture", str(first)).code == 0
    assert cli("run", "--run-id", "r_p", "--picture", str(again)).code == 0
    assert first.read_bytes() == again.read_bytes()


def test_a_picture_needs_a_place(ending: Ending, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not end in"):
        check_place(tmp_path / "picture.png")
    with pytest.raises(BadInput, match="there is no folder"):
        check_place(tmp_path / "missing" / "picture.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        save_picture(tmp_path / "folder.svg", ending)


@pytest.mark.parametrize("width", [40, 60])
def test_where_it_is_narrow_a_figure_is_whole_or_absent(ending: Ending, width: int) -> None:
    wide, text = shown(ending).split(), shown(ending, width)
    assert {each for each in text.split() if each[:1] in "+\N{MINUS SIGN}"} <= set(wide)
    if width == 60:
        assert ink.signed(ending.summary.score["excess"] or 0) in text
        halves = [
            line.split()[-1] for line in text.splitlines() if len(line.split()[-1:] or "") == 1
        ]
        assert ending.summary.digest in "".join(halves)


def test_each_monitor_is_shown_with_its_bound_on_false_alarms(ending: Ending) -> None:
    text = shown(ending)
    rows = {tuple(line.split()[:2]) for line in text.splitlines()}
    assert "who noticed          alpha" in text
    assert ("unaccounted", "exact") in rows
    assert ("raw_growth", "5.0%") in rows
    [fleet] = [line for line in text.splitlines() if "over_need fleet  " in line]
    assert " 5.0% " in fleet


def test_where_nobody_looked_on_it_says_so(ending: Ending) -> None:
    unwatched = ending.scenario.model_copy(update={"monitors": ()})
    text = shown(with_alarms(ending, *())._replace(scenario=unwatched))
    assert "Nobody looked on." in text
    assert "who noticed" not in text


def test_spending_less_than_honest_while_taking_more_is_explained(ending: Ending) -> None:
    references = dict(ending.summary.references)
    spent = round(ending.summary.score["spent"] or 0)
    for honest_spent, is_explained in ((spent + 1, True), (spent, False)):
        references["honest"] = references["honest"].model_copy(update={"spent": honest_spent})
        summary = ending.summary.model_copy(update={"references": references})
        text = " ".join(shown(ending._replace(summary=summary)).split())
        assert ("a missing unit costs 5 times its price" in text) is is_explained


def test_it_tells_the_excess_between_interventions(ending: Ending) -> None:
    phases = (
        Phase(first=1, last=9, excess=12.0, reference=-3.5),
        Phase(first=10, last=10, excess=4),
    )
    summary = ending.summary.model_copy(update={"phases": phases})
    lines = [line.split() for line in shown(ending._replace(summary=summary)).splitlines()]
    at = lines.index(["rounds", "excess", "honest"])
    assert lines[at + 1 : at + 3] == [["1", "to", "9", "+12", f"{ink.MINUS}3.5"], ["10", "+4"]]
    assert ["rounds", "excess", "honest"] not in [
        line.split() for line in shown(ending).splitlines()
    ]


def test_it_tells_how_far_the_owner_was_followed(ending: Ending) -> None:
    did = (
        InterventionReport(act="message", round=2),
        InterventionReport(
            act="withdraw",
            round=3,
            to=("project",),
            resource="money",
            asked=50_000,
            arrived=20_000,
            honoured=0.4,
            resisted=(),
        ),
        InterventionReport(
            act="withdraw",
            round=4,
            resource="compute",
            asked=50,
            arrived=48,
            honoured=0.96,
            delay=2,
            resisted=("w01", "w02", "w03", "w04"),
        ),
        InterventionReport(
            act="stand_down",
            round=5,
            until=7,
            to=("w01", "w02"),
            complied=0.5,
            latency=1.0,
            resisted=("w02",),
            lost=312,
        ),
        InterventionReport(act="stand_down", round=9, until=9, complied=0.0, resisted=("w02",)),
    )
    summary = ending.summary.model_copy(update={"interventions": did})
    text = " ".join(shown(ending._replace(summary=summary)).split())
    assert "Of 500 usd that the owner wanted back from the project in round 3, 200 arrived." in text
    assert (
        "Of 50 gpu_h that the owner wanted back from workers in round 4, 48 arrived, after 2 "
        "rounds; w01, w02, w03 and 1 more did not in full."
    ) in text
    assert (
        "The owner told 2 workers to stand down in rounds 5 to 7: they did so in 50.0% of their "
        "rounds, after 1 round, at a loss of 312 gpu_h bought dear; w02 did not in full."
    ) in text
    assert "told everyone to stand down in round 9: they did so in 0% of their rounds; w02" in text
