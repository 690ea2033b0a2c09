"""Mounts: which file system a path lies on, and a journal that must not lie on it."""

from pathlib import Path

import pytest

from memory.errors import StoreError
from memory.mounts import Mounts, mounted
from memory.sqlite import SqliteFile

TABLE = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /mnt tmpfs rw 0 0
nas:/export {point} {kind} rw,vers=4.2 0 0
/dev/sdb1 {point}/disk ext4 rw 0 0
short
"""


def table(kind: str, point: str = "/mnt/nas") -> Mounts:
    return Mounts(TABLE.format(point=point, kind=kind))


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "fuse.glusterfs", "lustre"]
)
def test_a_journal_on_a_network_file_system_is_refused_by_its_name_and_told_where_to_go(
    kind: str,
) -> None:
    path = Path("/mnt/nas/runs/journal.db")
    refused = (
        rf"{path}: /mnt/nas is a network file system \({kind}\), where SQLite cannot keep writers "
        r"apart; choose a path on a local disk, or a PostgreSQL server with postgresql://"
    )
    with pytest.raises(StoreError, match=refused):
        SqliteFile(path, table(kind))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("ext4", "/mnt/nas/journal.db"),
        ("fuse.bindfs", "/mnt/nas/journal.db"),
        ("overlay", "/mnt/nas/journal.db"),
        ("nfs4", "/mnt/nassau/journal.db"),
        ("nfs4", "/mnt/journal.db"),
        ("nfs4", "/mnt/nas/disk/journal.db"),
    ],
)
def test_a_journal_on_a_local_disk_is_not(kind: str, path: str) -> None:
    assert SqliteFile(Path(path), table(kind)).name == path


def test_a_link_is_followed_to_where_the_file_really_lies(tmp_path: Path) -> None:
    far, link = tmp_path / "far", tmp_path / "near"
    far.mkdir()
    link.symlink_to(far)
    with pytest.raises(StoreError, match="is a network file system"):
        SqliteFile(link / "journal.db", table("nfs", str(far)))


def test_a_folder_name_with_a_space_is_read_as_the_system_writes_it() -> None:
    mount = table("cifs", r"/mnt/our\040share").under(Path("/mnt/our share/journal.db"))
    assert mount is not None
    assert (mount.point, mount.is_network) == (Path("/mnt/our share"), True)


def test_what_is_mounted_later_at_the_same_place_hides_what_was_there() -> None:
    mounts = Mounts("nas:/ /mnt nfs rw 0 0\n/dev/sda /mnt ext4 rw 0 0\n")
    mount = mounts.under(Path("/mnt/journal.db"))
    assert mount is not None
    assert mount.kind == "ext4"


def test_where_nothing_is_known_nothing_is_refused() -> None:
    assert Mounts("").under(Path("/journal.db")) is None
    assert SqliteFile(Path("/journal.db"), Mounts("")).name == "/journal.db"


@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="there is no /proc")
def test_the_table_of_this_machine_knows_its_root() -> None:
    mount = mounted().under(Path("/"))
    assert mount is not None
    assert mount.point == Path("/")
