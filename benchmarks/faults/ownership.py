"""Faults in who owns a run, in what it was answered, and in its end."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from benchmarks.faults.fault import Broken, replaced
from memory import answer
from memory import claim as claims
from memory.answer import Turn
from memory.claim import Claim, Owner
from memory.journal import Journal
from memory.lease import Heartbeat
from memory.tables import ANSWER, RUN, SEALED


def lets_a_stale_owner_write() -> Broken:
    """The token of a claim is not compared."""
    return replaced((Journal, "_check_held", lambda self, row, claim: None))


def hands_out_the_same_token() -> Broken:
    """Whoever claims a run anew gets the token that its last owner had."""
    take = Journal.claim

    def claim(self: Journal, run: str, *, seize: bool = False) -> Claim:
        got = take(self, run, seize=seize)
        with self._store.writing() as connection:
            mine = RUN.c.number == got.number
            connection.execute(update(RUN).where(mine).values(token=got.token - 1))
        return got._replace(token=got.token - 1)

    return replaced((Journal, "claim", claim))


def takes_every_owner_for_dead() -> Broken:
    """A run is given to whoever asks for it."""
    return replaced((Owner, "is_alive", lambda self: False))


def takes_every_owner_for_alive() -> Broken:
    """A run whose owner was killed is never given to anyone."""
    return replaced((Owner, "is_alive", lambda self: True))


def keeps_what_it_let_go() -> Broken:
    """A run that was released is still its old owner's."""

    def let_go(self: Journal, claim: Claim, **changes: Any) -> None:
        with self._store.writing() as connection:
            self._held(connection, claim)
            self._change(connection, claim, **changes)
        self._bell.ring()

    return replaced((Journal, "_let_go", let_go))


def lets_no_lease_run_out() -> Broken:
    """An owner on another host keeps its run for ever."""
    return replaced((Owner, "is_alive", lambda self: self.lease_s is not None or _here(self)))


def lets_every_lease_run_out() -> Broken:
    """An owner on another host has lost its run at once."""
    return replaced((Owner, "is_alive", lambda self: self.is_here and _here(self)))


def renews_no_lease() -> Broken:
    """The heart of an owner does not beat."""
    return replaced((Heartbeat, "start", lambda self: None))


def _here(owner: Owner) -> bool:
    return claims._exists(owner.pid) and claims._born(owner.pid) == owner.born


def overwrites_an_answer() -> Broken:
    """A second answer takes the place of the first."""

    def put(self: Journal, claim: Claim, turn: Turn, body: bytes) -> bytes:
        with self._store.writing() as connection:
            row = self._held(connection, claim)
            kept = {"run": row.number, **turn._asdict(), "asked": 1, "body": body}
            connection.execute(_without(kept))
            connection.execute(insert(ANSWER), kept)
        return body

    return replaced((Journal, "put_answer", put))


def _without(key: dict[str, Any]) -> Any:
    run, agent, turn = (ANSWER.c[name] == key[name] for name in ("run", "agent", "turn"))
    return ANSWER.delete().where(run, agent, turn)


def keeps_no_answer() -> Broken:
    """An answer is passed on and not put down."""
    return replaced((Journal, "put_answer", lambda self, claim, turn, body: body))


def mixes_answers_up() -> Broken:
    """An agent's answer in one turn is taken for its answer in any."""

    def read(
        connection: Connection, run: int, agent: str, turn: int, about: str = ""
    ) -> answer.Answer | None:
        key = ANSWER.c.run == run, ANSWER.c.agent == agent
        columns = (ANSWER.c[name] for name in answer.Answer._fields)
        query = select(*columns).where(*key).order_by(ANSWER.c.turn).limit(1)
        row = connection.execute(query).one_or_none()
        return None if row is None else answer.Answer(*row)

    return replaced((answer, "read", read))


def ends_no_run() -> Broken:
    """A finished run stays one that could go on."""
    return replaced((Journal, "finish", lambda self, claim, status, summary: self.release(claim)))


def seals_nothing() -> Broken:
    """The scenario of a run is not kept with it."""
    create = Journal._create

    def forgetting(self: Journal, connection: Connection, head: Any, sealed: Any) -> Claim:
        claim = create(self, connection, head, sealed)
        connection.execute(SEALED.delete().where(SEALED.c.run == claim.number))
        return claim

    return replaced((Journal, "_create", forgetting))
