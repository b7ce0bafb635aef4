"""Vectors as rows: which a library stores, and which are gone, for an index in memory that follows it."""

from __future__ import annotations

import apsw
import numpy as np

from index.embedder import Vectors
from index.facts import generation, get_number, set_fact
from index.records import damaged_passage
from index.schema import FORMAT_WITH_CHECKSUMS, format_of
from index.vectors import Ids


def count(connection: apsw.Connection) -> int:
    """How many passages there are."""
    return int(connection.execute("SELECT count(*) FROM passages").get)


def passage_ids(connection: apsw.Connection, *, above: int = 0) -> Ids:
    """The ids of all passages, or of those above one, ascending."""
    rows = connection.execute("SELECT id FROM passages WHERE id > ? ORDER BY id", (above,))
    return np.array([id_ for (id_,) in rows], dtype=np.int64)


def removed_ids(connection: apsw.Connection, since: int) -> Ids | None:
    """The ids of the passages removed after generation `since`; None where that is longer ago than is remembered."""
    if not _remembers(connection, since):
        return None
    rows = connection.execute("SELECT passage FROM removed WHERE generation > ? ORDER BY passage", (since,))
    return np.array([id_ for (id_,) in rows], dtype=np.int64)


def count_changed(connection: apsw.Connection, since: int, *, above: int) -> int | None:
    """How many passages were removed after generation `since`, and have ids above one; None as in `removed_ids`."""
    if not _remembers(connection, since):
        return None
    removed = connection.execute("SELECT count(*) FROM removed WHERE generation > ?", (since,)).get
    new = connection.execute("SELECT count(*) FROM passages NOT INDEXED WHERE id > ?", (above,)).get
    return int(removed) + int(new)


def _remembers(connection: apsw.Connection, since: int) -> bool:
    """Whether every passage that was removed after a generation is remembered."""
    known_since = get_number(connection, "removed_since")
    return format_of(connection) >= FORMAT_WITH_CHECKSUMS and since >= known_since


def forget_removed_ids(connection: apsw.Connection) -> None:
    """Remember removed passages only from now on."""
    connection.execute("DELETE FROM removed")
    set_fact(connection, "removed_since", str(generation(connection)))


def load_vectors(connection: apsw.Connection, ids: Ids, dimension: int) -> Vectors:
    """The stored vectors of those passages, shape (len(ids), dimension)."""
    vectors = np.empty((len(ids), dimension), dtype=np.float32)
    for place, id_ in enumerate(ids.tolist()):
        data = connection.execute("SELECT vector FROM passages WHERE id = ?", (id_,)).get
        if not isinstance(data, bytes) or len(data) != 4 * dimension:
            raise damaged_passage(id_)
        vectors[place] = np.frombuffer(data, dtype="<f4")
    return vectors
