"""Every example runs: in docstrings of every module, and in every Python fence of our prose."""

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("memory", "scenarios", "subagents", "monitors", "orchestrator")
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Fence(NamedTuple):
    """One fenced example: the line of the file its code starts at, and the code."""

    line: int
    code: str


def modules() -> list[str]:
    folders = [str(ROOT / package) for package in PACKAGES]
    found = [
        each.name
        for package, folder in zip(PACKAGES, folders, strict=True)
        for each in pkgutil.walk_packages([folder], f"{package}.")
    ]
    return [*PACKAGES, *(name for name in found if not name.endswith("__main__"))]


def fences(page: Path) -> Iterator[Fence]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Fence(text.count("\n", 0, match.start(1)), match[1])


def pages() -> list[Path]:
    every = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(page for page in every if FENCE.search(page.read_text(encoding="utf-8")))


def play(page: Path, fence: Fence, names: dict[str, Any]) -> None:
    """Run a fence as its reader would: typed at a prompt if it begins with one, else a script."""
    if not fence.code.startswith(">>> "):
        exec(compile("\n" * fence.line + fence.code, page, "exec"), names)
        return
    example = doctest.DocTestParser().get_doctest(
        fence.code, names, page.name, str(page), fence.line
    )
    result = doctest.DocTestRunner().run(example, clear_globs=False)
    assert result.failed == 0, f"{page.name}:{fence.line}: {result.failed} examples differ"
    names.update(example.globs)


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the example runs, so that what it writes is its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize("name", modules())
def test_examples_of_a_module(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_examples_of_a_page_read_from_top_to_bottom(page: Path) -> None:
    names: dict[str, Any] = {"__name__": page.stem}
    for fence in fences(page):
        play(page, fence, names)
