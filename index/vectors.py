"""Dense search: an exact FAISS index of unit vectors, and its file, which is a cache of what the library stores.

A FAISS file has no checksum of its own, and a flipped bit gives silently wrong results: so the file is written aside,
flushed, moved into place, and only read again where its SHA-256 is the one that the library recorded.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.embedder import Vectors
from index.files import flush_folder

Ids = npt.NDArray[np.int64]


class VectorIndex:
    """Passage ids by inner product of their unit vectors: exact, since articles are removed and libraries are small.

    Not safe for a search during an `add` or `remove`: a library searches one index and changes another.
    """

    def __init__(self, dimension: int) -> None:
        """An empty index of vectors with `dimension` components."""
        self.dimension = dimension
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        """The number of vectors."""
        return int(self._index.ntotal)

    @property
    def ids(self) -> Ids:
        """The ids of all vectors, shape (n,)."""
        return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add rows of shape (n, dimension) under ids of shape (n,) that are not in the index yet."""
        self._index.add_with_ids(self._checked(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of those ids; ids that are not there are passed over."""
        self._index.remove_ids(ids)

    def search(self, vectors: Vectors, limit: int) -> list[list[tuple[int, float]]]:
        """For each row the (id, cosine similarity) of its nearest `limit` passages, best first, ties by id."""
        count = min(limit, len(self))
        if count == 0 or not len(vectors):
            return [[] for _ in range(len(vectors))]
        scores, ids = self._index.search(self._checked(vectors), count)
        # FAISS pads with the id -1 where it finds too few, as it does for a query that holds a NaN.
        rows = [
            [(int(id_), float(score)) for id_, score in zip(*row, strict=True) if id_ >= 0]
            for row in zip(ids, scores, strict=True)
        ]
        return [sorted(row, key=lambda found: (-found[1], found[0])) for row in rows]

    def _checked(self, vectors: Vectors) -> Vectors:
        """FAISS checks the shape by an `assert`, which `python -O` removes."""
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"Vectors of shape {vectors.shape} do not fit an index of dimension {self.dimension}.")
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def save(self, path: Path) -> str:
        """Write the index to `path` in one move and return the file's SHA-256."""
        data = faiss.serialize_index(self._index).tobytes()
        aside = path.with_suffix(".tmp")
        try:
            aside.unlink(missing_ok=True)  # there is one writer: one that was killed left it, or it is somebody's link
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
            flush_folder(path.parent)
        finally:
            aside.unlink(missing_ok=True)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, path: Path, *, dimension: int, sha256: str) -> VectorIndex | None:
        """The index in `path`, or None where the file is missing, is not the one that was saved, or cannot be read."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
        loaded = cls(dimension)
        try:
            loaded._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError:  # written by another version of FAISS
            return None
        return loaded if loaded._index.d == dimension else None
