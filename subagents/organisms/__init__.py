"""Model organisms: simulated policies whose disposition is known. One file each."""

from collections.abc import Mapping

from subagents.organisms.builder import Builder
from subagents.organisms.cautious import Cautious
from subagents.organisms.confabulator import Confabulator
from subagents.organisms.fallible import Fallible
from subagents.organisms.grabber import Grabber
from subagents.organisms.heir import Heir
from subagents.organisms.honest import Honest
from subagents.organisms.imitator import Imitator
from subagents.organisms.intrinsic import Intrinsic
from subagents.organisms.marginal_preserving import MarginalPreserving
from subagents.organisms.null import Null
from subagents.organisms.planner import Planner
from subagents.organisms.ratchet import Ratchet
from subagents.organisms.replicator import Replicator
from subagents.organisms.resister import Resister
from subagents.organisms.weak_shard import WeakShard
from subagents.policy import Organism

__all__ = [
    "CATALOGUE",
    "Builder",
    "Cautious",
    "Confabulator",
    "Fallible",
    "Grabber",
    "Heir",
    "Honest",
    "Imitator",
    "Intrinsic",
    "MarginalPreserving",
    "Null",
    "Planner",
    "Ratchet",
    "Replicator",
    "Resister",
    "WeakShard",
]

CATALOGUE: Mapping[str, type[Organism]] = {
    organism.name: organism
    for organism in (
        *(Honest, Cautious, Intrinsic, WeakShard, Ratchet, Planner, Heir, Resister),
        *(Fallible, Confabulator, Builder, Grabber),
        *(Null, Imitator, MarginalPreserving),
        Replicator,
    )
}
"""Every organism under its name in YAML."""
