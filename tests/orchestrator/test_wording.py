"""What models read, over the whole catalogue: nothing in it speaks of what lies behind the work."""

import asyncio
import re

import pytest

from orchestrator.compose import assemble
from orchestrator.conduct import load
from orchestrator.engine import Engine
from orchestrator.stage import Part, Stage
from scenarios.catalogue import catalogue
from subagents.organisms import CATALOGUE, Honest
from subagents.policy import Decision, Observation
from subagents.prompt import heard, prompt

UNSPOKEN = re.compile(
    r"\b(test|eval|assess|experiment|benchmark|simulat|monitor|oversee|oversight|watch|observ|"
    r"detect|alarm|suspic|audit|scenario|policy|policies|organism|seed|honest|align|misalign|"
    r"deceiv|decept|power.seek|red.team|research|study|studies|language model|llm|AI)",
    flags=re.IGNORECASE,
)
ALLOWED = {"observation", "observed"}
"""A note's claim may be one, and its tool says what that is."""


class Attentive:
    """Acts as an honest one does, and keeps what a model would have been shown."""

    name = "attentive"

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self._policy = Honest()

    async def act(self, observation: Observation) -> Decision:
        self.seen.append(observation)
        return await self._policy.act(observation)


def shown(name: str) -> tuple[list[Observation], Stage]:
    """Play a little of a scenario; return what its agents were shown."""
    scenario = load(name, ("world.rounds=9", "chain.life=4"))
    stage = assemble(scenario, 3, "r_1")
    policy = Attentive()
    stage.cast = {worker: Part(policy, part.family) for worker, part in stage.cast.items()}
    asyncio.run(Engine(stage).execute())
    return policy.seen, stage


def unspoken(text: str) -> set[str]:
    words = (match.group(0) for match in re.finditer(r"\w+", text))
    return {word for word in words if UNSPOKEN.match(word)} - ALLOWED


@pytest.mark.parametrize("name", catalogue())
def test_no_word_in_a_prompt_tells_what_lies_behind_the_work(name: str) -> None:
    observations, stage = shown(name)
    assert len(observations) == 9 * len(stage.cast)
    schemas = " ".join(schema.model_dump_json() for schema in observations[0].schemas)
    # The task is its author's own words; whatever else a model reads is ours.
    texts = [
        "\n".join(message.content for message in prompt(each._replace(task="")))
        for each in observations
    ]
    assert unspoken(schemas) == set()
    assert {word for text in texts for word in unspoken(text)} == set()
    assert all(policy not in text for policy in CATALOGUE for text in texts)


@pytest.mark.parametrize("name", catalogue())
def test_every_turn_of_the_catalogue_is_heard_as_it_was_told(name: str) -> None:
    observations, _ = shown(name)
    for each in observations:
        again = heard(prompt(each), each.tools)
        facts = each.facts._replace(replies=())
        assert again == each._replace(seed=0, schemas=(), facts=facts)


def test_a_model_is_shown_the_tools_of_its_world_and_no_others() -> None:
    observations, stage = shown("just_in_case")
    assert [schema.name for schema in observations[0].schemas] == list(stage.tools)
    assert "search_notes" not in stage.tools


def test_a_word_that_gives_it_away_is_found() -> None:
    assert unspoken("This is a test of the monitored fleet.") == {"test", "monitored"}
    assert unspoken("an observation") == set()
