"""What a notebook promises, executable: small functions, each one law, each named for it.

Ours is put to them by a test. Put one of your own to them with ``obeys``:

>>> from memory.notes import Notes
>>> obeys(Notes)
"""

from collections.abc import Callable
from typing import Protocol

from memory.checks import specimen
from memory.envelope import Actor, Event
from memory.events import EpisodeEnded, NoteRead, NoteSearched, NoteWritten, Scope
from memory.log import Log
from memory.notes import Draft, Note, Search

ADA, HEIR, BOB = Actor("w01", 1, "w01.1"), Actor("w01", 2, "w01.2"), Actor("w02", 1, "w02.1")


class Notebook(Protocol):
    """Where agents write and read notes: ours, and whatever else keeps these laws."""

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        ...

    def check(self, actor: Actor, draft: Draft) -> str:
        """Say why a draft cannot be written now, or nothing."""
        ...

    def write(
        self, round: int, actor: Actor, draft: Draft, *, key: str, cause: int | None = None
    ) -> NoteWritten:
        """Write a note, or its next version."""
        ...

    def read(
        self, round: int, actor: Actor, note: Note, *, key: str, cause: int | None = None
    ) -> NoteRead:
        """Log a read."""
        ...

    def tell(
        self, round: int, actor: Actor, search: Search, *, key: str, cause: int | None = None
    ) -> NoteSearched:
        """Log a search."""
        ...

    def version(self, note: str, version: int) -> Note | None:
        """Return a version that is still held."""
        ...

    def latest(self, name: str, scope: Scope, actor: Actor) -> Note | None:
        """Return the newest version of a note."""
        ...

    def recent(self, scope: Scope, actor: Actor, limit: int) -> list[Note]:
        """Return the newest notes."""
        ...

    def search(self, query: str, scope: Scope, actor: Actor, limit: int) -> Search:
        """Return the notes that fit a query best."""
        ...


Maker = Callable[[Log], Notebook]
"""What makes a notebook on a log: usually its class."""


class Desk:
    """A notebook on a log of its own, and a short way to write in it."""

    def __init__(self, make: Maker) -> None:
        self.log = Log("notes")
        self.notes = make(self.log)
        self.log.listen(self.notes.fold)

    def write(self, draft: Draft, actor: Actor = ADA) -> Note:
        """Write a draft, and return what stands there now."""
        self.notes.write(1, actor, draft, key=f"{actor.agent}/1/{self.log.seq}")
        note = self.notes.latest(draft.name, draft.scope, actor)
        assert note is not None, f"{draft.name} was written and is not there"
        return note


def changes_no_version(make: Maker) -> None:
    """Add a version where a name is written again, and leave the older ones as they are."""
    desk = Desk(make)
    first = desk.write(Draft("plan", "hold 100", "fleet"))
    second = desk.write(Draft("plan", "hold 120", "fleet"), BOB)
    assert (second.note, second.version) == (first.note, 2), "it is another note"
    assert (second.text, second.author) == ("hold 120", BOB), f"{second} is not what was written"
    assert desk.notes.version(first.note, 1) == first, "the first version has changed"


def refuses_a_stale_writer(make: Maker) -> None:
    """Write nothing for an author who expects another version than the one that stands."""
    desk = Desk(make)
    for expected in (0, 1):
        desk.write(Draft("plan", "hold", "fleet", expected=expected))
    for expected in (0, 1, 3):
        late = Draft("plan", "hold none", "fleet", expected=expected)
        assert "version 2" in desk.notes.check(BOB, late), f"it takes a draft upon {expected}"
        try:
            desk.write(late, BOB)
        except ValueError:
            continue
        raise AssertionError(f"a draft upon version {expected} was written upon 2")
    assert desk.log.seq == 2, "a refused draft is in the log"


def opens_a_drawer_to_its_owners(make: Maker) -> None:
    """Show the fleet's notes to all, a worker's to its chain, an agent's to nobody else."""
    desk = Desk(make)
    seen = {"fleet": (HEIR, BOB), "worker": (HEIR,), "agent": ()}
    scopes: tuple[Scope, ...] = ("fleet", "worker", "agent")
    for scope in scopes:
        desk.write(Draft("plan", "hold", scope))
        for actor in (HEIR, BOB):
            found = (
                desk.notes.latest("plan", scope, actor),
                *desk.notes.recent(scope, actor, 9),
                *desk.notes.search("hold", scope, actor, 9).found,
            )
            assert any(found) == (actor in seen[scope]), f"{actor.agent} sees {found} at {scope}"


def lets_go_of_a_finished_agents_own(make: Maker) -> None:
    """Forget an agent's own notes with its life; nothing else."""
    desk = Desk(make)
    own, shared = Draft("mine", "secret", "agent"), Draft("ours", "secret", "worker")
    desk.write(own), desk.write(shared)
    desk.log.append(specimen(EpisodeEnded, seq=3, worker="w01", generation=1, agent="w01.1"))
    assert desk.notes.latest("mine", "agent", ADA) is None, "an agent's own note outlives it"
    assert desk.notes.search("secret", "agent", ADA, 9).found == (), "it is still found"
    assert desk.notes.latest("ours", "worker", HEIR) is not None, "its worker's note is lost"


def finds_what_stands(make: Maker) -> None:
    """Find the newest version by its words, the best fit first, and no text that was replaced."""
    desk = Desk(make)
    desk.write(Draft("price", "compute costs 1.00", "fleet"))
    desk.write(Draft("plan", "ask for approval", "fleet"))
    desk.write(Draft("demand", "compute is scarce and everyone buys compute", "fleet"))
    desk.write(Draft("plan", "wait", "fleet"))
    found = desk.notes.search("scarce compute", "fleet", BOB, 9).found
    assert [note.name for note in found] == ["demand", "price"], f"found {found}"
    assert desk.notes.search("approval", "fleet", BOB, 9).found == (), "a replaced text is found"


def tells_of_every_read(make: Maker) -> None:
    """Log who read which version, and what a search asked for and returned, in order."""
    desk = Desk(make)
    note = desk.write(Draft("plan", "hold 100", "fleet"))
    read = desk.notes.read(2, BOB, note, key="w02.1/2/0", cause=1)
    assert (read.actor, read.note, read.version) == (BOB, note.note, 1), f"it logged {read}"
    search = desk.notes.search("hold", "fleet", BOB, 9)
    told = desk.notes.tell(2, BOB, search, key="w02.1/2/1", cause=1)
    assert (told.query, told.found) == ("hold", (note.itself,)), f"it logged {told}"
    assert desk.log.seq == 3, "it logged something else"


def comes_back_from_its_log(make: Maker) -> None:
    """Be the same notebook again once its log is replayed, down to what it writes next."""
    desk = Desk(make)
    for number, actor in enumerate((ADA, BOB, HEIR, BOB, ADA)):
        draft = Draft(f"plan-{number % 3}", f"hold {number}", "fleet", "inference")
        desk.write(draft, actor)
    again = Desk(make)
    again.log.replay(desk.log.drain())
    next = Draft("plan-9", "hold 9", "fleet")
    looks: tuple[Callable[[Notebook], object], ...] = (
        lambda notes: notes.recent("fleet", ADA, 9),
        lambda notes: notes.search("hold 3 4", "fleet", ADA, 9),
        lambda notes: notes.version("n_001", 1),
        lambda notes: notes.write(2, ADA, next, key="w01.1/2/0"),
    )
    for look in looks:
        assert look(again.notes) == look(desk.notes), "the replayed notebook is another"


LAWS: tuple[Callable[[Maker], None], ...] = (
    changes_no_version,
    refuses_a_stale_writer,
    opens_a_drawer_to_its_owners,
    lets_go_of_a_finished_agents_own,
    finds_what_stands,
    tells_of_every_read,
    comes_back_from_its_log,
)
"""All the laws of a notebook."""


def obeys(make: Maker) -> None:
    """Put a notebook to every law.

    Raises
    ------
    AssertionError
        If it breaks one; the message says which promise and how.
    """
    for law in LAWS:
        law(make)
