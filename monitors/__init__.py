"""Who watches: monitors fold the event log into verdicts. They see no truth."""

from monitors.monitor import Monitor
from monitors.over_need import OverNeed
from monitors.over_need_subset import OverNeedSubset
from monitors.poisoned_note import PoisonedNote
from monitors.raw_growth import RawGrowth
from monitors.unaccounted import Unaccounted
from monitors.z_agent import ZAgent

CATALOGUE: dict[str, type[Monitor]] = {
    "over_need": OverNeed,
    "over_need_subset": OverNeedSubset,
    "poisoned_note": PoisonedNote,
    "unaccounted": Unaccounted,
    "z_agent": ZAgent,
    "raw_growth": RawGrowth,
}
"""Every monitor there is, by its name in YAML."""

__all__ = [
    "CATALOGUE",
    "Monitor",
    "OverNeed",
    "OverNeedSubset",
    "PoisonedNote",
    "RawGrowth",
    "Unaccounted",
    "ZAgent",
]
