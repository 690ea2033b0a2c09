"""Where file systems lie, and which of them are another machine's.

SQLite keeps processes apart by the locks and the shared memory of one machine's kernel. Over a
network neither can be trusted, and a journal that two machines write would be damaged.
"""

import re
from pathlib import Path
from typing import NamedTuple

_TABLE = Path("/proc/mounts")
_OF_THE_NETWORK = re.compile(
    r"(fuse\.)?(nfs4?|cifs|smb3|smbfs|ncpfs|9p|virtiofs|vboxsf|afs|ceph|ceph-fuse|glusterfs|lustre|"
    r"gpfs|beegfs|ocfs2|gfs2|davfs2?|sshfs|s3fs|gcsfuse|goofys|juicefs|rclone)"
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """One mounted file system: the folder where it begins, and its kind."""

    point: Path
    kind: str

    @property
    def is_network(self) -> bool:
        """Whether the files are kept, or may be written, by another machine."""
        return _OF_THE_NETWORK.fullmatch(self.kind) is not None


class Mounts:
    r"""The table of mounted file systems, in the form of ``/proc/mounts``.

    Examples
    --------
    >>> mounts = Mounts("/dev/sda1 / ext4 rw 0 0\nnas:/runs /srv/shared nfs4 rw 0 0")
    >>> mounts.under(Path("/srv/shared/journal.db"))
    Mount(point=PosixPath('/srv/shared'), kind='nfs4')
    >>> mounts.under(Path("/srv/journal.db")).is_network
    False
    """

    def __init__(self, table: str) -> None:
        fields = [line.split(" ") for line in table.splitlines()]
        self._mounts = [
            Mount(Path(_ESCAPED.sub(_plain, field[1])), field[2])
            for field in fields
            if len(field) > 2
        ]

    def under(self, path: Path) -> Mount | None:
        """Return the file system that a path lies on, if the table tells it."""
        whole = path.resolve()
        # Of two mounts at one point the later hides the earlier, so the last of the longest.
        found = [mount for mount in self._mounts if whole.is_relative_to(mount.point)]
        return max(reversed(found), key=lambda mount: len(mount.point.parts), default=None)


def mounted() -> Mounts:
    """Return what is mounted here now; on a system without ``/proc`` nothing is known."""
    try:
        return Mounts(_TABLE.read_text(errors="surrogateescape"))
    except OSError:
        return Mounts("")


def _plain(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 8))
