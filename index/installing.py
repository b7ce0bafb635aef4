"""Putting a library that was made anew, in a folder of its own, in the place of the one it was made from."""

from __future__ import annotations

import shutil
from pathlib import Path

from index.database import DATABASE_FILE, Database
from index.vector_cache import VECTORS_FILE


def install(made: Path, database: Database) -> Path:
    """Move the files of the closed library in `made` into the place of `database`, whose lock is held.

    Returns where the old SQLite file lies now.
    """
    old = database.replace(made / DATABASE_FILE)
    vectors = made / VECTORS_FILE
    if vectors.exists():  # only a cache: stopped before this, it is built again
        vectors.replace(old.with_name(VECTORS_FILE))
    shutil.rmtree(made)
    return old
