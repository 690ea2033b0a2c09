"""The command itself: its help, its exit codes, and that no traceback reaches a user."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.errors import BadInput, RunInUse, StoreError
from orchestrator.cli.main import explain

Call = Callable[..., Any]
HEAVY = {"langgraph", "litellm", "fastapi", "sqlmodel", "redis", "pandas"}

WORDS_THAT_ONLY_READ_SCENARIOS = [
    ["--help"],
    ["run", "--help"],
    ["scenario", "list"],
    ["scenario", "show", "just_in_case"],
    ["scenario", "check", "just_in_case"],
    ["scenario", "schema"],
]


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_takes_no_more_than_a_third_of_a_second_of_cpu() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run_python("from orchestrator.cli.main import main; main(['--help'])")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= 0.3


def test_help_and_scenarios_load_nothing_heavy() -> None:
    out = run_python(
        "import sys\n"
        "from orchestrator.cli.main import main\n"
        f"for words in {WORDS_THAT_ONLY_READ_SCENARIOS!r}:\n"
        "    try:\n        main(words)\n"
        "    except SystemExit as end:\n        assert not end.code, (words, end.code)\n"
        "print('\\n', *{name.partition('.')[0] for name in sys.modules})"
    )
    assert HEAVY & set(out.splitlines()[-1].split()) == set()


def test_help_names_every_verb(cli: Call) -> None:
    answer = cli("--help")
    assert answer.code == 0
    for verb in ("run", "watch", "runs", "scenario", "serve"):
        assert f"\n  {verb} " in answer.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rum"], "Did you mean 'run'"),
        (["runs", "shwo"], "Did you mean 'show'"),
        (["run", "--sed", "7"], "--seed"),
        (["run", "just_in_case", "--seed", "-1"], "-1 is not from 0"),
        (["run", "just_in_case", "--rounds-per-second", "0"], "rounds-per-second"),
        (["scenario", "show"], "SCENARIO"),
    ],
)
def test_a_wrong_word_is_bad_input(cli: Call, words: list[str], told: str) -> None:
    answer = cli(*words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [(BadInput("no"), 2), (RunInUse("busy"), 1), (StoreError("full"), 1), (KeyError("x"), 1)],
)
def test_every_error_has_its_exit_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    assert explain(error) == code
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_is_told_with_its_notes_and_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = StoreError("all\x1b[2J gone\nsecond line")
    error.add_note("To go on: this way\x07")
    explain(error)
    assert capsys.readouterr().err == "all\\x1b[2J gone\nsecond line\nTo go on: this way\\x07\n"


FAULTY = """
class Faulty:
    name = "faulty"
    async def act(self, observation):
        raise ZeroDivisionError("nothing to divide by")
"""


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Words that begin a run with a policy that raises."""
    (tmp_path / "faulty_policy.py").write_text(FAULTY)
    monkeypatch.syspath_prepend(tmp_path)
    policy = "workers=faulty_policy:Faulty"
    return ("run", "just_in_case", "--set", policy, "--run-id", "r_f", "--json")


def test_a_fault_of_the_program_is_one_sentence(cli: Call, faulty: tuple[str, ...]) -> None:
    answer = cli(*faulty)
    assert answer.code == 1
    assert "ZeroDivisionError: nothing to divide by" in answer.err
    assert "superorganism run --run-id r_f" in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_debug_shows_where_an_error_came_from(cli: Call, faulty: tuple[str, ...]) -> None:
    answer = cli("--debug", *faulty)
    assert answer.code == 1
    assert "Traceback" in answer.err
    assert "in act" in answer.err


def test_json_of_every_listing_is_json(cli: Call, played: Any) -> None:
    for words in (["runs", "list", "--json"], ["scenario", "list", "--json"]):
        place = played.place if words[0] == "runs" else ()
        assert isinstance(json.loads(cli(*words, *place).out), list)


def test_code_in_the_working_folder_is_found_by_its_dotted_path(
    cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("from subagents.organisms import CATALOGUE", "Mine = CATALOGUE['honest']")
    (tmp_path / "policy_lying_here.py").write_text("\n".join(lines))
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    monkeypatch.chdir(tmp_path)
    check = ("scenario", "check", "just_in_case", "--set", "workers=policy_lying_here:Mine")
    assert cli(*check).code == 0
    assert sys.path[-1] == "", "a file here could stand in for one of the program's own"
