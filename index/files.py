"""Files that outlive a power cut, and that take nobody else's place."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DiskFull, LibraryError


@contextmanager
def told_as_ours(place: Path) -> Iterator[None]:
    """Errors of the system about what is read from or written to `place` as LibraryError, or DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"The disk that holds {place} is full; make room and try again.") from error
        raise LibraryError(f"{place} cannot be read or written ({error.strerror or error}).") from error


def open_private(path: str, flags: int) -> int:
    """For `open(..., opener=)`: a new file is for its owner alone."""
    return os.open(path, flags, 0o600)


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush_folder(folder: Path) -> None:
    """Make moves within a folder durable: its entries are written only when the folder itself is flushed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_new_or_empty(folder: Path) -> bool:
    """Whether nothing is there yet that would be in the way of what is put into `folder`."""
    return not folder.exists() if not folder.is_dir() else not any(folder.iterdir())


def move_new(file: Path, target: Path) -> None:
    """Move a complete, flushed file to a name that nothing has yet; raises FileExistsError where something has it."""
    try:
        target.hardlink_to(file)
    except FileExistsError:
        raise
    except OSError:  # the file system has no links, as on most memory sticks
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        file.rename(target)
    else:
        file.unlink()
    flush_folder(target.parent)


def flush(file: Path) -> None:
    """Make what was written to a file durable."""
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def folder_size(folder: Path) -> int:
    """The bytes of all files in a library's folder, but for what SQLite keeps there only while the file is open."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm"))
