"""Artifacts: what a run leaves, as files that other programs read."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from memory.envelope import Frozen
from memory.journal import Journal
from memory.record import RunRecord
from orchestrator.api.access import needs
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Serving
from orchestrator.table import NEEDS_ARROW, save

router = APIRouter(
    prefix="/v1/runs/{run}/artifacts", tags=["artifacts"], dependencies=[needs("read")]
)

COLUMNS = ("seq", "round", "kind", "worker", "generation", "agent", "key")
"""What every event has; the rest of it stands as JSON in the column ``more``."""

CHUNK_BYTES = 65_536
"""A file is sent in pieces of about this size."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell of a CSV that begins so would be run by a spreadsheet; it is quoted with ``'``."""


class Artifact(Frozen):
    """A file that a run can be had as."""

    name: str
    media_type: str
    about: str


class Artifacts(Frozen):
    """What there is of a run."""

    items: list[Artifact]


class _Maker(NamedTuple):
    artifact: Artifact
    make: Callable[[Journal, RunRecord], Iterator[bytes]]


def _events(journal: Journal, record: RunRecord) -> Iterator[bytes]:
    return (line.body + b"\n" for line in journal.lines(record.run, limit=record.seq))


def _verdicts(journal: Journal, record: RunRecord) -> Iterator[bytes]:
    told = (each.verdict.model_dump_json() for each in journal.verdicts(record.run))
    return (f"{body}\n".encode() for body in told)


def _table(journal: Journal, record: RunRecord) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, (*COLUMNS, "more"), lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(journal, record):
        writer.writerow({name: _plain(value) for name, value in row.items()})
        if text.tell() > CHUNK_BYTES:
            yield _emptied(text)
    yield _emptied(text)


def _parquet(journal: Journal, record: RunRecord) -> Iterator[bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        save(list(_rows(journal, record)), path)
        yield path.read_bytes()


def _rows(journal: Journal, record: RunRecord) -> Iterator[dict[str, Any]]:
    for line in journal.lines(record.run, limit=record.seq):
        fields = json.loads(line.body)
        known = {name: fields.pop(name, None) for name in COLUMNS}
        yield {**known, "more": json.dumps(fields, ensure_ascii=False)}


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _emptied(text: io.StringIO) -> bytes:
    whole = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return whole


_MAKERS = {
    maker.artifact.name: maker
    for maker in (
        _Maker(
            Artifact(
                name="events.jsonl",
                media_type="application/x-ndjson",
                about="Every event, to the byte as it was hashed.",
            ),
            _events,
        ),
        _Maker(
            Artifact(
                name="verdicts.jsonl",
                media_type="application/x-ndjson",
                about="Everything that monitors answered.",
            ),
            _verdicts,
        ),
        _Maker(
            Artifact(
                name="events.csv",
                media_type="text/csv",
                about="One event a row; what not every event has is JSON in the last column.",
            ),
            _table,
        ),
        _Maker(
            Artifact(
                name="events.parquet",
                media_type="application/vnd.apache.parquet",
                about="The same as Parquet; takes the extra [analysis].",
            ),
            _parquet,
        ),
    )
}


@router.get("")
async def list_artifacts(record: KnownRun) -> Artifacts:
    """List the files that a run can be had as."""
    return Artifacts(items=[maker.artifact for maker in _MAKERS.values() if _can_make(maker)])


@router.get(
    "/{artifact}",
    response_class=Response,
    responses={
        200: {
            "description": "The file, as far as the run has come.",
            "content": {
                maker.artifact.media_type: {"schema": {"type": "string", "format": "binary"}}
                for maker in _MAKERS.values()
            },
        }
    },
)
def get_artifact(
    record: KnownRun,
    artifact: Annotated[str, PathParameter(description="A name from the list.")],
    at: Serving,
) -> Response:
    """Get one file: what is committed now, streamed."""
    maker = _MAKERS.get(artifact)
    if maker is None:
        raise HTTPException(404, f"no such artifact; there are {', '.join(_MAKERS)}")
    if not _can_make(maker):
        raise HTTPException(404, f"{artifact} cannot be made here: {NEEDS_ARROW}")
    headers = {"Content-Disposition": f'attachment; filename="{record.run}.{artifact}"'}
    made = _in_chunks(maker.make(at.journal, record))
    return StreamingResponse(made, headers=headers, media_type=maker.artifact.media_type)


def _in_chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in fewer pieces: each piece costs a change of threads."""
    waiting, size = [], 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _can_make(maker: _Maker) -> bool:
    return maker.make is not _parquet or find_spec("pyarrow") is not None
