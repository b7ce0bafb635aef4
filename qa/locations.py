"""Which library is meant: the one that was named, the one in the environment, or the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from index.errors import InputRejected, LibraryNotFound, RejectionReason
from index.folders import is_library, refuse_what_is_no_library

LIBRARY_VARIABLE = "QA_LIBRARY"
_NAMED = 10  # of the libraries beside one that does not exist


def named_library(option: str | None = None) -> Path | None:
    """The folder named by an option or else by the environment variable QA_LIBRARY; None where neither names one.

    An empty variable counts as unset; an empty option, often an unset shell variable, raises InputRejected.
    """
    if option == "":
        raise InputRejected(
            RejectionReason.OPTION, "The name of the library is empty; give its folder, or leave the option out."
        )
    name = option or os.environ.get(LIBRARY_VARIABLE)
    return Path(name).expanduser().absolute() if name else None


def own_library() -> Path:
    """The folder of the user's own library, which need not exist yet."""
    return user_data_path("article-qa") / "library"


def library_to_write(option: str | None = None) -> Path:
    """The folder that an add writes to; it may not exist yet."""
    return named_library(option) or own_library()


def library_to_read(option: str | None = None) -> Path | None:
    """The folder that questions are asked of, or None where nothing was named and the user has no library yet.

    Raises LibraryNotFound where one was named that does not exist: a mistyped name must not become an empty library.
    Raises it too where the user's own library lost its file, and NotALibrary where something else has its place.
    """
    named = named_library(option)
    if named is None:
        refuse_what_is_no_library(own_library(), read_only=True)
        return own_library() if is_library(own_library()) else None
    if not named.exists():
        raise LibraryNotFound(
            f"There is no library at {named}{_neighbours(named)}; name one that exists, or add to it."
        )
    return named


def _neighbours(folder: Path) -> str:
    """The libraries beside a folder that does not exist, to choose from."""
    try:
        found = sorted(path.name for path in folder.parent.iterdir() if is_library(path))
    except OSError:
        found = []
    more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    return f" (libraries there: {', '.join(found[:_NAMED])}{more})" if found else ""
