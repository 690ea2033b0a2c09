"""What the pages say of the house is so: links, files, commands, the changelog's lines."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from orchestrator.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:[\w.]+/)+(?:\w+\.(?:py|yaml|json|md|ts))?)`")
OF_A_READER = ("mylab/",)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every command in a shell fence: its page, and its words."""
    for page in PAGES:
        for fence in SHELL.findall(page.read_text(encoding="utf-8")):
            for line in fence.splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["superorganism"]:
                    yield page.name, words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_every_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lost = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    names = [name for name in NAMED.findall(text) if not name.startswith((*OF_A_READER, "."))]
    lost += [name for name in names if "/" in name and not (ROOT / name).exists()]
    assert lost == []


def test_the_table_of_files_names_files_that_exist() -> None:
    lost = []
    for row in re.findall(r"^\|[^|]+\|([^|]+)\|$", read("docs/design.md"), re.MULTILINE):
        folder = ""
        for name in re.findall(r"`(\S+\.py)`", row):
            folder = name.rpartition("/")[0] or folder
            if not (ROOT / folder / name.rpartition("/")[2]).exists():
                lost.append(f"{folder}/{name}")
    assert lost == []


@pytest.mark.parametrize(("page", "words"), list(commands()))
def test_every_command_that_is_shown_has_its_verb_and_its_options(
    page: str, words: list[str]
) -> None:
    verb: Any = typer.main.get_command(app)
    while hasattr(verb, "commands"):
        found = verb.commands.get(words[0])
        assert found, f"{page}: no verb {words[0]}"
        verb, words = found, words[1:]
    known = {name for each in verb.params for name in each.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_changelog_says_each_thing_once_in_25_words() -> None:
    lines = [line[2:] for line in read("CHANGELOG.md").splitlines() if line.startswith("- ")]
    assert lines
    assert [line for line, times in Counter(lines).items() if times > 1] == []
    assert [line for line in lines if len(line.split()) > 25] == []
