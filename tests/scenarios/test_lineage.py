"""A scenario can be laid upon others; each line keeps its own file."""

from pathlib import Path

import pytest

from scenarios.lineage import MOST_FILES
from scenarios.loader import load_scenario, load_text
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario

BASE = """\
scenario: base
version: 3
about: The base.
claims: [S1-1, S1-2]
task: Supply.
workers: {policy: weak_shard, count: 4, over_reserve: 5%}
chain: {life: 10 turns, handoff: 50%}
monitors: [over_need, unaccounted]
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "mine.yaml"


def laid(folder: Path, mine: str, **files: str) -> Scenario:
    return load_scenario(write(folder, mine=f"scenario: mine\n{mine}", base=BASE, **files))


def told(path: Path) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        load_scenario(path)
    root = f"{path.parent}/"
    return [
        f"{fault.file.removeprefix(root)}:{fault.line}:{fault.column} {fault.path} {fault.message}"
        for fault in raised.value.problems
    ]


def test_maps_merge_and_lists_are_replaced(tmp_path: Path) -> None:
    scenario = laid(
        tmp_path,
        "extends: ./base.yaml\nchain: {handoff: 1}\nmonitors: [z_agent]\nworkers: {count: 6}",
    )
    assert (scenario.chain.life, scenario.chain.handoff) == (10, 1.0)
    assert [monitor.name for monitor in scenario.monitors] == ["z_agent"]
    [group] = scenario.workers
    assert (group.policy, group.count, group.parameters) == (
        "weak_shard",
        6,
        {"over_reserve": 0.05},
    )


def test_a_file_speaks_of_itself_alone(tmp_path: Path) -> None:
    scenario = laid(tmp_path, "extends: ./base.yaml")
    assert (scenario.scenario, scenario.version, scenario.about) == ("mine", 1, "")
    assert (scenario.task, scenario.extends) == ("Supply.", ("./base.yaml",))
    assert scenario.claims == ("S1-1", "S1-2")


def test_of_several_the_later_lies_on_top(tmp_path: Path) -> None:
    scenario = laid(
        tmp_path,
        "extends: [base.yaml, just_in_case, sub/other.yaml]",
        **{"sub/other": "extends: ../base2.yaml\nworld: {seed: 9}", "base2": "chain: {life: 30}"},
    )
    assert (scenario.task, scenario.world.rounds) == (load_scenario("just_in_case").task, 240)
    assert (scenario.chain.life, scenario.world.seed) == (30, 9)
    assert scenario.workers[0].policy == "weak_shard"


def test_a_problem_names_the_file_that_has_it(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        mine="scenario: mine\nextends: sub/base.yaml\nchain: {life: -3}",
        **{"sub/base": BASE.replace("50%", "high").replace("count", "cuont")},
    )
    assert told(path) == [
        "mine.yaml:3:15 chain.life is -3; it must be at least 1",
        "sub/base.yaml:7:34 chain.handoff is 'high'; it must be a number or a percentage, such as "
        "0.08 or 8%",
    ]


@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        ("./none.yaml", "mine.yaml:2:10 extends is './none.yaml': no such file"),
        (".yaml/", "mine.yaml:2:10 extends is '.yaml/': no such file"),
        ("./mine.yaml", "mine.yaml:2:10 extends is './mine.yaml': extends itself"),
        ("./a.yaml", "b.yaml:1:10 extends is './a.yaml': extends itself"),
        ("../../etc/x.yaml", "mine.yaml:2:10 extends is '../../etc/x.yaml': only files in the"),
        (
            "/etc/passwd",
            "mine.yaml:2:10 extends is '/etc/passwd': only files in the scenario's own",
        ),
        ("link.yaml", "mine.yaml:2:10 extends is 'link.yaml': only files in the scenario's own"),
        ("loop.yaml", "mine.yaml:2:10 extends is 'loop.yaml': no such file"),
        ("~/x.yaml", "mine.yaml:2:10 extends is '~/x.yaml': no such file"),
        ("$HOME/x.yaml", "mine.yaml:2:10 extends is '$HOME/x.yaml': no such file"),
        ("a" * 300 + ".yaml", "mine.yaml:2:10 extends is 'aaaa"),
        ("jst_in_case", "mine.yaml:2:10 extends is 'jst_in_case': there is no scenario"),
        ("[base.yaml, 5]", "mine.yaml:2:22 extends[1] is 5; it must be a text"),
        ("{a: b}", "mine.yaml:2:10 extends is a mapping; it must be a text"),
        ("list.yaml", "list.yaml:1:1  must be a mapping of keys, such as"),
    ],
)
def test_what_cannot_be_extended_is_told(tmp_path: Path, extends: str, problem: str) -> None:
    (tmp_path / "outside.yaml").write_text(BASE, encoding="utf-8")
    folder = tmp_path / "folder"
    path = write(
        folder,
        mine=f"scenario: mine\nextends: {extends}\ntask: Supply.\nworkers: honest",
        base=BASE,
        a="extends: ./b.yaml",
        b="extends: ./a.yaml",
        list="- a",
    )
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    assert [line for line in told(path) if line.startswith(problem)], told(path)


def test_a_lineage_has_a_largest_size(tmp_path: Path) -> None:
    doubling = {f"f{n}": f"extends: [./f{n + 1}.yaml, ./f{n + 1}.yaml]" for n in range(30)}
    path = write(tmp_path, mine="scenario: mine\nextends: ./f0.yaml", **doubling)
    assert [line for line in told(path) if f"reaches more than {MOST_FILES} files" in line]


def test_a_text_reaches_the_catalogue_alone() -> None:
    assert load_text("{scenario: mine, extends: just_in_case}").world.rounds == 240
    with pytest.raises(ScenarioProblems, match="only a file can extend a file"):
        load_text("{scenario: mine, extends: ./just_in_case.yaml}")
