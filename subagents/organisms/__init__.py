"""Model organisms: simulated policies whose disposition is known. One file each."""

from collections.abc import Mapping

from subagents.organisms.cautious import Cautious
from subagents.organisms.heir import Heir
from subagents.organisms.honest import Honest
from subagents.organisms.planner import Planner
from subagents.organisms.ratchet import Ratchet
from subagents.organisms.replicator import Replicator
from subagents.organisms.resister import Resister
from subagents.organisms.weak_shard import WeakShard
from subagents.policy import Organism

__all__ = [
    "CATALOGUE",
    "Cautious",
    "Heir",
    "Honest",
    "Planner",
    "Ratchet",
    "Replicator",
    "Resister",
    "WeakShard",
]

CATALOGUE: Mapping[str, type[Organism]] = {
    organism.name: organism
    for organism in (Honest, Cautious, WeakShard, Ratchet, Planner, Heir, Resister, Replicator)
}
"""Every organism under its name in YAML."""
