"""The SQLite file of a library: one writer at a time, any number of readers, each on one snapshot.

SQLite comes from apsw, which bundles a current one: versions before 3.51.3 can lose commits when several connections
share a write-ahead log. Only the writer commits or checkpoints; readers open the file read-only. Each page carries a
checksum, see `index.page_checksums`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import ClassVar

import apsw

from index.errors import FormatTooNew, LibraryError, LibraryForked, LibraryLocked, LibraryNotFound, NotALibrary
from index.facts import is_one_library
from index.files import flush_folder
from index.page_checksums import checked_files, has_checksums, open_checked, reserve, trust_pages
from index.read_connection import Mark, connect, log_size, mark, size
from index.schema import APPLICATION_ID, FORMAT, FORMAT_WITH_CHECKSUMS, TABLES, is_expected
from index.sqlite_errors import corrupt, translated
from index.upgrade import upgrade
from index.write_lock import WriteLock

DATABASE_FILE = "library.sqlite"
NEW_FILE = "library.new"  # where the first write makes the tables; SQLite puts files that begin so beside it
REPAIRED_FOLDER = "library.repaired"  # where a repair makes the new file
DAMAGED_FILE = "library.damaged-{}.sqlite"  # what a repair leaves of the old one
_WAIT_MS = 5000
_WAIT_FOR_READERS_MS = 500  # after each commit; a search is over in less, and who reads longer must not hold up an add
_LOOKED_THROUGH = 50_000_000  # bytes of a file whose structure is looked at where there is a log, in half a second


class Database:
    """Connections to the file in `folder`, which need not exist before the first write."""

    _used_in: ClassVar[int | None] = None  # the process that used the first of all libraries

    def __init__(self, folder: Path, on_close: Callable[[], None] = lambda: None) -> None:
        """Name the folder; nothing is opened or written yet.

        `on_close` is called whenever the connections close: the next ones may see another file, so what was read
        through the former must not be kept.
        """
        self.path = folder / DATABASE_FILE
        self._lock = WriteLock(folder)
        self._on_close = on_close
        self._opened: Mark | None = None  # of the file that the connections see
        self._locking = True  # whether they lock it; they cannot where nobody may write
        self._reader: apsw.Connection | None = None
        self._writer: apsw.Connection | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here."""
        return self.path.is_file()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """One snapshot: every query inside sees the library as it was at the first one."""
        with translated(self.path):
            self._close_if_replaced()
            if self._reader is None:
                self._reader = self._open_reader()
            with _transaction(self._reader, "DEFERRED"):
                yield self._reader
            if not self._locking and self._opened != self._mark():
                raise LibraryLocked(f"The library in {self.path.parent} was changed while it was read; try again.")

    @contextmanager
    def writing(self, *, wait: float | None = None) -> Iterator[apsw.Connection]:
        """One transaction, all or nothing, under the writer's lock, for which it waits `wait` seconds."""
        with translated(self.path), self.locked(wait=wait):
            self._close_if_replaced()
            if self._writer is None:
                self._writer = self._open_writer()
            with _transaction(self._writer, "IMMEDIATE"):
                yield self._writer
                _refuse_if_undone(self._writer)
                self._writer.execute("COMMIT")
            self._settle(self._writer)

    @contextmanager
    def reading_whatever(self) -> Iterator[apsw.Connection]:
        """One snapshot of a damaged file, whose pages are read whatever their checksums say."""
        with translated(self.path):
            connection = open_checked(str(self.path), apsw.SQLITE_OPEN_READONLY)
            try:
                trust_pages(connection)
                with _transaction(connection, "DEFERRED"):
                    yield connection
            finally:
                connection.close()

    def vacuum(self) -> None:
        """Write the file anew, without what was deleted; raises LibraryLocked while others read the old pages."""
        with translated(self.path), self.locked():
            self._close_if_replaced()
            if self._writer is None:
                self._writer = self._open_writer()
            self._writer.execute("VACUUM")
            self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _settle(self, writer: apsw.Connection) -> None:
        """Move what was committed from the log into the file, before anybody is told that it is stored.

        Of a damaged log SQLite silently drops everything behind the damage; a damaged file it refuses. Where others
        read the log just now, or the file cannot grow, the next change moves it.
        """
        writer.set_busy_timeout(_WAIT_FOR_READERS_MS)
        with suppress(apsw.BusyError, apsw.FullError, apsw.IOError):
            writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        writer.set_busy_timeout(_WAIT_MS)

    def replace(self, new: Path) -> Path:
        """Put a complete file in the place of this one, which is kept beside it; the lock is held. Returns its name.

        Others who have the old file open see that it was replaced.
        """
        self.close()
        folder = self.path.parent
        kept = next(path for n in count(1) if not (path := folder / DAMAGED_FILE.format(n)).exists())
        kept.hardlink_to(self.path)  # until the new file is in place the old one has both names
        log = self.path.with_name(f"{DATABASE_FILE}-wal")
        if log.exists():  # it belongs to the old file
            log.rename(kept.with_name(f"{kept.name}-wal"))
        self.path.with_name(f"{DATABASE_FILE}-shm").unlink(missing_ok=True)
        new.replace(self.path)
        flush_folder(folder)
        return kept

    @property
    def is_forked(self) -> bool:
        """Whether this process was forked from one that had used a library, this one or another."""
        return Database._used_in not in (None, os.getpid())

    def refuse_in_fork(self) -> None:
        """Raise LibraryForked in a child process: neither SQLite's locks nor FAISS's threads survive a fork."""
        if self.is_forked:
            raise LibraryForked(
                f"The library in {self.path.parent} cannot be used here: this process was forked from one that had "
                "opened a library; start it anew, as multiprocessing does with 'spawn'."
            )
        Database._used_in = os.getpid()

    def close(self) -> None:
        """Close both connections; the database can be used again and opens new ones."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = self._opened = None
        self._locking = True
        self._on_close()

    def _close_if_replaced(self) -> None:
        """Leave a file that was removed, and perhaps made anew: a connection to it would read and write a ghost."""
        if self._opened not in (None, self._mark()):
            self.close()

    def _mark(self) -> Mark | None:
        return mark(self.path, locking=self._locking)

    @contextmanager
    def locked(self, *, wait: float | None = None) -> Iterator[None]:
        """The writer's lock, which no other process holds meanwhile; the same thread may take it again inside."""
        with self._lock.held() if wait is None else self._lock.held(wait=wait):
            yield

    def _open_reader(self) -> apsw.Connection:
        self._locking = True
        try:
            connection = connect(self.path, self._check_format, locking=True)
            self._opened = self._mark()
        except (apsw.ReadOnlyError, apsw.CantOpenError):
            if log_size(self.path):
                raise
            self._locking = False
            self._opened = self._mark()  # before anything is read
            connection = connect(self.path, self._check_format, locking=False)
        return connection

    def _open_writer(self) -> apsw.Connection:
        if not self.exists:
            self._create()
        connection = open_checked(str(self.path), apsw.SQLITE_OPEN_READWRITE, wait_ms=_WAIT_MS)
        if self._check_format(connection) < FORMAT:
            upgrade(connection)
        self._opened = self._mark()
        connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON")
        return connection

    def _create(self) -> None:
        """Make the empty tables aside and move them into place: half of them would be no library, and in the way."""
        for unfinished in self.path.parent.glob(f"{NEW_FILE}*"):
            unfinished.unlink()
        aside = self.path.with_name(NEW_FILE)
        connection = apsw.Connection(str(aside), vfs=checked_files())
        try:
            reserve(connection)
            connection.pragma("journal_mode", "wal")
            connection.execute(f"BEGIN; {TABLES}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; COMMIT")
            # Closing moves the log into the file too, but does not say where that fails.
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()
        aside.rename(self.path)

    def _check_format(self, connection: apsw.Connection) -> int:
        """The format; raises the error that says why the file cannot be used."""
        if connection.pragma("application_id") != APPLICATION_ID:
            raise NotALibrary(f"{self.path} is an SQLite file, but not a library of this tool.")
        version = connection.pragma("user_version")
        if version > FORMAT:
            raise FormatTooNew(
                f"The library in {self.path.parent} has format {version}, and this version of article-qa reads up to "
                f"{FORMAT}; update article-qa."
            )
        if version >= FORMAT_WITH_CHECKSUMS and not has_checksums(connection):
            raise corrupt(self.path.parent, "its page checksums are switched off")
        if not is_expected(connection):
            raise corrupt(self.path.parent, "its tables are not those that this tool makes")
        if self._is_cut_off(connection):
            raise corrupt(self.path.parent, "its end is missing")
        if version >= FORMAT_WITH_CHECKSUMS and log_size(self.path) and not self._fits_log(connection):
            raise corrupt(self.path.parent, "its file and the log beside it do not fit together")
        return int(version)

    def _fits_log(self, connection: apsw.Connection) -> bool:
        """Whether file and log are of one library: SQLite takes any log by the right name, and mixes pages of two."""
        return is_one_library(connection) and (
            size(self.path) > _LOOKED_THROUGH or connection.execute("PRAGMA integrity_check(1)").get == "ok"
        )

    def _is_cut_off(self, connection: apsw.Connection) -> bool:
        """Whether the file lacks its end: half a page is read as if zeros followed, and its checksum is not looked at.

        While there is a log, the end may be there.
        """
        with _transaction(connection, "DEFERRED"):  # so that nobody makes the file smaller meanwhile
            whole: int = connection.pragma("page_count") * connection.pragma("page_size")
            return size(self.path) < whole and log_size(self.path) == 0


@contextmanager
def savepoint(connection: apsw.Connection) -> Iterator[None]:
    """A part of a transaction that leaves nothing of itself where it fails."""
    _refuse_if_undone(connection)
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part; RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextmanager
def _transaction(connection: apsw.Connection, kind: str) -> Iterator[None]:
    """Undo what was not committed at the end, unless SQLite has done so itself, as it does where the disk is full."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_if_undone(connection: apsw.Connection) -> None:
    """Without its transaction each further statement would be a change of its own."""
    if not connection.in_transaction:
        raise LibraryError("An error undid this transaction, so nothing of it can be stored; begin it again.")


def open_existing(folder: Path) -> Database:
    """The database of a library that is there, for what needs no model; raises LibraryNotFound where there is none."""
    database = Database(folder)
    if not database.exists:
        raise LibraryNotFound(f"There is no library in {folder}; name one that exists, or add articles first.")
    return database
