"""Servers of our own, PostgreSQL and Redis, from what the system has installed."""

import os
import pwd
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

HOW_TO_INSTALL = "apt-get install postgresql"
HOW_TO_INSTALL_REDIS = "apt-get install redis-server"
_BINARIES = Path("/usr/lib/postgresql")
_STAND_INS = ("postgres", "nobody")


def binaries() -> Path | None:
    """Return the folder of the newest server that is installed; None where there is none."""
    found = [path.parent for path in _BINARIES.glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


class Postgres:
    """A server that runs as long as its ``with`` block, with nothing in it at first.

    PostgreSQL refuses to run as root; then it runs as ``postgres`` or ``nobody``.

    Parameters
    ----------
    fsync
        Whether it synchronises its disk. Tests of what a killed *client* leaves need not.
    """

    def __init__(self, *, fsync: bool = True) -> None:
        self.password = f"canary-{secrets.token_hex(8)}"
        self._fsync = fsync
        self._user = _stand_in() if os.getuid() == 0 else None

    def __enter__(self) -> Self:
        bin = binaries()
        if bin is None:
            raise RuntimeError(f"there is no PostgreSQL server here; {HOW_TO_INSTALL}")
        self._bin = bin
        self._folder = Path(tempfile.mkdtemp(prefix="superorganism-pg-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        word = self._folder / "password"
        word.write_text(self.password)
        word.chmod(0o644)
        self._do(
            "initdb", "--username=ada", "--auth=scram-sha-256", f"--pwfile={word}", "--no-sync"
        )
        word.unlink()
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, on the port it had before if there was one."""
        if not hasattr(self, "port"):
            self.port = _free_port()
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            f" -c fsync={'on' if self._fsync else 'off'} -c max_connections=50"
        )
        log = str(self._folder / "log")
        self._do("pg_ctl", "start", "--wait", f"--log={log}", f"--options={options}")

    def stop(self) -> None:
        """Stop it as a crash would: at once, without a word to anyone."""
        self._do("pg_ctl", "stop", "--mode=immediate")

    def url(self, schema: str = "public") -> str:
        """Return the URL of a database in it; journals in different schemas do not meet."""
        place = f"postgresql://ada:{self.password}@127.0.0.1:{self.port}/postgres"
        return f"{place}?options=-csearch_path%3D{schema}"

    def make_schema(self, schema: str) -> str:
        """Make an empty schema, and return its URL."""
        words = ("--no-psqlrc", "--quiet", f"--command=CREATE SCHEMA {schema}")
        place = f"postgresql://ada@127.0.0.1:{self.port}/postgres"
        subprocess.run(
            [self._bin / "psql", *words, place],
            env={**os.environ, "PGPASSWORD": self.password},
            check=True,
        )
        return self.url(schema)

    def _do(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._bin / program, "--pgdata", self._folder / "data", *words],
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def redis_binary() -> str | None:
    """Return the path of the Redis server that is installed; None where there is none."""
    return shutil.which("redis-server")


class Redis:
    """A server on a socket in a folder of its own, that runs as long as its ``with`` block.

    It keeps nothing on a disk: after :meth:`kill` and :meth:`start` it has lost everything,
    which is the worst that a Redis may do.
    """

    def __enter__(self) -> Self:
        binary = redis_binary()
        if binary is None:
            raise RuntimeError(f"there is no Redis server here; {HOW_TO_INSTALL_REDIS}")
        self._binary = binary
        self._folder = Path(tempfile.mkdtemp(prefix="superorganism-redis-"))
        self.socket = self._folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        words = (
            f"--port 0 --unixsocket {self.socket} --save '' --appendonly no --dir {self._folder}"
        )
        self.process = subprocess.Popen(
            [self._binary, *shlex.split(words)], stdout=subprocess.DEVNULL
        )
        for _ in range(500):
            if self._answers():
                return
            time.sleep(0.01)
        raise RuntimeError("the Redis server did not start")

    def kill(self) -> None:
        """Kill it, as a crash would."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(str(self.socket))
                asking.sendall(b"PING\r\n")
                return asking.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _stand_in() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _STAND_INS if name in known)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
