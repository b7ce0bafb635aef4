"""The vectors in memory and in their file, kept equal to what the library stores."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import numpy as np

from index import facts, vector_rows
from index.errors import LibraryError
from index.files import file_hash
from index.integrity import Damage
from index.vectors import EXACT, SAMPLE, VectorIndex

logger = logging.getLogger(__name__)

VECTORS_FILE = "vectors.faiss"
_SMALL = 10_000  # vectors whose file is written after every change: it takes a tenth of a second
_LARGEST_LAG = 10  # one in so many
_CHUNK = 10_000  # vectors read at a time, so that a rebuild does not hold two copies of all
_FEWER = 0.8  # of `EXACT`: a library that goes back and forth about it is not sorted each time


class VectorCache:
    """A `VectorIndex` that follows the library's generation; its file only saves the time of building it."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Nothing is read before the first `at`."""
        self._path = folder / VECTORS_FILE
        self._dimension = dimension
        self._index: VectorIndex | None = None
        self._library: str | None = None  # whose vectors `_index` holds
        self._generation = -1  # of that library, which `_index` is equal to
        self._size = 0  # see `sorted_size`
        self._lag = 0  # passages by which the file differs

    def at(self, connection: apsw.Connection) -> VectorIndex:
        """The index of exactly the passages that `connection` sees."""
        generation, library = facts.generation(connection), facts.library_id(connection)
        if library != self._library:  # a repaired one counts anew, and gives the same ids to other passages
            self.forget()
        if self._index is None or generation != self._generation:
            size = sorted_size(vector_rows.count(connection), self._size)
            if self._index is None or size != self._size:
                self._index = self._load(connection)
            self._catch_up(connection, self._index)
            self._library, self._generation = library, generation
        return self._index

    @property
    def seen(self) -> tuple[str | None, int]:
        """The library and its generation that the index is equal to; of generation -1 before there is one."""
        return self._library, self._generation

    def forget(self) -> None:
        """Read all anew at the next `at`: after a rollback the passages of what was undone must not stay."""
        self._index = None
        self._library = None
        self._generation = -1
        self._size = self._lag = 0

    def discard(self) -> None:
        """Remove the file, and read all anew; raises LibraryError where it cannot be removed."""
        self.forget()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise LibraryError(f"{self._path} cannot be removed ({error.strerror}); remove it yourself.") from error

    def prepare(self, connection: apsw.Connection) -> bool:
        """Whether `save` has something to write; what it needs is made, without the writer's lock: it takes seconds."""
        if self._index is None and self._is_file_near(connection):
            return False
        index = self.at(connection)
        return not _is_near(self._lag, len(index))

    def save(self, connection: apsw.Connection) -> None:
        """Write the file and record its hash; `connection` is inside a writer's transaction.

        A large file is only written where a tenth of it is out of date: what it lacks is read from the library, which
        takes moments.
        """
        if not self.prepare(connection):
            return
        index = self.at(connection)
        sha256 = index.save(self._path)
        for name, value in {
            "vectors_sha256": sha256,
            "vectors_library": self._library,
            "vectors_generation": str(self._generation),
            "vectors_count": str(len(index)),
            "vectors_highest": str(index.ids.max(initial=0)),
            "vectors_size": str(self._size),
        }.items():
            if value is not None:
                facts.set_fact(connection, name, value)
        vector_rows.forget_removed_ids(connection)
        self._lag = 0

    def _is_file_near(self, connection: apsw.Connection) -> bool:
        """Whether the file lags little behind, told without reading it: at a million passages it has 200 MB."""
        count = facts.get_number(connection, "vectors_count")
        since = facts.get_number(connection, "vectors_generation", -1)
        if not (self._is_ours(connection) and self._path.exists() and since >= 0):
            return False
        size = facts.get_number(connection, "vectors_size")
        if size != sorted_size(vector_rows.count(connection), size):
            return False
        lag = vector_rows.count_changed(connection, since, above=facts.get_number(connection, "vectors_highest"))
        return lag is not None and _is_near(lag, count)

    def _is_ours(self, connection: apsw.Connection) -> bool:
        """Whether the file was written for this library, and not for the one that it was made from."""
        return facts.get_fact(connection, "vectors_library") == facts.library_id(connection)

    def _load(self, connection: apsw.Connection) -> VectorIndex:
        """What the file holds, if it is of the right kind, or an empty index."""
        self._generation, self._lag = -1, 0
        saved = facts.get_number(connection, "vectors_size")
        self._size = sorted_size(vector_rows.count(connection), saved)
        digest = facts.get_fact(connection, "vectors_sha256") if self._is_ours(connection) else None
        if digest and saved == self._size:
            loaded = VectorIndex.load(self._path, dimension=self._dimension, sha256=digest)
            if loaded is not None:
                self._generation = facts.get_number(connection, "vectors_generation", -1)
                return loaded
        return VectorIndex(self._dimension, is_exact=self._size == 0)

    def _catch_up(self, connection: apsw.Connection, index: VectorIndex) -> None:
        """Make the ids equal to those stored; an id is never used twice, so equal ids mean equal vectors."""
        held = index.ids
        gone = vector_rows.removed_ids(connection, self._generation)
        if gone is None:  # the index is older than what is remembered, or empty
            stored = vector_rows.passage_ids(connection)
            gone = np.setdiff1d(held, stored, assume_unique=True)
            missing = np.setdiff1d(stored, held, assume_unique=True)
        else:
            missing = vector_rows.passage_ids(connection, above=int(held.max(initial=0)))
        if len(gone):
            index.remove(gone)
        if len(missing) and not index.is_trained:
            sample = missing[:: -(-len(missing) // SAMPLE)]  # of all times: topics change as a library grows
            index.train(vector_rows.load_vectors(connection, sample, self._dimension))
        for first in range(0, len(missing), _CHUNK):
            ids = missing[first : first + _CHUNK]
            index.add(ids, vector_rows.load_vectors(connection, ids, self._dimension))
        self._lag += len(gone) + len(missing)


@contextmanager
def warned_if_not_saved(folder: Path) -> Iterator[None]:
    """What keeps the file from being written within is only told: without it the next opening takes longer."""
    try:
        yield
    except (LibraryError, OSError) as error:
        logger.warning("The vectors of %s could not be saved, so the next search takes longer: %s", folder, error)


def sorted_size(count: int, held: int) -> int:
    """The number of vectors up to which an index in cells, made for so many, is good; 0 for an exact one.

    `held` is that of an index which is there and stays where it is good enough: new cells are made when there are
    more vectors than it is good for, and none are needed any more when there are much fewer.
    """
    if count <= EXACT and (held == 0 or count <= _FEWER * EXACT):
        return 0
    return held if count <= held else 1 << count.bit_length()


def _is_near(lag: int, count: int) -> bool:
    """Whether a file of so many vectors need not be written, which lags so many behind."""
    return count > _SMALL and lag * _LARGEST_LAG < count


def find_cache_damage(connection: apsw.Connection, folder: Path) -> list[Damage]:
    """The file, where it is there and is not the one that was saved; it is made again at the next search."""
    path = folder / VECTORS_FILE
    digest = facts.get_fact(connection, "vectors_sha256")
    if digest is None or not path.exists():
        return []
    if not path.is_file():
        return [Damage(None, f"{path} is no file, but has the place of a cache; delete it.")]
    if file_hash(path) == digest:
        return []
    return [Damage(None, f"{path} is not what was saved; nothing is lost by that, and qa repair makes it anew.")]
