"""Putting a library that was made anew, in a folder of its own, in the place of the one it was made from."""

from __future__ import annotations

import shutil
from pathlib import Path

from index import facts
from index.database import DATABASE_FILE, Database
from index.errors import LibraryError
from index.read_connection import log_size
from index.replacing import replace, replace_damaged
from index.vector_cache import VECTORS_FILE


def install(made: Path, database: Database, generation: int) -> None:
    """Move the closed library in `made` into the place of `database`, which is gone then and whose lock is held.

    It counts on from the old one's generation. Raises LibraryError where it is not whole on the disk, and
    LibraryLocked where others read the old one's log just now.
    """
    new = _ready(made, generation)
    database.close()
    replace(database.path, new)
    _tidy(made, database)


def install_for_damaged(made: Path, database: Database, generation: int) -> Path:
    """As `install`, but the old SQLite file and its log are kept; returns where they lie now."""
    new = _ready(made, generation)
    database.close()
    kept = replace_damaged(database.path, new)
    _tidy(made, database)
    return kept


def _ready(made: Path, generation: int) -> Path:
    new = Database(made)
    with new.writing() as connection:
        number = max(facts.generation(connection), generation)
        facts.set_fact(connection, "generation", str(number + 1))  # so that no number means two contents
    new.close()
    if log_size(new.path):  # closing moves the log into the file, and does not say where that fails
        raise LibraryError(
            f"The disk that holds {made} is full or failed, so the library is as it was; try again once it works."
        )
    return made / DATABASE_FILE


def _tidy(made: Path, database: Database) -> None:
    vectors = made / VECTORS_FILE
    if vectors.exists():  # only a cache: stopped before this, it is built again
        vectors.replace(database.path.with_name(VECTORS_FILE))
    shutil.rmtree(made)
