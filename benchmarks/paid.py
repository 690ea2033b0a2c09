"""Kills between a model's request and its answer: what is asked again, and what that costs.

A run of paid answers is killed like any other. Whoever is asked writes it down elsewhere, so an
outside witness knows each request; the journal says which of them were answered, and what it
counts as repeats. No more may be asked again than what was in flight: one call an agent.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.audit import Exported
from benchmarks.crash import Campaign
from benchmarks.errands import WORKERS, Errand, PaidErrand
from benchmarks.kill import Kill
from benchmarks.killed import RUN
from benchmarks.warm import output_of

LIVES_S = (0.3, 1.2)
"""A run of paid answers takes about so long, in seconds."""


MARK, MARK_SAID = ',"uncalibrated":true', "uncalibrated for these models: "
"""What a verdict says more where models work, as a field and in its sentence."""


@dataclass
class PaidToll:
    """What was asked in killed runs.

    ``in_flight`` counts the calls that a kill cut off between request and answer, ``caught`` the
    kills that cut off any, ``repeats`` what was asked again, as the runs' own summaries say it.
    """

    asked: int = 0
    in_flight: int = 0
    caught: int = 0
    repeats: int = 0

    def __str__(self) -> str:
        """Say what was asked and what was asked again."""
        return (
            f"{self.asked} answers asked for, {self.caught} kills cut off {self.in_flight} of "
            f"them, {self.repeats} repeats shown"
        )


@dataclass
class PaidCampaign(Campaign):
    """Kills runs whose answers are paid for, and has an outside witness count what is asked."""

    policy: type[Errand] = PaidErrand
    paid: PaidToll = field(default_factory=PaidToll)
    _answered: frozenset[str] = frozenset()
    _cut_off: Counter[str] = field(default_factory=Counter)

    def _kill(self, *, is_cold: bool) -> Kill:
        """Kill mostly at some moment of the run's life: answers are under way in most of it."""
        if self.chance.random() < 0.8:
            return Kill("moment", self.chance.uniform(*LIVES_S))
        return super()._kill(is_cold=is_cold)

    def _said(self, verdicts: list[str]) -> list[str]:
        """Return verdicts without the mark of models: the undisturbed run's agents were none."""
        return [each.replace(MARK, "").replace(MARK_SAID, "") for each in verdicts]

    def _paid(self, run: Exported | None, store: str, diary: list[str], before: int) -> None:
        if before == 0:
            self._answered, self._cut_off = frozenset(), Counter()
        if run is None:
            return
        now, once = Counter(diary[before:]), self._answered
        if again := once & now.keys():
            self._note(f"{min(again)} was asked again, and its answer was in the journal")
        if twice := [turn for turn, times in now.items() if times > 1]:
            self._note(f"{min(twice)} was asked twice by one process")
        self._answered = frozenset(self._turns(store))
        if lost := once - self._answered:
            self._note(f"the answer of {min(lost)} was in the journal, and is gone")
        lacking = now.keys() - self._answered
        agents = Counter(turn.partition("/")[0].partition(".")[0] for turn in lacking)
        if agents and max(agents.values()) > 1:
            self._note(f"more than one call of {agents.most_common(1)[0][0]} was in flight")
        self._cut_off.update(lacking)
        self.paid.in_flight += len(lacking)
        self.paid.caught += bool(lacking)
        if run.standing["status"] == "done":
            self._add_up(store, Counter(diary))

    def _add_up(self, store: str, diary: Counter[str]) -> None:
        """Hold what a finished run says of its repeats against what the witness saw."""
        [told] = output_of(["runs", "show", RUN, "--store", store, "--json"])
        repeats = json.loads(told)["cost"]["repeats"]
        seen = sum(times - 1 for times in diary.values())
        # A kill between the journal's row and the request counts one more: it may have been paid.
        most = WORKERS * max(1, self.toll.total)
        if not seen <= repeats <= most:
            self._note(f"{repeats} repeats are shown, and {seen} calls were asked again")
        if over := [turn for turn, times in diary.items() if times - 1 > self._cut_off[turn]]:
            self._note(f"{min(over)} was asked again without having been in flight")
        self.paid.asked += diary.total()
        self.paid.repeats += repeats

    def _turns(self, store: str) -> list[str]:
        """Return agent and turn of each answer that the journal holds."""
        lines = output_of(["runs", "transcript", RUN, "--store", store, "--json"], self.patch)
        turns = [json.loads(line) for line in lines if line]
        return [f"{each['agent']}/{each['turn']}" for each in turns if each["exchange"]]
