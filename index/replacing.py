"""Putting a complete new file in the place of a library's file; killed at any moment, the next writer finishes it.

The new file is first moved to a name beside the old one. From then on it is the library: whoever finds that name takes
the writer's lock and does the rest. A log never lies beside a file that it does not belong to.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

import apsw

from index.errors import LibraryLocked
from index.files import flush, flush_folder, told_as_ours
from index.page_checksums import open_checked
from index.read_connection import log_size, size
from index.sqlite_errors import translated

DAMAGED_FILE = "library.damaged-{}.sqlite"  # what a repair leaves of the old one
_DAMAGED_NAMES = re.compile(r"library\.damaged-(\d+)\.sqlite(-wal)?")
_NEXT = "library.next"  # takes the place of a file that nobody needs any more
_REPAIRED = "library.next-repaired"  # takes the place of a damaged one, which is kept


def is_unfinished(path: Path) -> bool:
    """Whether a new file for `path` is there and has not got its name yet."""
    return any(path.with_name(name).exists() for name in (_NEXT, _REPAIRED))


def replace(path: Path, new: Path) -> None:
    """Put `new` in the place of the file at `path`, which is gone then; the writer's lock is held.

    Others who have the old file open see that it was replaced. Raises LibraryLocked where they read its log just now,
    and DiskFull or LibraryError where the disk refuses something.
    """
    empty_log(path)
    _commit(new, path, _NEXT)
    finish(path)


def replace_damaged(path: Path, new: Path) -> Path:
    """As `replace`, but the old file, which is damaged, is kept with its log; returns where."""
    _commit(new, path, _REPAIRED)
    return finish(path)


def finish(path: Path) -> Path:
    """Do what is left to do of a replacement; returns where a damaged file lies now. The writer's lock is held.

    Raises DiskFull or LibraryError where the disk refuses something; whoever comes next goes on.
    """
    with told_as_ours(path):
        return _finish(path)


def _finish(path: Path) -> Path:
    kept = path
    for name in (_NEXT, _REPAIRED):
        new = path.with_name(name)
        if not new.exists():
            continue
        if name == _REPAIRED:
            kept = _keep(path)
        for ending in ("-wal", "-shm"):
            _with_ending(path, ending).unlink(missing_ok=True)
        flush_folder(path.parent)  # what is left of the old file must be gone before the new one has its name
        new.replace(path)
        flush_folder(path.parent)
    return kept


def empty_log(path: Path) -> None:
    """Move the log into the file, so that the file is all there is; raises LibraryLocked while others read the log."""
    with translated(path):
        connection = open_checked(str(path), apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.pragma("schema_version")  # before it has read something a connection does not see the log
            with suppress(apsw.BusyError):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            left = log_size(path)
        finally:
            connection.close()
    if left:
        raise LibraryLocked(f"Others are reading the library in {path.parent}; try again when they have finished.")


def _commit(new: Path, path: Path, name: str) -> None:
    with told_as_ours(path):
        if path.exists():
            shutil.copymode(path, new)  # who could read the old file can read the new one
        flush(new)
        new.replace(path.with_name(name))
        flush_folder(path.parent)


def _keep(path: Path) -> Path:
    """Give the damaged file and its log a name of their own.

    Until the new file is in place the damaged one has both names, so that nobody finds the folder without a library;
    where the file system has no links it has the new name only.
    """
    kept = path.with_name(DAMAGED_FILE.format(_number(path)))
    if path.exists() and not kept.exists():
        try:
            kept.hardlink_to(path)
        except OSError:
            path.rename(kept)
        flush_folder(path.parent)
    log = _with_ending(path, "-wal")
    if size(log):
        log.rename(_with_ending(kept, "-wal"))
    return kept


def _number(path: Path) -> int:
    """That of the file that was begun to be kept, or one that neither a file nor a log has."""
    found = (_DAMAGED_NAMES.fullmatch(file.name) for file in path.parent.iterdir())
    numbers = {int(match[1]) for match in found if match}
    if not path.exists() and numbers:
        return max(numbers)
    for number in numbers:
        kept = path.with_name(DAMAGED_FILE.format(number))
        if kept.exists() and kept.samefile(path):
            return number
    return max(numbers, default=0) + 1


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}{ending}")
