"""Dense search: a FAISS index of unit vectors, and its file, which is a cache of what the library stores.

Up to `EXACT` vectors each question is compared with all. More are sorted into cells (k-means), a question is compared
with those in the nearest cells, and four bits a component are kept: an eighth of the memory, in time that hardly grows.
What is found that way is to be compared again with what the library stores. Kind and settings were chosen by
`tests/bench/growth.py`.

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

EXACT = 100_000
"""Vectors up to which a question is compared with all."""
SAMPLE = 65_536
"""Vectors that cells are made after, where there are so many."""
_CELLS = 1024
_LOOKED_INTO = 128  # cells


class VectorIndex:
    """Passage ids by inner product of their unit vectors.

    Not safe for a search during an `add` or `remove`.
    """

    def __init__(self, dimension: int, *, is_exact: bool = True) -> None:
        """An empty index of vectors with `dimension` components."""
        self.dimension = dimension
        self._index: Any = _exact(dimension) if is_exact else _in_cells(dimension)

    @property
    def is_exact(self) -> bool:
        """Whether a question is compared with all vectors, and the cosines are theirs and no estimates."""
        return isinstance(self._index, faiss.IndexIDMap2)

    def __len__(self) -> int:
        """The number of vectors."""
        return int(self._index.ntotal)

    @property
    def ids(self) -> Ids:
        """The ids of all vectors, shape (n,)."""
        if self.is_exact:
            return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)
        cells = self._index.invlists
        held = [faiss.rev_swig_ptr(cells.get_ids(cell), cells.list_size(cell)) for cell in range(cells.nlist)]
        return np.concatenate(held).astype(np.int64)

    @property
    def is_trained(self) -> bool:
        """Whether vectors can be added: an index in cells must be trained first."""
        return bool(self._index.is_trained)

    def train(self, vectors: Vectors) -> None:
        """Make the cells after vectors of shape (n, dimension), which should be `SAMPLE` of all those to come."""
        self._index.train(self._checked(vectors))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add rows of shape (n, dimension) under ids of shape (n,) that are not in the index yet."""
        self._index.add_with_ids(self._checked(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of those ids; ids that are not there are passed over."""
        self._index.remove_ids(ids)

    def search(self, vectors: Vectors, limit: int, allowed: Ids | None = None) -> list[list[tuple[int, float]]]:
        """For each row the (id, cosine similarity) of its nearest `limit` passages, best first, ties by id.

        With `allowed` only those passages are compared. Unless the index is exact, the cosines are estimates, and a few
        of the nearest may be missing.
        """
        count = min(limit, len(self) if allowed is None else len(allowed))
        if count == 0 or not len(vectors):
            return [[] for _ in range(len(vectors))]
        scores, ids = self._index.search(self._checked(vectors), count, params=self._only(allowed))
        # FAISS pads with the id -1 where it finds too few, as it does for a query that holds a NaN.
        rows = [
            [(int(id_), float(score)) for id_, score in zip(*row, strict=True) if id_ >= 0]
            for row in zip(ids, scores, strict=True)
        ]
        return [sorted(row, key=lambda found: (-found[1], found[0])) for row in rows]

    def _only(self, allowed: Ids | None) -> Any:
        """FAISS's way to leave out what is not allowed; the few that are may lie in any cell, so it looks into all."""
        if allowed is None:
            return None
        parameters: Any = faiss.SearchParameters if self.is_exact else faiss.SearchParametersIVF
        cells = {} if self.is_exact else {"nprobe": _CELLS}
        return parameters(sel=faiss.IDSelectorBatch(allowed), **cells)

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
        loaded = cls(dimension)
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    return None
                file.seek(0)  # the same file, though another may have its name by now
                reader = faiss.PyCallbackIOReader(file.read)  # type: ignore[attr-defined]  # FAISS's stubs lack it
                loaded._index = faiss.read_index(reader)
        except (OSError, RuntimeError):  # also one that another version of FAISS has written
            return None
        if not loaded.is_exact:
            loaded._index.nprobe = _LOOKED_INTO  # whatever it was when the file was written
        return loaded if loaded._index.d == dimension else None


def _exact(dimension: int) -> Any:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _in_cells(dimension: int) -> Any:
    index: Any = faiss.index_factory(dimension, f"IVF{_CELLS},SQ4", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = _LOOKED_INTO
    return index
