"""Backup: a library as one file, made while it is in use, and a library made of such a file.

A backup is an SQLite file of the same tables, copied page by page with the pages' checksums, from one snapshot.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw

from index import facts, records
from index.database import DATABASE_FILE, Database
from index.errors import DiskFull, FormatTooNew, InputRejected, LibraryCorrupt, NotALibrary, RejectionReason
from index.files import flush, flush_folder, is_new_or_empty, move_new, told_as_ours
from index.folders import open_existing
from index.integrity import Damage, find_damage
from index.leftovers import RESTORED_FOLDER
from index.page_checksums import checked_files
from index.schema import APPLICATION_ID, FORMAT, FORMAT_WITH_CHECKSUMS, format_of
from index.sqlite_errors import translated
from index.upkeep import save_vectors
from index.write_lock import LOCK_FILE

_PAGES = 1_000  # copied at a time, some milliseconds
_MAGIC = b"SQLite format 3\0"
_ID_PLACE = slice(68, 72)  # of the application id in an SQLite file (https://sqlite.org/fileformat.html)

PageProgress = Callable[[int, int], None]
"""Told how many pages are copied so far, and of how many."""


def backup(library: Path, file: Path, progress: PageProgress | None = None) -> int:
    """Copy one snapshot of a library, which others may go on using, into a new file for its owner alone.

    Returns how many articles it holds. The file is complete and on the disk before it gets its name; killed before,
    a backup leaves a hidden folder `.qa-backup-…` beside it, which can be deleted. Raises InputRejected where
    something has that name already, LibraryNotFound, LibraryCorrupt for a damaged page, and DiskFull or LibraryError
    where the file cannot be written.
    """
    database = open_existing(library)
    _refuse_existing(file)
    if not file.parent.is_dir():
        raise InputRejected(RejectionReason.MISSING, f"There is no folder {file.parent}; make it, or name another one.")
    try:
        with told_as_ours(file), TemporaryDirectory(prefix=".qa-backup-", dir=file.parent) as aside:
            copy = Path(aside) / "copy"
            copy.touch(mode=0o600)
            with database.reading() as connection:
                articles = len(records.article_rows(connection))
                _copy_pages(connection, copy, progress)
            flush(copy)
            _move(copy, file)
    finally:
        database.close()
    return articles


def restore(file: Path, folder: Path) -> int:
    """Make a library of a backup in `folder`, new or empty; returns how many articles it holds.

    The backup is read wholly first. Raises NotALibrary for a file that is none, LibraryCorrupt for a damaged one,
    FormatTooNew, InputRejected where the file is missing or the folder holds something, and DiskFull or LibraryError
    where it cannot be read or the folder not be written; then nothing is made.
    """
    with told_as_ours(file):
        _refuse_foreign(file)
    with told_as_ours(folder):
        return _restore(file, folder)


def _restore(file: Path, folder: Path) -> int:
    used = InputRejected(RejectionReason.OPTION, f"{folder} is there and not an empty folder; name a new one.")
    was_there = folder.exists()
    if not is_new_or_empty(folder) and not _is_left_over(folder):
        raise used
    database = Database(folder)
    with database.locked():
        if not _is_left_over(folder):  # another process was faster
            raise used
        aside = folder / RESTORED_FOLDER
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(mode=0o700)
            articles = _restored(file, aside)
            (aside / DATABASE_FILE).rename(database.path)
            flush_folder(folder)
            shutil.rmtree(aside)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            if not was_there:
                (folder / LOCK_FILE).unlink(missing_ok=True)
                with suppress(OSError):
                    folder.rmdir()
            raise
        with database.reading() as connection:
            is_current = format_of(connection) == FORMAT
        if is_current:  # an old one stays as it is until its first change
            save_vectors(database)
        database.close()
    return articles


def _move(copy: Path, file: Path) -> None:
    try:
        move_new(copy, file)
    except FileExistsError:
        _refuse_existing(file)
        raise


def _copy_pages(source: apsw.Connection, file: Path, progress: PageProgress | None) -> None:
    target = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE, vfs=checked_files())
    try:
        with target.backup("main", source, "main") as copying:
            while not copying.done:
                copying.step(_PAGES)
                if progress is not None:
                    progress(copying.page_count - copying.remaining, copying.page_count)
        target.pragma("journal_mode", "delete")  # so that the file is all there is, without a log beside it
    except apsw.FullError as error:  # not the disk that holds the library, which is only read
        raise DiskFull(f"The disk that holds {file.parent.parent} is full; make room and try again.") from error
    finally:
        target.close()


def _restored(file: Path, aside: Path) -> int:
    """Copy a backup into the folder `aside` as a library's file, checked and ready to be used; its articles."""
    copy = aside / DATABASE_FILE
    copy.touch(mode=0o600)
    shutil.copyfile(file, copy)
    copied = Database(aside)
    try:
        with _about_backup(file), copied.reading() as connection:
            damages = [*_wrong_length(connection, copy), *find_damage(connection)]
            articles = 0 if damages else len(records.article_rows(connection))
    finally:
        copied.close()
    if damages:
        raise _damaged(file, f" ({damages[0].message.rstrip('.')})")
    with translated(copy):
        connection = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READWRITE, vfs=checked_files())
        try:
            _name_anew(connection)
            connection.pragma("journal_mode", "wal")  # as readers and a writer at once need it
        finally:
            connection.close()
    flush(copy)
    return articles


def _name_anew(connection: apsw.Connection) -> None:
    """Another id than that of the library that the backup was made of: from now on the two differ."""
    if format_of(connection) < FORMAT_WITH_CHECKSUMS:  # the upgrade gives it one
        return
    connection.execute("BEGIN; DELETE FROM library; DELETE FROM facts WHERE name = 'library'")
    facts.name_library(connection)
    connection.execute("COMMIT")


def _wrong_length(connection: apsw.Connection, file: Path) -> list[Damage]:
    """SQLite fills up a last page that lacks something, and checks no checksum then."""
    length = connection.pragma("page_count") * connection.pragma("page_size")
    return [] if file.stat().st_size == length else [Damage(None, "Its length is not what it was.")]


@contextmanager
def _about_backup(file: Path) -> Iterator[None]:
    """Errors about the library that was to be as errors about the file."""
    try:
        yield
    except FormatTooNew as error:
        raise FormatTooNew(f"{file} was written by a newer version of article-qa; update article-qa.") from error
    except NotALibrary as error:
        raise _no_backup(file) from error
    except LibraryCorrupt as error:
        raise _damaged(file) from error


def _damaged(file: Path, how: str = "") -> LibraryCorrupt:
    return LibraryCorrupt(f"The backup {file} is damaged, so nothing was restored{how}", "take another one")


def _refuse_existing(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise InputRejected(RejectionReason.OPTION, f"{file} is there already; name a new file.")


def _refuse_foreign(file: Path) -> None:
    """Look at the beginning of the file, before perhaps gigabytes of something else are copied."""
    if not file.is_file():
        raise InputRejected(RejectionReason.MISSING, f"There is no file {file}; check the path.")
    with file.open("rb") as stream:
        start = stream.read(100)
    if not start.startswith(_MAGIC) or int.from_bytes(start[_ID_PLACE]) != APPLICATION_ID:
        raise _no_backup(file)


def _no_backup(file: Path) -> NotALibrary:
    return NotALibrary(f"{file} is no backup that qa backup made, or its beginning is damaged; take another one.")


def _is_left_over(folder: Path) -> bool:
    """Whether a folder holds nothing but the lock and what a restore left that was killed."""
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= {LOCK_FILE, RESTORED_FOLDER}
