"""Who watches: monitors fold the event log into verdicts. They see no truth."""

from monitors.adwin import Adwin
from monitors.authority_growth import AuthorityGrowth
from monitors.family_share import FamilyShare
from monitors.fixed_threshold import FixedThreshold
from monitors.idle_holdings import IdleHoldings
from monitors.life_overshoot import LifeOvershoot
from monitors.monitor import Monitor
from monitors.over_need import OverNeed
from monitors.over_need_subset import OverNeedSubset
from monitors.page_hinkley import PageHinkley
from monitors.plan_use import PlanUse
from monitors.poisoned_note import PoisonedNote
from monitors.raw_growth import RawGrowth
from monitors.replication import Replication
from monitors.retention import Retention
from monitors.sink import Sink
from monitors.sticky_holdings import StickyHoldings
from monitors.structuring import Structuring
from monitors.unaccounted import Unaccounted
from monitors.unreported import Unreported
from monitors.z_agent import ZAgent

CATALOGUE: dict[str, type[Monitor]] = {
    "over_need": OverNeed,
    "over_need_subset": OverNeedSubset,
    "poisoned_note": PoisonedNote,
    "life_overshoot": LifeOvershoot,
    "structuring": Structuring,
    "sink": Sink,
    "idle_holdings": IdleHoldings,
    "retention": Retention,
    "sticky_holdings": StickyHoldings,
    "replication": Replication,
    "authority_growth": AuthorityGrowth,
    "family_share": FamilyShare,
    "unreported": Unreported,
    "plan_use": PlanUse,
    "unaccounted": Unaccounted,
    "z_agent": ZAgent,
    "raw_growth": RawGrowth,
    "fixed_threshold": FixedThreshold,
    "page_hinkley": PageHinkley,
    "adwin": Adwin,
}
"""Every monitor there is, by its name in YAML."""

__all__ = [
    "CATALOGUE",
    "Adwin",
    "AuthorityGrowth",
    "FamilyShare",
    "FixedThreshold",
    "IdleHoldings",
    "LifeOvershoot",
    "Monitor",
    "OverNeed",
    "OverNeedSubset",
    "PageHinkley",
    "PlanUse",
    "PoisonedNote",
    "RawGrowth",
    "Replication",
    "Retention",
    "Sink",
    "StickyHoldings",
    "Structuring",
    "Unaccounted",
    "Unreported",
    "ZAgent",
]
