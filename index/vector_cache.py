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
from index.vectors import EXACT, SAMPLE, Ids, VectorIndex

logger = logging.getLogger(__name__)

VECTORS_FILE = "vectors.faiss"
_SMALL = 10_000  # vectors whose file is written after every change: it takes a tenth of a second
_LARGEST_LAG = 10  # one in so many


class VectorCache:
    """A `VectorIndex` that follows the library's generation; its file only saves the time of building it."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Nothing is read before the first `at`."""
        self._path = folder / VECTORS_FILE
        self._dimension = dimension
        self._index: VectorIndex | None = None
        self._library: str | None = None  # whose vectors `_index` holds
        self._generation = -1  # of that library, which `_index` is equal to
        self._lag = 0  # passages by which the file differs

    def at(self, connection: apsw.Connection) -> VectorIndex:
        """The index of exactly the passages that `connection` sees."""
        generation, library = facts.generation(connection), facts.library_id(connection)
        if library != self._library:  # a repaired one counts anew, and gives the same ids to other passages
            self.forget()
        if self._index is None:
            self._index = self._load(connection)
            self._library = library
        if generation != self._generation:
            self._catch_up(connection, self._index)
            self._generation = generation
        if self._index.is_exact != is_exact(len(self._index)):
            self._index = self._rebuilt(connection)
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
        self._lag = 0

    def discard(self) -> None:
        """Remove the file, and read all anew; raises LibraryError where it cannot be removed."""
        self.forget()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise LibraryError(f"{self._path} cannot be removed ({error.strerror}); remove it yourself.") from error

    def save(self, connection: apsw.Connection) -> None:
        """Write the file and record its hash; `connection` is inside a writer's transaction.

        A large file is only written where a tenth of it is out of date: what it lacks is read from the library, which
        takes moments.
        """
        if self._index is None and self._is_file_near(connection):
            return
        index = self.at(connection)
        if _is_near(self._lag, len(index)):
            return
        sha256 = index.save(self._path)
        for name, value in {
            "vectors_sha256": sha256,
            "vectors_library": self._library,
            "vectors_generation": str(self._generation),
            "vectors_count": str(len(index)),
            "vectors_highest": str(index.ids.max(initial=0)),
        }.items():
            if value is not None:
                facts.set_fact(connection, name, value)
        vector_rows.forget_removed_ids(connection)
        self._lag = 0

    def _is_file_near(self, connection: apsw.Connection) -> bool:
        """Whether the file lags little behind, told without reading it: at a million passages it has gigabytes."""
        count = facts.get_number(connection, "vectors_count")
        since = facts.get_number(connection, "vectors_generation", -1)
        if not (self._is_ours(connection) and self._path.exists() and since >= 0):
            return False
        lag = vector_rows.count_changed(connection, since, above=facts.get_number(connection, "vectors_highest"))
        is_right = is_exact(count) == is_exact(vector_rows.count(connection))
        return lag is not None and _is_near(lag, count) and is_right

    def _is_ours(self, connection: apsw.Connection) -> bool:
        """Whether the file was written for this library, and not for the one that it was made from."""
        return facts.get_fact(connection, "vectors_library") == facts.library_id(connection)

    def _load(self, connection: apsw.Connection) -> VectorIndex:
        """What the file holds, or an empty index."""
        digest = facts.get_fact(connection, "vectors_sha256") if self._is_ours(connection) else None
        loaded = VectorIndex.load(self._path, dimension=self._dimension, sha256=digest) if digest else None
        if loaded is None:
            return VectorIndex(self._dimension, is_exact=is_exact(vector_rows.count(connection)))
        self._generation = facts.get_number(connection, "vectors_generation", -1)
        return loaded

    def _rebuilt(self, connection: apsw.Connection) -> VectorIndex:
        """An index of the kind that so many vectors want, made of what is stored."""
        logger.info("Sorting the vectors of %s anew for their number", self._path.parent)
        ids = vector_rows.passage_ids(connection)
        index = VectorIndex(self._dimension, is_exact=is_exact(len(ids)))
        self._add(connection, index, ids)
        self._lag = len(ids)
        return index

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
        self._add(connection, index, missing)
        self._lag += len(gone) + len(missing)

    def _add(self, connection: apsw.Connection, index: VectorIndex, ids: Ids) -> None:
        """Add stored vectors, so many at a time that no second copy of all is held."""
        for first in range(0, len(ids), SAMPLE):
            some = ids[first : first + SAMPLE]
            index.add(some, vector_rows.load_vectors(connection, some, self._dimension))


@contextmanager
def warned_if_not_saved(folder: Path) -> Iterator[None]:
    """What keeps the file from being written within is only told: without it the next opening takes longer."""
    try:
        yield
    except (LibraryError, OSError) as error:
        logger.warning("The vectors of %s could not be saved: %s", folder, error)


def is_exact(count: int) -> bool:
    """Whether so many vectors are each compared with a question."""
    return count <= EXACT


def _is_near(lag: int, count: int) -> bool:
    """Whether a file of so many vectors need not be written, which lags so many behind."""
    return count > _SMALL and lag * _LARGEST_LAG < count


def find_cache_damage(connection: apsw.Connection, folder: Path) -> list[Damage]:
    """The file, where it is there and is not the one that was saved; it is made again at the next search."""
    path = folder / VECTORS_FILE
    digest = facts.get_fact(connection, "vectors_sha256")
    if digest is None or not path.exists() or file_hash(path) == digest:
        return []
    return [Damage(None, f"{path} is not what was saved; it is only a cache, and made again when needed.")]
