"""What a scenario is laid upon: ``extends``, by name from the catalogue or ``./file.yaml``."""

from os.path import realpath
from pathlib import Path
from typing import NamedTuple

from memory.errors import BadInput
from scenarios.catalogue import FOLDER, find
from scenarios.document import LARGEST_FILE, read
from scenarios.node import Items, Node, Scalar, Spot, Table, merge
from scenarios.problem import Faults, given

MOST_FILES = 20
"""Files that one scenario may be laid upon, directly or not."""

OWN = ("scenario", "version", "about", "extends")
"""What a file says of itself alone."""


def is_path(text: str) -> bool:
    """Return whether a source names a file, and not a scenario of the catalogue.

    Examples
    --------
    >>> is_path("just_in_case"), is_path("./mine.yaml"), is_path("mine.yaml")
    (False, True, True)
    """
    return "/" in text or "\\" in text or text.endswith((".yaml", ".yml"))


class _Origin(NamedTuple):
    """Where a tree comes from: its name in messages, and its file, if it is one.

    ``root`` is the folder that its paths may not leave; ``above`` the files it is read for.
    """

    name: str
    path: Path | None = None
    root: Path | None = None
    above: tuple[Path, ...] = ()


class Lineage:
    """Reads a scenario and all it is laid upon into one tree.

    Tables are merged key by key, lists and values replaced; each node keeps its own file and
    line. A file reaches others in its own folder and below, and the catalogue.

    Parameters
    ----------
    faults
        Takes what is wrong.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._files = 0

    def file(self, path: Path, name: str) -> Table:
        """Return the tree of a scenario's file.

        Raises
        ------
        OSError
            If it cannot be read.
        ScenarioProblems
            If it, or one it is laid upon, is no YAML that makes a scenario.
        """
        path = path.resolve()
        return self._file(_Origin(name, path, path.parent), path)

    def text(self, content: str | bytes, name: str) -> Table:
        """Return the tree of a scenario that is no file; it reaches the catalogue alone."""
        return self._read(_Origin(name), content)

    def _file(self, origin: _Origin, path: Path) -> Table:
        with path.open("rb") as file:
            return self._read(origin, file.read(LARGEST_FILE + 1))

    def _read(self, origin: _Origin, content: str | bytes) -> Table:
        node = read(origin.name, content, self._faults)
        if not isinstance(node, Table):
            message = "must be a mapping of keys, such as `scenario: my_first`"
            self._faults.fatal(Spot(node.place), message)
        under: Node = node._replace(entries={})
        for each in _named(node.get("extends")):
            if base := self._base(each, origin):
                under = merge(under, base.without(*OWN))
        laid = merge(under, node)
        return laid if isinstance(laid, Table) else node

    def _base(self, each: Scalar, origin: _Origin) -> Table | None:
        """Return the tree that one entry of ``extends`` names, having told why it cannot be."""
        spot, text = Spot(each.place, each.path), str(each.value)
        self._files += 1
        if self._files > MOST_FILES:
            self._faults.fatal(spot, f"reaches more than {MOST_FILES} files")
        try:
            base = _found(text, origin)
            if base.path in (origin.path, *origin.above):
                raise BadInput("extends itself")
            if base.path is not None and base.path.is_file():
                return self._file(base, base.path)
            reason = "no such file"
        except OSError as error:
            reason = error.strerror or "it cannot be read"
        except BadInput as error:
            reason = str(error)
        self._faults.add(spot, f"is {given(text)}: {reason}")
        return None


def _named(extends: Node | None) -> list[Scalar]:
    listed = extends.items if isinstance(extends, Items) else (extends,)
    return [each for each in listed if isinstance(each, Scalar) and isinstance(each.value, str)]


def _found(text: str, origin: _Origin) -> _Origin:
    """Return where an entry of ``extends`` leads to."""
    above = origin.above if origin.path is None else (*origin.above, origin.path)
    if not is_path(text):
        return _Origin(f"catalogue/{text}.yaml", find(text).resolve(), FOLDER.resolve(), above)
    if origin.path is None or origin.root is None:
        raise BadInput("only a file can extend a file; this can extend the catalogue")
    # realpath never raises, where Path.resolve does on a loop of symbolic links.
    path = Path(realpath(origin.path.parent / text))
    if not path.is_relative_to(origin.root):
        raise BadInput("only files in the scenario's own folder and below can be extended")
    return _Origin(str(Path(origin.name).parent / text), path, origin.root, above)
