"""The SQLite file of a library: one writer at a time, any number of readers, each on one snapshot.

SQLite comes from apsw, which bundles a current one: versions before 3.51.3 can lose commits when several connections
share a write-ahead log. Only the writer commits or checkpoints; readers open the file read-only. Each page carries a
checksum, see `index.page_checksums`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import apsw

from index.errors import LibraryForked, LibraryLocked
from index.opening import check_format, create
from index.page_checksums import open_checked, trust_pages
from index.read_connection import Mark, connect, is_about_sharing, log_size, mark
from index.replacing import finish, is_unfinished
from index.schema import FORMAT, format_of
from index.sqlite_errors import translated
from index.transactions import refuse_if_undone, transaction
from index.upgrade import upgrade
from index.write_lock import WriteLock

DATABASE_FILE = "library.sqlite"
_WAIT_MS = 5000
_WAIT_TO_COMPACT_MS = 30_000  # for readers of the old pages: many that search all the time leave few moments
_WAIT_FOR_READERS_MS = 500  # after each commit; a search is over in less, and who reads longer must not hold up an add
_TRIES = 5  # to open a file that others replace meanwhile, which takes hours or moments, but not twice in a moment


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
        self._locking = True  # whether they lock it; they cannot where nothing can be written
        self._is_read_for_long = False  # whether somebody read the log for longer than a commit waited
        self._reader: apsw.Connection | None = None
        self._writer: apsw.Connection | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here.

        While it is replaced the file may lack its name for a moment, and have it again before the next look.
        """
        return self.path.is_file() or is_unfinished(self.path) or self.path.is_file()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """One snapshot: every query inside sees the library as it was at the first one."""
        self.refuse_in_fork()
        with translated(self.path), self._snapshot() as connection:
            yield connection
            if not self._locking and self._opened != self._mark():
                raise LibraryLocked(f"The library in {self.path.parent} was changed while it was read; try again.")

    @contextmanager
    def _snapshot(self) -> Iterator[apsw.Connection]:
        """A transaction that has read already, in the file that has the library's name at that moment."""
        for _ in range(_TRIES):
            if is_unfinished(self.path):
                with self.locked():
                    pass  # which finishes it
            self._close_if_replaced()
            reader = self._reader = self._reader or self._open_reader()
            with transaction(reader):
                reader.pragma("schema_version")  # only the first read takes the snapshot
                if self._opened == self._mark():
                    yield reader
                    return
            self.close()
        raise LibraryLocked(f"The library in {self.path.parent} is being replaced; try again in a moment.")

    @contextmanager
    def writing(self, *, wait: float | None = None) -> Iterator[apsw.Connection]:
        """One transaction, all or nothing, under the writer's lock, for which it waits `wait` seconds."""
        with translated(self.path), self.locked(wait=wait):
            writer = self._ready_writer()
            with transaction(writer, "IMMEDIATE"):
                yield writer
                refuse_if_undone(writer)
                writer.execute("COMMIT")
            self._settle(writer)

    @contextmanager
    def reading_whatever(self) -> Iterator[apsw.Connection]:
        """One snapshot of a damaged file, whose pages are read whatever their checksums say."""
        self.refuse_in_fork()
        with translated(self.path):
            connection = open_checked(str(self.path), apsw.SQLITE_OPEN_READONLY)
            try:
                trust_pages(connection)
                with transaction(connection):
                    yield connection
            finally:
                connection.close()

    def vacuum(self) -> None:
        """Write the file anew, without what was deleted; raises LibraryLocked while others read the old pages."""
        with translated(self.path), self.locked():
            writer = self._ready_writer()
            writer.execute("VACUUM")
            writer.set_busy_timeout(_WAIT_TO_COMPACT_MS)
            try:
                writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            finally:
                writer.set_busy_timeout(_WAIT_MS)

    def _settle(self, writer: apsw.Connection) -> None:
        """Move what was committed from the log into the file, before anybody is told that it is stored.

        Of a damaged log SQLite silently drops everything behind the damage; a damaged file it refuses. Where others
        read the log just now, or the file cannot grow, the next change moves it.
        """
        writer.set_busy_timeout(0 if self._is_read_for_long else _WAIT_FOR_READERS_MS)
        try:
            writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._is_read_for_long = False
        except apsw.BusyError:  # it has moved what nobody reads, and each article is not to wait for the same reader
            self._is_read_for_long = True
        except (apsw.FullError, apsw.IOError):
            pass
        finally:
            writer.set_busy_timeout(_WAIT_MS)

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
        """None also while the file is being replaced: its log may be gone already."""
        return None if is_unfinished(self.path) else mark(self.path, locking=self._locking)

    @contextmanager
    def locked(self, *, wait: float | None = None) -> Iterator[None]:
        """The writer's lock, which no other process holds meanwhile; the same thread may take it again inside."""
        self.refuse_in_fork()
        with self._lock.held() if wait is None else self._lock.held(wait=wait):
            if is_unfinished(self.path):  # somebody was stopped
                finish(self.path)
            yield

    def _open_reader(self) -> apsw.Connection:
        """The mark is taken before: a file that is replaced while it is opened differs afterwards."""
        self._locking = True
        try:
            self._remember(self._mark())
            return connect(self.path, self._check, locking=True)
        except apsw.Error as error:
            if not is_about_sharing(error) or log_size(self.path):
                raise
            self._locking = False
            self._remember(self._mark())
            return connect(self.path, self._check, locking=False)

    def _ready_writer(self) -> apsw.Connection:
        self._close_if_replaced()
        if self._writer is None:
            self._writer = self._open_writer()
        return self._writer

    def _open_writer(self) -> apsw.Connection:
        if not self.exists:
            create(self.path)
        connection = self._connect_writer()
        if format_of(connection) < FORMAT:
            connection.close()
            upgrade(self.path)
            self.close()  # the reader's connection too: it sees the old file
            connection = self._connect_writer()
        self._remember(self._mark())
        connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON")
        return connection

    def _connect_writer(self) -> apsw.Connection:
        connection = open_checked(str(self.path), apsw.SQLITE_OPEN_READWRITE, wait_ms=_WAIT_MS)
        try:
            self._check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: apsw.Connection) -> None:
        check_format(connection, self.path)

    def _remember(self, mark: Mark | None) -> None:
        """Which file the connections see; one to another file is closed first."""
        if self._opened not in (None, mark):
            locking = self._locking
            self.close()
            self._locking = locking
        self._opened = mark
