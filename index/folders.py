"""Which folders are libraries, which may become one, and which were one."""

from __future__ import annotations

from pathlib import Path

from index.database import DATABASE_FILE, Database
from index.errors import LibraryError, LibraryNotFound, NotALibrary
from index.opening import NEW_FILE, WHAT_TO_DO_WITHOUT_FILE
from index.vector_cache import VECTORS_FILE
from index.write_lock import LOCK_FILE

_BESIDE = (VECTORS_FILE, f"{DATABASE_FILE}-wal")
"""What lies only beside a library's file."""


def is_library(folder: Path) -> bool:
    """Whether a library is there; its file alone does not tell, as it lacks its name while it is replaced."""
    return Database(folder).exists


def open_existing(folder: Path) -> Database:
    """The database of a library that is there, for what needs no model; raises LibraryNotFound where there is none."""
    database = Database(folder)
    names = _names(folder)  # before the look whether it exists: another process may make it just now
    if not database.exists:
        _refuse_what_lost_its_file(folder, names)
        raise LibraryNotFound(f"There is no library in {folder}; name one that exists, or add articles first.")
    return database


def refuse_what_is_no_library(folder: Path, *, read_only: bool = False) -> None:
    """Raise NotALibrary where something else lies there, and LibraryError where it cannot be looked at.

    Raises LibraryNotFound where a library was: nothing new may take its place unnoticed.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise NotALibrary(f"{folder} is a file; a library is a folder.")
        names = _names(folder)
        if not is_library(folder):
            _refuse_what_lost_its_file(folder, names)
            if any(name != LOCK_FILE and not name.startswith(NEW_FILE) for name in names):
                other = "one that exists" if read_only else "a new or an empty folder"
                raise NotALibrary(f"The folder {folder} holds other things and no library; name {other}.")
    except OSError as error:  # somebody else's
        raise LibraryError(f"The folder {folder} cannot be read ({error.strerror}).") from error


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _refuse_what_lost_its_file(folder: Path, names: set[str]) -> None:
    if names.intersection(_BESIDE):
        raise LibraryNotFound(f"The library in {folder} lacks its file, {DATABASE_FILE}; {WHAT_TO_DO_WITHOUT_FILE}.")
