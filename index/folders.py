"""Which folders are libraries, and which may become one."""

from __future__ import annotations

from pathlib import Path

from index.database import Database
from index.errors import LibraryError, NotALibrary
from index.opening import NEW_FILE
from index.write_lock import LOCK_FILE


def is_library(folder: Path) -> bool:
    """Whether a library is there; its file alone does not tell, as it lacks its name while it is replaced."""
    return Database(folder).exists


def refuse_what_is_no_library(folder: Path) -> None:
    """Raise NotALibrary where something else lies there, and LibraryError where it cannot be looked at."""
    try:
        if folder.exists() and not folder.is_dir():
            raise NotALibrary(f"{folder} is a file; a library is a folder.")
        if folder.is_dir() and not _may_be_library(folder):
            raise NotALibrary(f"The folder {folder} holds other things and no library; name a new or an empty folder.")
    except OSError as error:  # somebody else's
        raise LibraryError(f"The folder {folder} cannot be read ({error.strerror}).") from error


def _may_be_library(folder: Path) -> bool:
    """Whether a folder holds a library, or nothing yet that a library would have to make room for."""
    names = {path.name for path in folder.iterdir()}
    return is_library(folder) or all(name == LOCK_FILE or name.startswith(NEW_FILE) for name in names)
