"""Putting a library that was made anew, in a folder of its own, in the place of the one it was made from."""

from __future__ import annotations

import shutil
from pathlib import Path

from index.database import DATABASE_FILE, Database
from index.errors import LibraryError
from index.read_connection import log_size
from index.vector_cache import VECTORS_FILE


def install(made: Path, database: Database) -> Path:
    """Move the files of the closed library in `made` into the place of `database`, whose lock is held.

    Returns where the old SQLite file lies now. Raises LibraryError where the new one is not whole on the disk.
    """
    if log_size(made / DATABASE_FILE):  # closing moves the log into the file, and does not say where that fails
        raise LibraryError(f"The disk that holds {made} failed, so the library is as it was; try again once it works.")
    old = database.replace(made / DATABASE_FILE)
    vectors = made / VECTORS_FILE
    if vectors.exists():  # only a cache: stopped before this, it is built again
        vectors.replace(old.with_name(VECTORS_FILE))
    shutil.rmtree(made)
    return old
