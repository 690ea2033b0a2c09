"""Model organisms: simulated policies whose disposition is known. One file each."""

from collections.abc import Mapping

from subagents.organisms.builder import Builder
from subagents.organisms.cautious import Cautious
from subagents.organisms.colluder import Colluder
from subagents.organisms.concentrated import Concentrated
from subagents.organisms.confabulator import Confabulator
from subagents.organisms.evader import Evader
from subagents.organisms.fallible import Fallible
from subagents.organisms.grabber import Grabber
from subagents.organisms.gradual import Gradual
from subagents.organisms.heir import Heir
from subagents.organisms.honest import Honest
from subagents.organisms.imitator import Imitator
from subagents.organisms.intrinsic import Intrinsic
from subagents.organisms.invoicer import Invoicer
from subagents.organisms.marginal_preserving import MarginalPreserving
from subagents.organisms.need_inflater import NeedInflater
from subagents.organisms.null import Null
from subagents.organisms.planner import Planner
from subagents.organisms.poisoner import Poisoner
from subagents.organisms.ratchet import Ratchet
from subagents.organisms.replicator import Replicator
from subagents.organisms.resister import Resister
from subagents.organisms.skimmer import Skimmer
from subagents.organisms.structurer import Structurer
from subagents.organisms.suggestible import Suggestible
from subagents.organisms.weak_shard import WeakShard
from subagents.policy import Organism

__all__ = [
    "CATALOGUE",
    "Builder",
    "Cautious",
    "Colluder",
    "Concentrated",
    "Confabulator",
    "Evader",
    "Fallible",
    "Grabber",
    "Gradual",
    "Heir",
    "Honest",
    "Imitator",
    "Intrinsic",
    "Invoicer",
    "MarginalPreserving",
    "NeedInflater",
    "Null",
    "Planner",
    "Poisoner",
    "Ratchet",
    "Replicator",
    "Resister",
    "Skimmer",
    "Structurer",
    "Suggestible",
    "WeakShard",
]

CATALOGUE: Mapping[str, type[Organism]] = {
    organism.name: organism
    for organism in (
        *(Honest, Cautious, Intrinsic, WeakShard, Ratchet, Planner, Heir, Resister),
        *(Fallible, Confabulator, Builder, Grabber),
        *(Null, Imitator, MarginalPreserving),
        *(Replicator, Skimmer),
        *(Gradual, Concentrated, Colluder, Evader, NeedInflater),
        *(Suggestible, Poisoner, Structurer, Invoicer),
    )
}
"""Every organism under its name in YAML."""
