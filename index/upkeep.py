"""What looks after a library by its files alone: it needs no model, and takes a library that any model made."""

from __future__ import annotations

from pathlib import Path

import apsw

from index import records
from index.database import Database
from index.errors import FormatTooNew, LibraryCorrupt, NotALibrary
from index.facts import next_generation
from index.folders import open_existing
from index.identity import stored_identity
from index.integrity import Damage, find_damage
from index.leftovers import remove_leftovers
from index.vector_cache import VectorCache, find_cache_damage, warned_if_not_saved


def check(folder: Path) -> list[Damage]:
    """All that is damaged, by reading everything; raises LibraryNotFound, and LibraryCorrupt where nothing opens."""
    database = open_existing(folder)
    try:
        with database.reading() as connection:
            return all_damage(connection, folder)
    finally:
        database.close()


def all_damage(connection: apsw.Connection, folder: Path) -> list[Damage]:
    """What is damaged in a library and in the files beside it."""
    return find_damage(connection) + find_cache_damage(connection, folder)


def is_whole(folder: Path) -> bool:
    """Whether nothing is damaged but perhaps what lies beside the library's file; raises LibraryNotFound."""
    database = open_existing(folder)
    try:
        with database.reading() as connection:
            return not find_damage(connection)
    except (LibraryCorrupt, NotALibrary, FormatTooNew):  # a damaged header says one or the other
        return False
    finally:
        database.close()


def mend_cache(folder: Path) -> bool:
    """Write the cache of vectors of a whole library anew, if it is damaged; returns whether it was damaged."""
    database = open_existing(folder)
    try:
        with database.reading() as connection:
            is_damaged = bool(find_cache_damage(connection, folder))
        if is_damaged:
            with database.locked():
                VectorCache(folder, 0).discard()
                save_vectors(database)
        return is_damaged
    finally:
        database.close()


def compact(folder: Path) -> None:
    """Write all files anew, without a trace of removed articles; raises LibraryNotFound, or LibraryLocked as below."""
    database = open_existing(folder)
    try:
        with database.locked():
            with database.writing() as connection:
                identity = stored_identity(connection)
            vectors = VectorCache(folder, identity.fingerprint.dimension if identity else 0)
            compact_files(database, vectors)
            save_vectors(database)
    finally:
        database.close()


def compact_files(database: Database, vectors: VectorCache) -> None:
    """The same without the cache of vectors, which is removed; raises LibraryLocked while others read."""
    with database.writing() as connection:
        records.forget_deleted_words(connection)
        next_generation(connection)
    database.vacuum()
    vectors.discard()
    remove_leftovers(database.path.parent)


def save_vectors(database: Database) -> None:
    """Write the cache of vectors of a library, so that no search has to make it first."""
    folder = database.path.parent
    with warned_if_not_saved(folder), database.writing() as connection:
        identity = stored_identity(connection)
        if identity is not None:
            VectorCache(folder, identity.fingerprint.dimension).save(connection)
