"""Logs from elsewhere: one JSON object a line, turned into events that monitors read.

``docs/neutral_log.md`` says what may stand in a line. It is a stream: events come out as lines
go in, so what monitors say of a log while it grows is what they say of it afterwards. A worker's
round is settled when the next round begins, or when the log ends.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from memory.envelope import Actor, Event, Frozen
from memory.errors import BadInput
from memory.events import (
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Leg,
    Need,
    NoteRead,
    NoteWritten,
    Purpose,
    ResourceTerms,
    RunFinished,
    RunStarted,
    Transfer,
)
from memory.log import Entry, Log

Name = Annotated[str, Field(min_length=1, max_length=256)]
Moment = Decimal | Annotated[str, Field(max_length=40)]
Does = Literal["begin", "take", "give_back", "use", "read", "write", "end"]
MOVES = ("take", "give_back", "use")


class Terms(Frozen):
    """A resource: its unit, and how many decimals its smallest unit has."""

    unit: str = "unit"
    decimals: int = Field(default=0, ge=0, le=9)


class Header(Frozen):
    """The first line, where a log says what is planned: then bounds are sharper.

    ``round_s`` is the length of a round in seconds, for lines that say ``at`` which moment they
    are of instead of a round; the first round begins at ``begins``, or else with the first line.
    """

    neutral_log: Literal[1]
    rounds: int = Field(ge=1)
    workers: int = Field(ge=1)
    life: int | None = Field(default=None, ge=1)
    round_s: Decimal | None = Field(default=None, gt=0)
    begins: Moment | None = None
    resources: dict[Name, Terms] = Field(min_length=1)


class Line(Frozen):
    """One line: who did what, in which round, or at which moment; then its round follows."""

    id: Name
    round: int = Field(default=0, ge=1)
    at: Moment | None = None
    agent: Name
    worker: Name | None = None
    family: Name = "unknown"
    does: Does
    resource: Name | None = None
    amount: Decimal | None = Field(default=None, ge=0)
    note: Name | None = None
    version: int = Field(default=1, ge=1)


class NeedLine(Frozen):
    """What the work takes: of whom and in which round, or of all, or in any."""

    resource: Name
    amount: float = Field(ge=0)
    worker: Name | None = None
    round: int | None = Field(default=None, ge=1)


class Needs:
    """What each worker needs in each round, as whoever sets the task says.

    The line that says most holds: for a worker's round before a round, before a worker, before
    all of them.

    Examples
    --------
    >>> needs = Needs([NeedLine(resource="compute", amount=100),
    ...                NeedLine(resource="compute", amount=50, worker="ada", round=3)])
    >>> needs.of("compute", "ada", 3), needs.of("compute", "bob", 3), needs.of("gold", "bob", 3)
    (50.0, 100.0, None)
    """

    def __init__(self, lines: Iterable[NeedLine]) -> None:
        self.lines = tuple(lines)
        self._known = {(each.resource, each.worker, each.round): each.amount for each in self.lines}

    def of(self, resource: str, worker: str, round: int) -> float | None:
        """Return it, if it is told."""
        for who, when in ((worker, round), (None, round), (worker, None), (None, None)):
            found = self._known.get((resource, who, when))
            if found is not None:
                return found
        return None

    @property
    def resources(self) -> set[str]:
        """Of what there is any need."""
        return {resource for resource, _, _ in self._known}


def read_needs(name: str, text: str) -> Needs:
    """Return the needs in a text: JSON lines, or CSV with a head line.

    Raises
    ------
    BadInput
        If a line cannot be read; it names the line.
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    if text.lstrip().startswith("{"):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                rows.append((number, parsed(line, f"{name}:{number}")))
    else:
        for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
            rows.append((number, {key: value for key, value in row.items() if value}))
    if not rows:
        raise BadInput(f"{name} tells no need")
    return Needs([_checked(NeedLine, row, f"{name}:{number}") for number, row in rows])


class Clock:
    """Tells the round of a moment: how many lengths of a round have passed since the first began.

    Examples
    --------
    >>> clock = Clock(Decimal(3600))
    >>> lines = [Line(id=at, at=at, agent="ada", does="begin") for at in
    ...          ("2026-01-05T09:00:00Z", "2026-01-05T09:59:59Z", "2026-01-05T12:00:00+01:00")]
    >>> [clock.timed(line, "here").round for line in lines]
    [1, 1, 3]
    """

    def __init__(self, round_s: Decimal | None = None) -> None:
        self._round_s = round_s
        self._begins: Decimal | None = None

    def set(self, header: Header, at: str) -> None:
        """Take what a header says of time.

        Raises
        ------
        BadInput
            If it says another length of a round than whoever reads the log, or no moment.
        """
        if header.round_s is not None:
            if self._round_s not in (None, header.round_s):
                raise BadInput(
                    f"{at}: round_s is {header.round_s}, and {self._round_s} was asked for; "
                    "leave one of them out"
                )
            self._round_s = header.round_s
        if header.begins is not None:
            self._begins = _seconds(header.begins, at)

    def timed(self, line: Line, at: str) -> Line:
        """Return a line with its round.

        Raises
        ------
        BadInput
            If it says neither a round nor a moment, both, or a moment before the first round.
        """
        if (line.at is None) == (not line.round):
            raise BadInput(f"{at} must say its `round`, or the moment it is of (`at`): one of them")
        if line.at is None:
            return line
        if self._round_s is None:
            raise BadInput(
                f"{at} says a moment, and nobody how long a round is; say it in the header, as "
                '"round_s": 3600, or with --round-s 3600'
            )
        moment = _seconds(line.at, at)
        if self._begins is None:
            self._begins = moment
        if moment < self._begins:
            raise BadInput(f"{at} is of {line.at}, which is before the first round begins")
        round = int((moment - self._begins) // self._round_s) + 1
        return line.model_copy(update={"round": round})


_DATED: TypeAdapter[AwareDatetime] = TypeAdapter(AwareDatetime)


def _seconds(moment: Decimal | str, at: str) -> Decimal:
    """Return a moment in seconds: a number as it is, a date and time since 1970."""
    if isinstance(moment, Decimal):
        return moment
    try:
        told = _DATED.validate_python(moment)
    except ValidationError as error:
        raise BadInput(
            f"{at} is of {moment!r}; a moment is a number of seconds, or a date and time with its "
            "zone, such as 2026-01-05T09:00:00Z"
        ) from error
    return round(Decimal(told.timestamp()), 6)


class Importer:
    """Turns lines into events, in order.

    Parameters
    ----------
    name
        What messages call the log.
    needs
        What is needed; None where nobody says, and then only monitors that do without may look.
    round_s
        The length of a round in seconds, where lines tell moments and no header says it.

    Attributes
    ----------
    log
        The events so far, hashed as those of a run.

    Examples
    --------
    >>> importer = Importer("mine.jsonl", Needs([NeedLine(resource="compute", amount=100)]))
    >>> said = {"id": "1", "round": 1, "agent": "ada", "does": "begin"}
    >>> took = said | {"id": "2", "does": "take", "resource": "compute", "amount": 106}
    >>> events = [e for line in (said, took) for e in importer.feed(json.dumps(line))]
    >>> [event.kind for event in [*events, *importer.finish()]]
    ['episode_started', 'transfer', 'need', 'demand', 'episode_ended', 'run_finished']
    """

    def __init__(
        self, name: str, needs: Needs | None = None, round_s: Decimal | None = None
    ) -> None:
        self.log = Log(name)
        self._clock = Clock(round_s)
        self._name = name
        self._needs = needs
        self._header: Header | None = None
        self._number = 0
        self._round = 0
        self._living: dict[str, Actor] = {}
        self._generations: dict[str, int] = {}
        self._held: dict[tuple[str, str], int] = {}
        self._used: dict[tuple[str, str], int] = {}
        self._seen: dict[str, Line] = {}
        self._seen_before: dict[str, Line] = {}

    def feed(self, text: str) -> list[Event]:
        """Return the events that one more line brings about; see :meth:`take`."""
        return [entry.event for entry in self.take(text)]

    def take(self, text: str) -> list[Entry]:
        """Return the events that one more line brings about, as they are hashed.

        Raises
        ------
        BadInput
            If it cannot be read, comes too late, or says something else under an id that was
            there; it names the line.
        """
        self._number += 1
        if not text.strip():
            return []
        fields = parsed(text, self._at)
        if "neutral_log" in fields:
            self._begin(_checked(Header, fields, self._at))
        else:
            line = self._clock.timed(_checked(Line, fields, self._at), self._at)
            if not self._is_known(line):
                self._turn_to(line.round)
                self._seen[line.id] = line
                self._take_up(line)
        return list(self.log.drain())

    def finish(self) -> list[Event]:
        """Return the events that the log's end brings about; there is no feeding it any more."""
        return [entry.event for entry in self.end()]

    def end(self) -> list[Entry]:
        """Return the same, as they are hashed."""
        if self._round:
            self._settle()
            for agent in list(self._living):
                self._end(agent)
            self._append(RunFinished, Actor(), "run", status="done")
        return list(self.log.drain())

    @property
    def _at(self) -> str:
        return f"{self._name}:{self._number}"

    def _append(self, kind: type[Event], actor: Actor, key: str, **fields: Any) -> None:
        self.log.append(kind(**self.log.envelope(self._round, actor, key=key), **fields))

    def _begin(self, header: Header) -> None:
        if self.log.seq or self._header:
            raise BadInput(f"{self._at} is a header, which is only the first line")
        self._header = header
        self._clock.set(header, self._at)
        terms = tuple(
            ResourceTerms(name=name, unit=each.unit, decimals=each.decimals)
            for name, each in header.resources.items()
        )
        self._append(
            RunStarted,
            Actor(),
            "run",
            engine="neutral_log/1",
            visible_hash="",
            rounds=header.rounds,
            workers=header.workers,
            life=header.life or header.rounds,
            resources=terms,
        )

    def _is_known(self, line: Line) -> bool:
        """Whether a line came before: told again it changes nothing, told otherwise it is wrong."""
        before = self._seen.get(line.id) or self._seen_before.get(line.id)
        if before is not None and before != line:
            raise BadInput(f"{self._at} says something else under the id {line.id!r}")
        if before is None and line.round < self._round:
            raise BadInput(
                f"{self._at} is of round {line.round}, and round {self._round} has begun; "
                "lines come in the order of their rounds"
            )
        return before is not None

    def _turn_to(self, round: int) -> None:
        while self._round and self._round < round:
            self._settle()
            self._round += 1
        if round != self._round or not self._seen:
            self._seen_before, self._seen = self._seen, {}
        self._round = max(self._round, round)

    def _take_up(self, line: Line) -> None:
        worker = line.worker or line.agent
        is_introduced = worker in self._generations
        is_alive = line.agent in self._living
        if line.does == "begin":
            if is_alive:
                raise BadInput(f"{self._at}: {line.agent} begins, and has begun already")
        elif self._header and not is_alive:
            raise BadInput(f"{self._at}: {line.agent} acts and has not begun; see docs on `begin`")
        # Whoever is first heard of by what it takes must not count for having taken it.
        if not is_alive and (line.does == "begin" or is_introduced):
            self._start(line, worker)
        actor = self._living.get(line.agent) or Actor(worker, 1, line.agent)
        if line.does in MOVES:
            self._move(line, actor)
        elif line.does in ("read", "write"):
            self._note(line, actor)
        elif line.does == "end":
            self._end(line.agent)
            return
        if line.agent not in self._living:
            self._start(line, worker)

    def _start(self, line: Line, worker: str) -> None:
        generation = self._generations[worker] = self._generations.get(worker, 0) + 1
        actor = self._living[line.agent] = Actor(worker, generation, line.agent)
        life = (self._header.life if self._header else None) or 1
        self._append(EpisodeStarted, actor, line.agent, family=line.family, life=life)

    def _end(self, agent: str) -> None:
        actor = self._living.pop(agent, None)
        if actor is not None:
            self._append(EpisodeEnded, actor, agent, turns=0, reason="finished")

    def _move(self, line: Line, actor: Actor) -> None:
        worker, resource = str(actor.worker), line.resource
        if resource is None or line.amount is None:
            raise BadInput(f"{self._at}: to {line.does} takes a resource and an amount")
        amount = self._units(resource, line.amount)
        of = (worker, resource)
        self._held.setdefault(of, 0)
        if line.does == "use":
            self._used[of] = self._used.get(of, 0) + amount
            return
        self._held[of] += amount if line.does == "take" else -amount
        if amount:
            ends = ("pool", worker) if line.does == "take" else (worker, "pool")
            purpose: Purpose = "reserve" if line.does == "take" else "release"
            leg = Leg(resource=resource, debit=ends[0], credit=ends[1], amount=amount)
            self._append(Transfer, actor, line.id, purpose=purpose, legs=(leg,))

    def _units(self, resource: str, amount: Decimal) -> int:
        decimals = 0
        if self._header:
            if resource not in self._header.resources:
                known = ", ".join(self._header.resources)
                raise BadInput(f"{self._at}: resource is {resource!r}; the header names {known}")
            decimals = self._header.resources[resource].decimals
        units = amount.scaleb(decimals)
        if units != int(units):
            raise BadInput(
                f"{self._at}: amount is {amount}; {resource} has {decimals} decimals here, and a "
                "header can say more"
            )
        return int(units)

    def _note(self, line: Line, actor: Actor) -> None:
        if line.note is None:
            raise BadInput(f"{self._at}: to {line.does} takes a note")
        said: dict[str, Any] = {"note": line.note, "version": line.version}
        if line.does == "read":
            self._append(NoteRead, actor, line.id, **said)
        else:
            more = {"name": line.note, "scope": "fleet", "text": ""}
            self._append(NoteWritten, actor, line.id, **said, **more)

    def _settle(self) -> None:
        """End the round: what each worker needed of everything it ever held, and what it used."""
        for (worker, resource), held in self._held.items():
            used = self._used.pop((worker, resource), 0)
            self._held[worker, resource] = held = held - used
            actor, key = Actor(worker), f"use/{self._round}/{worker}/{resource}"
            need = self._need(worker, resource)
            if need is not None:
                self._append(Need, actor, f"need/{key}", resource=resource, amount=need)
            metered = {"due": used, "used": used, "covered": 0, "unserved": 0, "held": held}
            self._append(Demand, actor, key, resource=resource, **metered)
            if used:
                leg = Leg(resource=resource, debit=worker, credit="used", amount=used)
                self._append(Transfer, actor, key, purpose="use", legs=(leg,))

    def _need(self, worker: str, resource: str) -> float | None:
        if self._needs is None or resource not in self._needs.resources:
            return None
        need = self._needs.of(resource, worker, self._round)
        if need is None:
            raise BadInput(
                f"{self._name}: nobody says what {worker} needs of {resource} in round "
                f"{self._round}; a line of the need without a round holds for all"
            )
        return need


def events_of(name: str, lines: Iterable[str], needs: Needs | None = None) -> Iterator[Event]:
    """Yield the events of a whole neutral log.

    Raises
    ------
    BadInput
        If a line cannot be read; it names the line.
    """
    importer = Importer(name, needs)
    for line in lines:
        yield from importer.feed(line)
    yield from importer.finish()


def parsed(text: str, at: str) -> dict[str, Any]:
    """Return one line's fields; amounts stay as exact as they are written.

    Raises
    ------
    BadInput
        If it is no JSON object; ``at`` is how the message calls the line.
    """
    # Any: what JSON enters here is checked by the models below.
    try:
        fields = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{at} is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadInput(f"{at} is no JSON object")
    return fields


def _checked(kind: type[Any], fields: dict[str, Any], at: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(map(str, first["loc"])) or "it"
        raise BadInput(f"{at}: {path}: {first['msg']}") from error
