"""Notes: named within a drawer, versioned, and a fold of the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.checks import specimen
from memory.envelope import Actor
from memory.events import EpisodeEnded, Intervened, NoteVersion, NoteWritten, Scope
from memory.log import Entry, Log
from memory.notes import VERSIONS_KEPT, Draft, Notes, owner_of
from memory.provenance import Provenance

ADA = Actor("w01", 1, "w01.1")
HEIR = Actor("w01", 2, "w01.2")
BOB = Actor("w02", 1, "w02.1")


def notebook() -> tuple[Log, Notes]:
    log = Log("r_1")
    notes = Notes(log)
    log.listen(notes.fold)
    return log, notes


def write(notes: Notes, actor: Actor, name: str, text: str, scope: Scope = "fleet") -> NoteWritten:
    return notes.write(1, actor, Draft(name, text, scope), key=f"{actor.agent}/1/0")


def text_of(notes: Notes, name: str, scope: Scope, actor: Actor) -> str | None:
    note = notes.latest(name, scope, actor)
    return note and note.text


def test_a_note_written_again_gets_the_next_version_and_keeps_its_id() -> None:
    _, notes = notebook()
    first, second = write(notes, ADA, "margin", "ten"), write(notes, BOB, "margin", "twenty")
    assert (first.note, first.version, second.note, second.version) == ("n_001", 1, "n_001", 2)
    latest = notes.latest("margin", "fleet", ADA)
    assert latest is not None
    assert (latest.text, latest.author, latest.seq) == ("twenty", BOB, 2)
    assert notes["n_001"] == latest
    assert write(notes, ADA, "another", "note").note == "n_002"


@pytest.mark.parametrize(
    ("scope", "heir_sees", "bob_sees"),
    [("fleet", True, True), ("worker", True, False), ("agent", False, False)],
)
def test_a_scope_says_who_sees_a_note(scope: Scope, heir_sees: bool, bob_sees: bool) -> None:
    _, notes = notebook()
    write(notes, ADA, "margin", "ten", scope)
    assert text_of(notes, "margin", scope, ADA) == "ten"
    assert (text_of(notes, "margin", scope, HEIR) == "ten") is heir_sees
    assert (text_of(notes, "margin", scope, BOB) == "ten") is bob_sees


def test_notes_of_one_name_in_two_drawers_are_two_notes() -> None:
    _, notes = notebook()
    ids = {write(notes, actor, "handoff", "go on", "worker").note for actor in (ADA, BOB)}
    assert len(ids) == 2


def test_recent_notes_come_last_written_first() -> None:
    _, notes = notebook()
    for name in ("a", "b", "c", "a"):
        write(notes, ADA, name, "text")
    assert [note.name for note in notes.recent("fleet", BOB, 2)] == ["a", "c"]
    assert [note.name for note in notes.recent("fleet", BOB, 9)] == ["a", "c", "b"]
    assert notes.recent("fleet", BOB, 0) == []
    assert notes.recent("agent", BOB, 9) == []


def test_reading_is_an_event_that_names_the_version() -> None:
    log, notes = notebook()
    write(notes, ADA, "margin", "ten")
    note = notes.latest("margin", "fleet", BOB)
    assert note is not None
    read = notes.read(2, BOB, note, key="w02.1/2/0", cause=1)
    assert (read.note, read.version, read.actor, read.cause, log.seq) == ("n_001", 1, BOB, 1, 2)


def test_an_agents_own_notes_go_with_its_life_and_their_ids_are_not_used_again() -> None:
    log, notes = notebook()
    write(notes, ADA, "mine", "secret", "agent")
    write(notes, ADA, "ours", "shared", "worker")
    end = specimen(EpisodeEnded, seq=3, worker="w01", generation=1, agent="w01.1")
    log.append(end)
    assert notes.latest("mine", "agent", ADA) is None
    assert text_of(notes, "ours", "worker", HEIR) == "shared"
    assert write(notes, HEIR, "mine", "anew", "agent").note == "n_003"


def test_a_replayed_notebook_equals_the_one_that_was_written() -> None:
    log, notes = notebook()
    for name, actor in (("a", ADA), ("b", BOB), ("a", BOB)):
        write(notes, actor, name, f"by {actor.agent}")
    entries = log.drain()
    again, replayed = notebook()
    again.replay(entries)
    assert replayed.recent("fleet", ADA, 9) == notes.recent("fleet", ADA, 9)
    assert write(replayed, ADA, "c", "new").note == write(notes, ADA, "c", "new").note


def test_what_nobody_wrote_lies_in_the_worlds_drawer() -> None:
    assert owner_of("worker", Actor()) == owner_of("agent", Actor()) == "world"


ACTORS = (ADA, HEIR, BOB)
SCOPES: tuple[Scope, ...] = ("fleet", "worker", "agent")
NAMES = ("plan", "price", "need")
WRITES = st.tuples(
    st.sampled_from(ACTORS),
    st.sampled_from(NAMES),
    st.sampled_from(SCOPES),
    st.text("ab c", max_size=6),
    st.none() | st.integers(0, 3),
)
Write = tuple[Actor, str, Scope, str, int | None]


@given(st.lists(WRITES | st.sampled_from(ACTORS), max_size=40), st.integers(0, 40))
def test_a_notebook_is_a_list_of_versions_by_name_however_it_is_used(
    steps: list[Write | Actor], cut: int
) -> None:
    """Against the simplest model there is; and in the middle the run is resumed."""
    log, notes = notebook()
    model: dict[tuple[str, str, str], list[tuple[str, Actor]]] = {}
    order: list[tuple[str, str, str]] = []
    entries: list[Entry] = []
    for number, step in enumerate(steps):
        if number == cut:
            entries += log.drain()
            log, notes = notebook()
            log.replay(entries)
        if isinstance(step, Actor):
            log.append(specimen(EpisodeEnded, **log.envelope(1, step, key="end")))
            order = [key for key in order if key[:2] != ("agent", step.agent)]
            model = {key: model[key] for key in order}
            continue
        actor, name, scope, text, expected = step
        key = (scope, owner_of(scope, actor), name)
        draft = Draft(name, text, scope, expected=expected)
        is_stale = expected is not None and expected != len(model.get(key, ()))
        assert bool(notes.check(actor, draft)) is is_stale
        if is_stale:
            continue
        notes.write(1, actor, draft, key="k")
        model.setdefault(key, []).append((text, actor))
        order = [*(each for each in order if each != key), key]
    for actor in ACTORS:
        for scope in SCOPES:
            mine = [key for key in reversed(order) if key[:2] == (scope, owner_of(scope, actor))]
            recent = notes.recent(scope, actor, 99)
            assert [(each.name, each.text, each.author, each.version) for each in recent] == [
                (key[2], *model[key][-1], len(model[key])) for key in mine
            ]
            for note, key in zip(recent, mine, strict=True):
                held = [notes.version(note.note, n + 1) for n in range(len(model[key]))]
                assert [each and each.text for each in held[-VERSIONS_KEPT:]] == [
                    text for text, _ in model[key][-VERSIONS_KEPT:]
                ]
            having = {key[2] for key in mine if "a" in model[key][-1][0].split()}
            found = notes.search("a", scope, actor, 99).found
            assert {each.name for each in found} == having


def test_older_versions_are_held_up_to_a_bound() -> None:
    _, notes = notebook()
    for number in range(1, VERSIONS_KEPT + 3):
        write(notes, ADA, "plan", f"hold {number}")
    held = [notes.version("n_001", number) for number in range(VERSIONS_KEPT + 4)]
    assert [each.version for each in held if each] == list(range(3, VERSIONS_KEPT + 3))
    assert notes.version("n_002", 1) is None


def test_what_a_note_is_built_on_is_in_the_log_and_absent_where_there_is_nothing() -> None:
    log, notes = notebook()
    write(notes, ADA, "plan", "hold")
    parent = NoteVersion(note="n_001", version=1)
    draft = Draft("plan", "hold", "fleet", parents=(parent,), restored=1)
    notes.write(1, ADA, draft, key="k")
    plain, built = (entry.body for entry in log.drain())
    assert b"parents" not in plain and b"restored" not in plain
    assert built.endswith(b'"parents":[{"note":"n_001","version":1}],"restored":1}')
    assert notes["n_001"].parents == (parent,)


def test_a_name_that_nobody_wrote_brings_the_nearest() -> None:
    _, notes = notebook()
    write(notes, ADA, "margin", "ten")
    assert notes.meant("margn", "fleet", BOB) == "; did you mean 'margin'?"
    assert notes.meant("margn", "agent", BOB) == ""


def wiped(log: Log, scope: Scope, *to: str, keep: float = 0.0, lot: int = 7) -> None:
    envelope = log.envelope(2, key="at/round_2/0/2")
    log.append(Intervened(**envelope, act="wipe_memory", scope=scope, to=to, keep=keep, lot=lot))


def test_a_wiped_note_is_gone_for_readers_and_its_name_begins_anew() -> None:
    log, notes = notebook()
    for actor, name in ((ADA, "margin"), (BOB, "margin"), (BOB, "demand")):
        write(notes, actor, name, f"{name} by {actor.agent}")
    wiped(log, "fleet")
    assert notes.latest("margin", "fleet", ADA) is None
    assert notes.recent("fleet", BOB, 9) == notes.all("fleet", BOB) == []
    assert notes.search("margin", "fleet", ADA, 9).found == ()
    assert notes.version("n_001", 1) is None
    assert notes.check(ADA, Draft("margin", "ten", "fleet", expected=0)) == ""
    again = write(notes, ADA, "margin", "ten")
    assert (again.note, again.version) == ("n_003", 1)
    assert [note.text for note in notes.search("ten", "fleet", BOB, 9).found] == ["ten"]


def test_a_wipe_reaches_one_scope_and_the_workers_it_names() -> None:
    log, notes = notebook()
    for actor in (ADA, BOB):
        for scope in ("agent", "worker", "fleet"):
            write(notes, actor, f"{actor.worker}-plan", "hold", scope)  # type: ignore[arg-type]
    wiped(log, "worker", "w01")
    assert text_of(notes, "w01-plan", "worker", HEIR) is None
    assert text_of(notes, "w02-plan", "worker", BOB) == "hold"
    assert text_of(notes, "w01-plan", "agent", ADA) == "hold"
    wiped(log, "agent")
    assert text_of(notes, "w01-plan", "agent", ADA) is None
    assert text_of(notes, "w01-plan", "fleet", ADA) == "hold"


def test_a_share_of_the_notes_stays_drawn_from_the_event_alone() -> None:
    log, notes = notebook()
    for number in range(400):
        write(notes, ADA, f"n{number}", "hold")
    wiped(log, "fleet", keep=0.25)
    kept = [note.note for note in notes.all("fleet", BOB)]
    assert 70 < len(kept) < 130
    other = Notes(Log("r_1"))
    for entry in log.drain():
        other.fold(entry.event)
    assert [note.note for note in other.all("fleet", BOB)] == kept


def test_what_was_wiped_can_still_be_asked_of_the_log() -> None:
    log, notes = notebook()
    provenance = Provenance()
    log.listen(provenance.fold)
    write(notes, ADA, "margin", "ten")
    wiped(log, "fleet")
    assert [version.text for version in provenance.history("margin")] == ["ten"]
