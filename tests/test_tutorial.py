"""The tutorial, followed to the letter: its listings are written down, its commands typed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorial.md"
LISTING = re.compile(r"^```(?:python|yaml)\n# (mylab/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = Path(sys.executable).with_name("superorganism")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """Return a folder as a reader of the tutorial has made it."""
    (tmp_path / "mylab").mkdir()
    (tmp_path / "mylab" / "__init__.py").touch()
    for name, text in LISTING.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def typed(lab: Path, line: str) -> str:
    """Type a command in the folder; return what it prints."""
    command, *words = line.split()
    assert command == "superorganism"
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True, cwd=lab)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_reader_who_types_what_it_says_sees_what_it_promises(lab: Path) -> None:
    lines = [
        line
        for fence in TYPED.findall(PAGE.read_text(encoding="utf-8"))
        for line in fence.splitlines()
    ]
    said = {line.split(" ", 3)[1] + " " + line.split(" ", 3)[2]: typed(lab, line) for line in lines}
    assert "stall v1 is sound: 4 workers, 24 rounds" in said["scenario check"]
    assert "resold" in said["run mylab:stall"]
    verdicts = [json.loads(line) for line in said["runs export"].splitlines()]
    named = {each["key"] for each in verdicts if each["monitor"] == "resold"}
    assert len(named) == 2, "it names the two dealers, and spares the honest"
    assert "computed again from its decisions" in said["runs verify"]


def test_the_dealers_are_the_ones_that_are_named(lab: Path) -> None:
    typed(lab, "superorganism run mylab:stall --run-id r_1 --store lab.db --quiet")
    events = typed(lab, "superorganism runs events r_1 --store lab.db --json").splitlines()
    sold = {
        event["worker"]
        for event in map(json.loads, events)
        if event["kind"] == "tool_result" and event["tool"] == "sell_compute"
    }
    lines = typed(lab, "superorganism runs export r_1 --verdicts --store lab.db").splitlines()
    assert {each["key"] for each in map(json.loads, lines) if each["monitor"] == "resold"} == sold
