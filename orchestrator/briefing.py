"""What a newborn agent is given to read: what was left to it, then the notes that matter.

Without a budget it is the handoffs and the three newest notes. With one, notes come in the order
of their rank: by recency, by how well they fit the words of the task, or by both. Of those, whole
notes go in as long as they fit; only what room is left then is filled with the beginning of one.
"""

from collections.abc import Iterator, Sequence

from memory.envelope import Actor
from memory.index import MOST_WORDS, words_of
from memory.notes import Note, Notes
from orchestrator.stage import Stage
from scenarios.ingredient import BriefSpec
from scenarios.notebook import LESSONS
from subagents.policy import is_handoff

NOTES_IN_BRIEF = 3
"""Where there is no budget, an agent is given this many newest notes besides the handoff."""

CANDIDATES = 32
"""So many notes are weighed for a brief: the newest, and as many that fit best."""

LEAST_EXCERPT = 80
"""A beginning of a note that is shorter than this is worth nobody's reading."""

DAMPING = 60
"""How little the first places of a ranking stand out; the value of Cormack and others."""

SHORTEST_WORD = 4
"""Words of a task that are shorter (of, the, and) are not searched for."""


def brief_notes(stage: Stage, actor: Actor, left: Sequence[Note]) -> tuple[Note, ...]:
    """Return the notes that a newborn agent is given: what was ``left`` to it comes first.

    A note of which it is given the beginning only has that as its text.
    """
    scope = stage.scenario.memory.notebook.scope
    lessons = stage.notes.latest(LESSONS, "worker", actor)
    if lessons and stage.parts.line.reflection:
        left = (*left, lessons)
    spec = stage.scenario.assembly_line.brief
    if spec is None:
        shared = stage.notes.recent(scope, actor, NOTES_IN_BRIEF + len(left))
        return (*left, *_others(shared)[:NOTES_IN_BRIEF])
    query = task_words(stage.scenario.task)
    newest = stage.notes.recent(scope, actor, CANDIDATES)
    fitting = stage.notes.search(query, scope, actor, CANDIDATES).found if query else ()
    ranked = rank(newest, fitting, spec)
    others = _others(ranked)[: spec.notes]
    return tuple(within(left, others, stage.parts.brief_room(str(actor.worker))))


def _others(notes: Sequence[Note]) -> list[Note]:
    """Return those notes that are not left to a successor in any case."""
    return [
        note
        for note in notes
        if not is_handoff(note.name) and not (note.name == LESSONS and note.scope == "worker")
    ]


def task_words(task: str) -> str:
    """Return the words of a task that notes are searched for: the first eight longer ones.

    Examples
    --------
    >>> task_words("Keep the experiments supplied with compute, and keep a margin.")
    'keep experiments supplied with compute margin'
    """
    longer = [word for word in words_of(task) if len(word) >= SHORTEST_WORD]
    return " ".join(list(dict.fromkeys(longer))[:MOST_WORDS])


def rank(newest: Sequence[Note], fitting: Sequence[Note], spec: BriefSpec) -> list[Note]:
    """Return the notes of two rankings in one order, by reciprocal rank fusion.

    References
    ----------
    Cormack, Clarke, Buettcher (2009). Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods. SIGIR.
    """
    if spec.by != "both":
        return list(newest if spec.by == "recency" else fitting)
    worth: dict[str, float] = {}
    notes = {note.note: note for note in (*newest, *fitting)}
    for ranking in (newest, fitting):
        for place, note in enumerate(ranking, 1):
            worth[note.note] = worth.get(note.note, 0.0) + 1 / (DAMPING + place)
    return sorted(notes.values(), key=lambda note: (-worth[note.note], -note.seq))


def within(left: Sequence[Note], others: Sequence[Note], room: int) -> Iterator[Note]:
    """Return what fits into ``room`` characters: what was left, whole notes, then one beginning."""
    for note in left:
        if room > 0:
            yield _cut(note, room)
            room -= len(note.text)
    left_out = []
    for note in others:
        if len(note.text) <= room:
            yield note
            room -= len(note.text)
        else:
            left_out.append(note)
    if left_out and room >= LEAST_EXCERPT:
        yield _cut(left_out[0], room)


def _cut(note: Note, room: int) -> Note:
    return note if len(note.text) <= room else note._replace(text=note.text[:room])


def characters_shown(notes: Notes, given: Note) -> int:
    """Return how many characters of a note are given, where that is not all of it; else 0."""
    whole = notes.version(given.note, given.version)
    return len(given.text) if whole and len(given.text) < len(whole.text) else 0
