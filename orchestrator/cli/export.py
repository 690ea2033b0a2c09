"""A run as JSON lines, for other programs: streamed, whatever its length."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from memory.errors import BadInput
from memory.journal import Journal
from orchestrator.cli.audit import Integrity, audit, integrity

__all__ = ["audit_lines", "event_lines", "integrity", "verdict_lines", "write"]


def event_lines(journal: Journal, run: str) -> Iterator[str]:
    """Return the events committed so far, as they are stored and hashed."""
    lines = journal.lines(run, limit=journal.run(run).seq)
    return (line.body.decode() for line in lines)


def verdict_lines(journal: Journal, run: str) -> Iterator[str]:
    """Return what the monitors answered so far."""
    return (numbered.verdict.model_dump_json() for numbered in journal.verdicts(run))


def audit_lines(journal: Journal, run: str, found: Integrity) -> Iterator[str]:
    """Return what an outside auditor reads."""
    for fields in audit(journal, run, found):
        yield json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def write(lines: Iterable[str], out: Path | None) -> None:
    """Write lines to standard output, or to a file that appears once it is complete.

    Raises
    ------
    BadInput
        If the file cannot be written.
    """
    if out is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        part.replace(out)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
