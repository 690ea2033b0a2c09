"""Records as a file that other programs read: CSV, JSON lines, Parquet (which takes pyarrow)."""

import csv
import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from memory.errors import BadInput

Records = Sequence[Mapping[str, JsonValue]]

NEEDS_ARROW = "Parquet takes pyarrow: pip install 'superorganism[analysis]'; or name a .csv"


def _csv(records: Records, path: Path) -> None:
    columns = list(dict.fromkeys(key for record in records for key in record))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _lines(records: Records, path: Path) -> None:
    lines = (json.dumps(dict(each), ensure_ascii=False) for each in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _parquet(records: Records, path: Path) -> None:
    arrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    parquet.write_table(arrow.Table.from_pylist([dict(each) for each in records]), path)


FORMATS: dict[str, Callable[[Records, Path], None]] = {
    ".csv": _csv,
    ".jsonl": _lines,
    ".parquet": _parquet,
}
"""What writes a file, by the end of its name."""


def check_file(path: Path) -> None:
    """Refuse a file that could not be written later, before anything is played for it.

    Raises
    ------
    BadInput
        If its name says no format we know, its folder is not there, or a library is missing.
    """
    if path.suffix not in FORMATS:
        raise BadInput(f"{path} must end in {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}")
    if path.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise BadInput(f"{path} cannot be written: {NEEDS_ARROW}")


def save(records: Records, path: Path) -> None:
    """Write records to a file, one a row; the end of its name says how.

    Raises
    ------
    BadInput
        If it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save([{"cell": 1, "excess": 2.5}], Path(folder) / "runs.csv")
    ...     print((Path(folder) / "runs.csv").read_text().strip())
    cell,excess
    1,2.5
    """
    check_file(path)
    try:
        FORMATS[path.suffix](records, path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from error
