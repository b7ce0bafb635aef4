"""Access to a library's file and its vectors in memory: who may read or write when, among threads and processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from index.database import Database
from index.embedder import Fingerprint
from index.errors import LibraryError, LibraryReadOnly
from index.facts import next_generation
from index.identity import settle_identity
from index.passages import PassageSettings
from index.transactions import savepoint
from index.upkeep import compact_files
from index.vector_cache import VectorCache, warned_if_not_saved


class Access:
    """One writer of all threads and processes, and readers that each see one snapshot."""

    def __init__(self, folder: Path, fingerprint: Fingerprint, settings: PassageSettings, *, read_only: bool) -> None:
        """Nothing is opened yet; the model and the settings are recorded with the first change."""
        self.vectors = VectorCache(folder, fingerprint.dimension)
        self._folder = folder
        self._fingerprint = fingerprint
        self._settings = settings
        self._read_only = read_only
        self._database = Database(folder, on_close=self.vectors.forget)
        self._writers = threading.RLock()
        self._lock = threading.RLock()  # of what is in memory; taken after `_writers`, never before
        self._transaction: apsw.Connection | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether a change is open, of which nobody else sees anything yet."""
        return self._transaction is not None

    def close(self) -> None:
        """Close the files; a forked child leaves its parent's alone."""
        if self._database.is_forked:  # a thread of the parent may have held the lock, which nobody here gives back
            return
        with self._lock:
            self._database.close()

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """The writer's connection inside a transaction: a new one, or the one that is open already."""
        self.refuse_if_read_only()
        with self._alone(), self._forgetting_what_fails():
            if self._transaction is not None:
                with savepoint(self._transaction):
                    yield self._transaction
                    next_generation(self._transaction)
                return
            with self._database.writing() as connection:
                settle_identity(connection, self._folder, self._fingerprint, self._settings)
                self._transaction = connection
                try:
                    yield connection
                    next_generation(connection)
                finally:
                    self._transaction = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The only writer of all threads and processes; questions go on while it waits for the others."""
        self._database.refuse_in_fork()
        with self._writers, self._database.locked(), self._lock:
            yield

    @contextmanager
    def _forgetting_what_fails(self) -> Iterator[None]:
        """A search inside a transaction puts its vectors in memory, where a rollback does not reach."""
        before = self.vectors.seen
        try:
            yield
        except BaseException:
            if self.vectors.seen != before:
                self.vectors.forget()
            raise

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection | None]:
        """One snapshot, or None while nothing was ever stored; inside a transaction, what it has changed so far."""
        self._database.refuse_in_fork()  # before the lock, which a thread of the parent may have held
        with self._lock:
            if self._transaction is not None:
                yield self._transaction
            elif not self._database.exists:
                yield None
            else:
                with self._database.reading() as connection:
                    yield connection

    def compact(self) -> None:
        """Write all files anew, without a trace of removed articles; raises LibraryLocked while others read."""
        self.refuse_if_read_only()
        with self._alone():
            if self._transaction is not None:
                raise LibraryError(f"The library in {self._folder} is inside a transaction; compact it afterwards.")
            if not self._database.exists:
                return
            compact_files(self._database, self.vectors)
        self.save_vectors()

    def save_vectors(self) -> None:
        """Write the cache of vectors, unless a transaction is open, which does so when it ends."""
        with warned_if_not_saved(self._folder):
            with self.reading() as connection:
                if connection is None or self._transaction is not None or not self.vectors.prepare(connection):
                    return
            with self._alone(), self._database.writing() as connection:
                self.vectors.save(connection)

    def refuse_if_read_only(self) -> None:
        """Raise LibraryReadOnly where nothing may be changed."""
        if self._read_only:
            raise LibraryReadOnly(f"The library in {self._folder} may only be read; name another one to add to.")
