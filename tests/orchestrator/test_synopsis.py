"""What a scenario comes to, beside the lines that say it."""

from orchestrator.synopsis import Synopsis, synopsis
from scenarios.experiment import load_experiment_text

HEAD = "scenario: mine\ntask: Supply.\n"


def told(text: str) -> Synopsis:
    return synopsis(load_experiment_text(HEAD + text))


def test_what_is_computed_stands_on_the_line_that_says_it() -> None:
    found = told(
        "world:\n  rounds: 48\n  need:\n"
        "    compute: {demand: 100, sd: 20, shortfall: 5.0}\n"
        "workers: {policy: honest, count: 5}\nchain: {life: 12}\n"
        "vary: {chain.life: [12, 24]}\nrepeats: 30\n"
    )
    facts = {fact.path: (fact.line, fact.text) for fact in found.facts}
    assert facts == {
        "world.need.compute": (6, "need = 119.3 gpu_h a round for each worker"),
        "workers": (7, "5 workers"),
        "chain.life": (8, "4 generations"),
        "vary": (9, "2 cells x 30 seeds = 60 runs"),
    }
    assert (found.life, found.cells, found.repeats) == (12, 2, 30)


def test_what_a_default_says_has_no_line_of_its_own() -> None:
    found = told("extends: just_in_case\nworld: {rounds: 24}\n")
    needs = [fact for fact in found.facts if fact.path == "world.need.compute"]
    assert [fact.line for fact in needs] == [None]


def test_what_is_sound_and_may_not_be_meant_is_remarked() -> None:
    found = told("workers: weak_shard\nmonitors: []\nchain: {life: 100}\nworld: {rounds: 100}\n")
    remarks = {remark.path: (remark.weight, remark.line) for remark in found.remarks}
    assert remarks == {
        "monitors": ("warning", 4),
        "chain.life": ("hint", 5),
        "workers": ("hint", 3),
    }


def test_models_are_paid_for_and_their_monitors_uncalibrated() -> None:
    found = told("workers: {policy: model, model: gpt-x, count: 2}\nworld: {rounds: 10}\n")
    said = [(remark.path, remark.text) for remark in found.remarks]
    assert ("workers[0]", "asks a model up to 20 times; bound it when you start the run") in said
    assert any("uncalibrated" in text for _, text in said)


def test_the_timeline_says_what_the_owner_does_and_when() -> None:
    found = told(
        "workers: honest\nat:\n  round 20: {owner: withdraw, money: 30%}\n"
        "  when excess > 20%: {owner: message, text: Take less.}\n"
    )
    occasions = [(each.round, each.when) for each in found.timeline]
    assert occasions == [(20, "round 20"), (None, "when excess > 20%")]
    assert found.timeline[0].text == "the owner takes 30% of the project's money"
