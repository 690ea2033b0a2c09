"""The laws of a journal, put to ours on each database; and each law catches who breaks it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest

from memory import journal_checks
from memory.answer import Turn
from memory.claim import Claim
from memory.journal import Journal
from memory.journal_checks import LAWS, Law
from memory.record import Numbered, Origin, RunHead, RunRecord, Slice
from memory.truth import Sealed
from memory.verdicts import Verdict


class AsksAgain(Journal):
    """Takes the newest answer for the one that counts."""

    def put_answer(self, claim: Claim, turn: Turn, body: bytes) -> bytes:
        """Keep it, and say that it stands."""
        super().put_answer(claim, turn, body)
        return body


class CountsNoAlarms(Journal):
    """Tells of a run without its alarms."""

    def run(self, run: str) -> RunRecord:
        """Leave them out."""
        return super().run(run).model_copy(update={"alarms": 0})


class LosesVerdicts(Journal):
    """Reads on behind the next verdict."""

    def verdicts(self, run: str, after: int = 0) -> Iterator[Numbered]:
        """Skip one."""
        return super().verdicts(run, after + 1)


class FollowsAgain(Journal):
    """Begins one event too early."""

    def follow(self, run: str, after: int = 0, limit: int = 256) -> AsyncIterator[Slice]:
        """Begin before."""
        return super().follow(run, max(0, after - 1), limit)


class LetsAnyoneIn(Journal):
    """Takes every run from its owner."""

    def claim(self, run: str, *, seize: bool = False) -> Claim:
        """Seize it."""
        return super().claim(run, seize=True)


class NeverEnds(Journal):
    """Lets go of a run that should be over."""

    def finish(self, claim: Claim, status: Any, summary: Any) -> None:
        """Release it."""
        self.release(claim)


class CutsShort(Journal):
    """Hands on one event too few."""

    def fork(
        self, head: RunHead, sealed: Sealed, origin: Origin, verdicts: Sequence[Verdict]
    ) -> Claim:
        """Leave out the last."""
        return super().fork(head, sealed, origin._replace(seq=max(1, origin.seq - 1)), verdicts)


BREAKERS: dict[str, type[Journal]] = {
    "keeps_the_first_answer": AsksAgain,
    "tells_how_far_a_run_has_come": CountsNoAlarms,
    "gives_back_what_was_said_of_events": LosesVerdicts,
    "lets_both_logs_be_followed": FollowsAgain,
    "gives_a_run_to_one_owner_at_a_time": LetsAnyoneIn,
    "ends_a_run_for_good": NeverEnds,
    "hands_a_history_on_whole": CutsShort,
}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_journal_keeps_every_law(journal: Journal, law: Law) -> None:
    law(journal)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_law_catches_who_breaks_it(file_place: str, law: Law) -> None:
    with BREAKERS[law.__name__].open(file_place) as journal, pytest.raises(AssertionError):
        law(journal)


def test_no_law_is_left_out_of_the_list() -> None:
    public = [
        each
        for each in vars(journal_checks).values()
        if getattr(each, "__annotations__", {}).get("journal") is Journal
        and not each.__name__.startswith("_")
        and each is not journal_checks.obeys
    ]
    assert public == list(LAWS)
