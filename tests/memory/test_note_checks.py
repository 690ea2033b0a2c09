"""The laws of a notebook: ours keeps them, and each catches a notebook that breaks it."""

import pytest

from memory.envelope import Actor, Event
from memory.events import NoteSearched, NoteWritten, Scope
from memory.log import Log
from memory.note_checks import LAWS, Maker, obeys
from memory.notes import Draft, Note, Notes, Search


class Careless(Notes):
    """Writes whatever is expected."""

    def check(self, actor: Actor, draft: Draft) -> str:
        return ""


class Forgetful(Notes):
    """Holds no version but the newest."""

    def version(self, note: str, version: int) -> Note | None:
        newest = self[note]
        return newest if newest.version == version else None


class Open(Notes):
    """Opens every drawer to everyone."""

    def latest(self, name: str, scope: Scope, actor: Actor) -> Note | None:
        return super().latest(name, scope, Actor("w01", 1, "w01.1"))


class Hoarder(Notes):
    """Lets go of nothing."""

    def fold(self, event: Event) -> None:
        if isinstance(event, NoteWritten):
            super().fold(event)


class Blind(Notes):
    """Finds nothing."""

    def search(self, query: str, scope: Scope, actor: Actor, limit: int) -> Search:
        return Search(query, ())


class Vague(Notes):
    """Does not say what was found."""

    def tell(
        self, round: int, actor: Actor, search: Search, *, key: str, cause: int | None = None
    ) -> NoteSearched:
        return super().tell(round, actor, Search(search.query, ()), key=key, cause=cause)


class Counter(Notes):
    """Takes up an event only when it wrote it itself."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._mine = 0

    def write(
        self, round: int, actor: Actor, draft: Draft, *, key: str, cause: int | None = None
    ) -> NoteWritten:
        self._mine += 1
        return super().write(round, actor, draft, key=key, cause=cause)

    def fold(self, event: Event) -> None:
        if self._mine:
            super().fold(event)


BROKEN: dict[str, Maker] = {
    "changes_no_version": Forgetful,
    "refuses_a_stale_writer": Careless,
    "opens_a_drawer_to_its_owners": Open,
    "lets_go_of_a_finished_agents_own": Hoarder,
    "finds_what_stands": Blind,
    "tells_of_every_read": Vague,
    "comes_back_from_its_log": Counter,
}


def test_our_notebook_keeps_every_law() -> None:
    obeys(Notes)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_law_catches_a_notebook_that_breaks_it(law) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AssertionError):
        law(BROKEN[law.__name__])
