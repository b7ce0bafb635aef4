"""What stopped changes left beside a library: the next one of the same kind goes on from it or begins anew."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from index.errors import LibraryLocked
from index.opening import NEW_FILE
from index.upgrade import UPGRADED_FILE
from index.write_lock import WriteLock

REEMBEDDED_FOLDER = "library.reembedded"  # where a new library grows inside the old one's folder
REPAIRED_FOLDER = "library.repaired"  # where a repair makes the new file
COPIED_FOLDER = "library.copied"  # where a repair copies a file whose first page it makes anew
RESTORED_FOLDER = "library.restoring"  # where a restore copies and checks


def reembedding(folder: Path) -> WriteLock:
    """What a reembed holds from beginning to end, while others may write to the library."""
    return WriteLock(folder, "library.reembedding.lock", "embedding anew")


def remove_leftovers(folder: Path) -> None:
    """Remove what nobody needs any more, and with it articles that were removed since; the writer's lock is held."""
    for name in (REPAIRED_FOLDER, COPIED_FOLDER, RESTORED_FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    for pattern in (f"{NEW_FILE}*", f"{UPGRADED_FILE}*"):
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)
    for log in folder.glob("library.damaged-*.sqlite-*"):
        if not log.with_name(log.name.rpartition("-")[0]).exists():  # its file was deleted
            log.unlink(missing_ok=True)
    if (folder / REEMBEDDED_FOLDER).exists():
        with suppress(LibraryLocked), reembedding(folder).held(wait=0):  # one that is running removes it itself
            shutil.rmtree(folder / REEMBEDDED_FOLDER, ignore_errors=True)
