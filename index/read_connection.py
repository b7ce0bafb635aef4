"""Connections that only read, also where nothing can be written: SQLite keeps files beside a library to share it.

Where it cannot make them, as on a full disk, a library without a log is opened as a file that nobody changes. Another
user may change it all the same, and SQLite would mix old pages with new ones: who reads must compare `mark` before and
after.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import apsw

from index.page_checksums import open_checked

_CACHE = 128 << 10  # KiB of pages kept at most: the common words of a million passages take as much

Mark = tuple[int, ...]
"""What tells a file from another: device and inode, and for an unlocked one all that a write changes."""


_NOT_SHARED = (apsw.SQLITE_IOERR_SHMOPEN, apsw.SQLITE_IOERR_SHMSIZE, apsw.SQLITE_IOERR_SHMMAP)
"""Failures to make the memory that connections share, which is a file of 32 KiB."""


def connect(path: Path, check: Callable[[apsw.Connection], object], *, locking: bool) -> apsw.Connection:
    """A connection that only reads and passed `check`; without locking, the file as if nobody changed it."""
    flags = apsw.SQLITE_OPEN_READONLY
    if locking:
        connection = open_checked(str(path), flags)
    else:
        address = f"file:{quote(str(path.absolute()))}?immutable=1"
        connection = open_checked(address, flags | apsw.SQLITE_OPEN_URI)
    try:
        check(connection)
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
    except BaseException:
        connection.close()
        raise
    return connection


def is_about_sharing(error: apsw.Error) -> bool:
    """Whether SQLite could not make the files by which it shares a library, so that it must be read without."""
    if isinstance(error, apsw.IOError):
        return getattr(error, "extendedresult", None) in _NOT_SHARED
    return isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError)


def mark(path: Path, *, locking: bool) -> Mark | None:
    """The mark of a file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    same = status.st_dev, status.st_ino
    return same if locking else (*same, status.st_mtime_ns, status.st_size, log_size(path))


def log_size(path: Path) -> int:
    """The size of the log beside a library's file; 0 where there is none."""
    return size(path.with_name(f"{path.name}-wal"))


def size(path: Path) -> int:
    """The size of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
