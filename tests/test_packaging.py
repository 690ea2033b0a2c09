"""What leaves the house: the wheel, the locks, and what the papers say of them."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("orchestrator", "scenarios", "subagents", "monitors", "memory")
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

PIN = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,._-]+\])?==(\S+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(lock: str) -> set[tuple[str, str]]:
    return {(name, release) for name, release, _ in PIN.findall(read(lock))}


def verbs() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Build the wheel from this checkout, with what is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_five_packages_and_nothing_else(wheel: ZipFile) -> None:
    here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not re.search(r"/(__pycache__|\.\w+)/", str(path.relative_to(ROOT)))
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == here


def test_the_wheel_brings_types_scenarios_and_their_schema(wheel: ZipFile) -> None:
    names = wheel.namelist()
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert "scenarios/catalogue/just_in_case.yaml" in names
    assert any(name.startswith("scenarios/") and name.endswith("schema.json") for name in names)


def test_the_wheel_brings_the_command_and_the_licence(wheel: ZipFile) -> None:
    meta = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert b"superorganism = orchestrator.cli.main:main" in wheel.read(meta["entry_points.txt"])
    assert wheel.read(meta["LICENSE"]) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_by_hash(lock: str) -> None:
    starts = [line for line in read(lock).splitlines() if not line.startswith("    --hash=sha256:")]
    assert [line for line in starts if not PIN.match(line)] == []
    assert len(starts) == len(PIN.findall(read(lock)))
    for start in starts:
        assert f"{start}\n    --hash=sha256:" in read(lock), f"{start} has no hash"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    assert re.findall(r".*(?:://|--index|--find-links|@ ).*", read(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_brings_what_the_project_itself_is_installed_with(lock: str) -> None:
    pinned = {f"{name}=={release}" for name, release in pins(lock)}
    assert set(PROJECT["build-system"]["requires"]) <= pinned
    assert "editables" in dict(pins(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_brings_every_dependency(lock: str) -> None:
    wanted = {re.split(r"[<>=!\[]", each)[0].lower() for each in PROJECT["project"]["dependencies"]}
    assert wanted <= set(dict(pins(lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_keeps_the_extras_for_which_pip_would_else_take_another_release(lock: str) -> None:
    """Pip looks for ``coverage[toml]`` anew where only ``coverage`` is pinned, and refuses it."""
    assert "httpx[http2]==" in read(lock)
    assert ("coverage[toml]==" in read(lock)) is (lock == "requirements-dev.lock")


def test_whoever_develops_runs_what_users_run() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_language_model_library_is_pinned_at_the_release_that_was_proven() -> None:
    assert dict(pins("requirements.lock"))["litellm"] == "1.105.3"


def test_the_readme_runs_and_tests_with_two_commands() -> None:
    told = set(re.findall(r"^(?:\$ )?make ([a-z]+)", read("README.md"), re.MULTILINE))
    assert {"run", "test"} <= told <= verbs()


@pytest.mark.parametrize("paper", ["CONTRIBUTING.md", ".ci/run", ".pre-commit-config.yaml"])
def test_every_verb_that_is_told_of_exists(paper: str) -> None:
    told = re.findall(r"(?:`|entry: |^)make ([a-z ]+)", read(paper), re.MULTILINE)
    assert told
    assert {verb for words in told for verb in words.split()} <= verbs()


def test_ci_runs_the_verbs_that_people_run() -> None:
    told = re.findall(r"^make ([a-z ]+)", read(".ci/run"), re.MULTILINE)
    assert [verbs.strip() for verbs in told] == ["check page", "test"]


def test_the_citation_tells_the_release_and_the_licence() -> None:
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in read("LICENSE")
