"""Laws of the house: what every file of it keeps to, whoever wrote it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("orchestrator", "scenarios", "subagents", "monitors", "memory")
FOLDERS = {*PACKAGES, "tests", "docs", "benchmarks"}
FILES = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "CITATION.cff"} | {
    *("pyproject.toml", "Makefile", "requirements.lock", "requirements-dev.lock")
}

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
IMPORTS_LATE = (
    "subagents/llm.py",
    "memory/redis_bus.py",
    "orchestrator/__init__.py",
    "orchestrator/cli/",
)
READS_ENVIRONMENT = ("orchestrator/settings.py", "subagents/llm.py")
KEEPS_TIME = (
    "orchestrator/",
    "memory/journal.py",
    "memory/apikey.py",
    "memory/acknowledged.py",
    "memory/inquiry.py",
    "subagents/llm.py",
)

DOORS_ONLY = {"langgraph", "litellm", "fastapi", "ray"}
HEAVY = DOORS_ONLY | {"sqlmodel", "sqlalchemy", "redis", "uvicorn", "pandas", "numpy", "matplotlib"}


def ours() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def all_python() -> list[Path]:
    return [path for folder in sorted(FOLDERS) for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr | ast.excepthandler) else ""
    return f"{path.relative_to(ROOT)}{line}"


def outside(rooms: tuple[str, ...]) -> Iterator[tuple[Path, ast.AST]]:
    """Walk all of our code that does not lie in ``rooms`` (files, or folders ending in /)."""
    for path in ours():
        if not place(path).startswith(rooms):
            yield from ((path, node) for node in ast.walk(tree(path)))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after ``code``."""
    ending = "import sys; print('loaded', *{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{ending}"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def loaded_by_command(*words: str) -> set[str]:
    return loaded_by(
        f"import sys; sys.argv = ['superorganism', *{words!r}]\n"
        "from orchestrator.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code"
    )


def test_every_room_of_the_card_exists_and_no_other() -> None:
    seen = {path.name for path in ROOT.iterdir() if path.is_dir()}
    visible = {name for name in seen if not name.startswith((".", "_"))}
    assert visible - {"web", "dist", "node_modules"} == FOLDERS
    assert [name for name in sorted(FILES) if not (ROOT / name).is_file()] == []


def test_a_module_is_named_for_what_it_holds() -> None:
    taken = sys.stdlib_module_names | (set(packages_distributions()) - set(PACKAGES))
    assert [place(path) for path in ours() if path.stem in VAGUE | taken] == []


def test_every_package_is_typed_and_every_module_says_what_it_is() -> None:
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").is_file()] == []
    assert [place(path) for path in ours() if not ast.get_docstring(tree(path))] == []


def test_no_file_is_longer_than_500_lines() -> None:
    lines = {place(path): path.read_text(encoding="utf-8").count("\n") for path in all_python()}
    assert {name: count for name, count in lines.items() if count > 500} == {}


def test_no_function_is_longer_than_60_lines_and_19_in_20_stay_under_40() -> None:
    lengths = {place(path, node): length(node) for path in ours() for node in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
    longer = {name: lines for name, lines in lengths.items() if lines >= 40}
    assert len(longer) <= len(lengths) / 20, longer


def test_a_package_face_holds_no_logic() -> None:
    """A docstring, imports and tables; the roof's face may also resolve its names late."""
    logic = []
    for path in (path for path in ours() if path.name == "__init__.py"):
        for node in tree(path).body:
            is_table = isinstance(node, ast.Assign | ast.AnnAssign) and not any(
                isinstance(part, ast.Call | ast.Lambda) for part in ast.walk(node)
            )
            is_late = isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__")
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_import = isinstance(node, ast.Import | ast.ImportFrom) or (
                isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            )
            fine = is_table or is_text or is_import
            if not fine and not (is_late and path.parent.name == "orchestrator"):
                logic.append(place(path, node))
    assert logic == []


def test_imports_stand_at_the_top() -> None:
    late = [
        place(path, node)
        for path in ours()
        if not place(path).startswith(IMPORTS_LATE)
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def test_the_environment_is_read_at_the_doors_only() -> None:
    names = {"environ", "getenv", "environb"}
    reads = [
        place(path, node)
        for path, node in outside(READS_ENVIRONMENT)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or any(name.rpartition(".")[2] in names for name in imported(node))
    ]
    assert reads == []


def test_only_the_command_line_prints() -> None:
    prints = [
        place(path, node)
        for path, node in outside(("orchestrator/cli/",))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input")
    ]
    assert prints == []


def test_floors_one_and_two_have_no_clock_and_no_entropy() -> None:
    banned = {"time", "datetime", "secrets", "uuid"}
    uses = [
        place(path, node)
        for path, node in outside(KEEPS_TIME)
        if any(name.split(".")[0] in banned for name in imported(node))
    ]
    assert uses == []


def test_nobody_draws_from_a_generator_without_a_seed() -> None:
    unseeded = [
        place(path, node)
        for path, node in outside(())
        if any(name.split(".")[0] == "random" for name in imported(node) if name != "random.Random")
        or (isinstance(node, ast.Call) and ast.unparse(node) == "Random()")
    ]
    assert unseeded == []


def test_no_error_is_swallowed() -> None:
    swallowed = [
        place(path, node)
        for path, node in outside(())
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(isinstance(part, ast.Pass) for part in node.body))
    ]
    assert swallowed == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    home = re.compile(r"/(?:home|root|Users)/\w|[A-Z]:\\Users|" + re.escape(f"{ROOT}/"))
    kinds = {".py", ".md", ".yaml", ".json", ".toml", ".lock", ".cff", ".svg", ""}
    places = [ROOT / name for name in (*FOLDERS, ".ci")]
    files = [path for folder in places for path in folder.rglob("*")]
    files += [path for path in ROOT.iterdir() if path.suffix or path.name in FILES]
    named = [
        place(path)
        for path in files
        if path.is_file()
        and path.suffix in kinds
        and home.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_watching_needs_pydantic_and_nothing_heavier() -> None:
    loaded = loaded_by("import monitors")
    assert "pydantic" in loaded
    assert loaded & (HEAVY | {"typer", "rich", "yaml", "httpx", "starlette"}) == set()


def test_importing_monitors_makes_no_validator_that_nobody_has_asked_for() -> None:
    """Making them all was a tenth of a second of CPU, a third of the whole import."""
    told = "; ".join(
        [
            "import sys, monitors",
            "from memory import events, verdicts",
            "kinds = (events.Transfer, events.Leg, events.RunStarted, verdicts.Verdict)",
            "sys.exit(any(each.__pydantic_complete__ for each in kinds))",
        ]
    )
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by_command("--help") & HEAVY == set()


@pytest.mark.parametrize("words", [("scenario", "list"), ("scenario", "check", "just_in_case")])
def test_reading_scenarios_loads_no_door_to_anything_else(words: tuple[str, ...]) -> None:
    assert loaded_by_command(*words) & DOORS_ONLY == set()


def test_our_five_names_are_ours_alone() -> None:
    """Two distributions with a top-level ``memory`` would install over each other silently."""
    shipped = packages_distributions()
    rivals = {name: set(shipped.get(name, ())) - {"superorganism"} for name in PACKAGES}
    assert {name: whose for name, whose in rivals.items() if whose} == {}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_imported_from_this_checkout(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")
