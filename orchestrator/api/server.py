"""The server: the service on a port, stopped without breaking anything off."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI

from memory.errors import BadInput, SuperorganismError
from memory.journal import Journal
from memory.redis_bus import bus_at
from orchestrator.api.access import Door
from orchestrator.api.app import create_app
from orchestrator.api.guard import is_loopback
from orchestrator.api.organism import Desk, create_organism_app
from orchestrator.api.rate import Rate

PATIENCE_S = 2
"""How long to wait, in seconds, for readers that do not read, when the server stops."""

UNREAD_BYTES = 128 * 1024
"""How much the system buffers for a reader. One that stalls is soon written to no more."""


REQUESTS_PER_SECOND, REQUESTS_AT_ONCE = 50.0, 500
"""How often the holder of one key may ask, beyond this machine; and how often all at once."""


class Place(NamedTuple):
    """Where to listen, and whom to let in.

    Attributes
    ----------
    host, port
        A name or address of this machine, and a port, or 0 for any that is free.
    names
        By which other names it is called: what a proxy before it sends as ``Host``.
    asks_for_keys
        Whether to ask for a key here, too. Beyond this machine it always does.
    """

    host: str = "127.0.0.1"
    port: int = 0
    names: frozenset[str] = frozenset()
    asks_for_keys: bool = False

    @property
    def is_open(self) -> bool:
        """Whether everyone needs a key."""
        return self.asks_for_keys or not is_loopback(self.host)


def _nothing() -> None:
    return


class Server(uvicorn.Server):
    """Serves one application on sockets that are listening already; :meth:`run` blocks.

    Parameters
    ----------
    app
        From :func:`~orchestrator.api.app.create_app`.
    ready
        Called once requests are answered.
    closing
        Called before it waits for what is being answered: lets go whoever would not end.
    """

    def __init__(
        self, app: FastAPI, ready: Callable[[], None], closing: Callable[[], None] = _nothing
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                # Ours, which keeps secrets out, is set up at the door.
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=PATIENCE_S,
            )
        )
        self._ready = ready
        self._closing = closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let followers go first: they would be waited for, and they wait for runs."""
        self._closing()
        await super().shutdown(sockets)


def serve(place: Place, store: str, ready: Callable[[str], None], redis: str | None = None) -> None:
    """Serve a store until interrupted; the runs begun here then stop, and stay resumable.

    Parameters
    ----------
    place
        Where to listen, and whom to let in.
    store
        The journal's place: a path or a URL.
    ready
        Called with the server's address once it answers.
    redis
        The URL of the server between processes, if there is one.

    Raises
    ------
    BadInput
        If it would be reached from beyond this machine and no key is there to ask for, or
        either place cannot be what it should.
    StoreError
        If the journal cannot be opened.
    SuperorganismError
        If the port cannot be had.
    """
    with Journal.open(store, bus=bus_at(redis)) as journal:
        if place.is_open and not journal.keys.are_there:
            raise BadInput(
                f"host is {place.host}, which others can reach, and there is no key to ask them "
                "for; make one: superorganism keys new NAME --scope read"
            )
    with listen(place.host, place.port) as listening:
        address = address_of(listening)
        rate = Rate(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE) if place.is_open else None
        app = create_app(store, redis=redis, door=Door(place.is_open, place.names, rate))
        server = Server(app, lambda: ready(address), lambda: app.state.service.feed.close())
        with suppress(KeyboardInterrupt):
            server.run([listening])


def serve_organisms(host: str, port: int, seed: int, ready: Callable[[str], None]) -> None:
    """Serve organisms as models until interrupted.

    Raises
    ------
    BadInput
        If the host is not this machine's alone.
    SuperorganismError
        If the port cannot be had.
    """
    if not is_loopback(host):
        raise BadInput(
            f"host is {host}; organisms ask for no key, so they serve this machine alone: "
            "127.0.0.1, ::1 or localhost"
        )
    with listen(host, port) as listening:
        address = address_of(listening)
        server = Server(create_organism_app(Desk(seed)), lambda: ready(address))
        with suppress(KeyboardInterrupt):
            server.run([listening])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises
    ------
    SuperorganismError
        If it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol's name asyncio leaves Nagle's algorithm on: 40 ms more an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        listening.bind((host, port))
        listening.listen()
        return listening
    except (OSError, OverflowError) as error:
        listening.close()
        raise SuperorganismError(f"{host}:{port} cannot be listened on: {error}") from error


def address_of(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
