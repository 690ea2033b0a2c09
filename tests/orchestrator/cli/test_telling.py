"""What the owner does is told in a line: what, to whom, for how long, and in which words."""

from typing import Any

import pytest

from memory.events import Intervened, NewTerms, ResourceTerms, Sought
from orchestrator.cli.telling import tell

TERMS = {"money": ResourceTerms(name="money", unit="usd", decimals=2)}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"act": "message", "text": "Go."}, "the owner's message, everyone: Go."),
        (
            {"act": "stand_down", "to": ("w01", "w02"), "until": 7},
            "the owner's stand down, w01, w02, until the end of round 7",
        ),
        (
            {"act": "wipe_memory", "scope": "fleet", "keep": 0.25, "lot": 7},
            "the owner's wipe memory, everyone, 0.25 of the fleet's notes stay",
        ),
        (
            {"act": "swap_model", "to": ("w03",), "family": "crane"},
            "the owner's swap model, w03, family crane from now on",
        ),
        (
            {
                "act": "withdraw",
                "to": ("project",),
                "sought": (Sought(account="project", resource="money", amount=1_250),),
            },
            "the owner's withdraw, project, project is asked for 12.50 usd",
        ),
        (
            {"act": "reprice", "terms": NewTerms(resource="compute"), "text": "dear"},
            "the owner's reprice: dear",
        ),
    ],
)
def test_an_intervention_is_told_in_words(said: dict[str, Any], told: str) -> None:
    assert tell(Intervened(seq=9, round=3, key="at/round_3/0/3", **said), TERMS) == told
