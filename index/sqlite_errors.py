"""SQLite's errors as ours: what is wrong with which library, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from index.errors import (
    ArticleQAError,
    DiskFull,
    LibraryCorrupt,
    LibraryError,
    LibraryLocked,
    LibraryReadOnly,
    NotALibrary,
)

_DAMAGED = (
    apsw.SQLITE_IOERR_DATA,
    apsw.SQLITE_IOERR_CORRUPTFS,
    apsw.SQLITE_IOERR_READ,
    apsw.SQLITE_IOERR_SHORT_READ,
)
"""Failures that mean that what was stored is not there any more; the others are about writing."""

_LACKING = ("no such table", "no such column", "vtable constructor failed")
"""How the messages begin of those errors in a statement that come from the file: the others are ours."""


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Errors about an SQLite file as errors about the library in its folder."""
    folder = file.parent
    try:
        yield
    except ArticleQAError:
        raise
    except apsw.FullError as error:
        raise DiskFull(f"The disk that holds {folder} is full; make room and try again.") from error
    except apsw.BusyError as error:
        raise LibraryLocked(f"The library in {folder} is busy; try again in a moment.") from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise LibraryReadOnly(
            f"The library in {folder} cannot be opened or written; see that you may read and write its files."
        ) from error
    except apsw.IOError as error:
        if getattr(error, "extendedresult", None) in _DAMAGED:
            raise corrupt(folder, reason(error)) from error
        raise LibraryError(f"The disk that holds {folder} failed; try again once it works.") from error
    except apsw.NotADBError as error:
        raise NotALibrary(
            f"{file} does not begin as a library's file does: it is none, or its beginning is damaged; then qa "
            "repair keeps what is whole."
        ) from error
    except (apsw.Error, UnicodeDecodeError) as error:
        if isinstance(error, apsw.CorruptError | UnicodeDecodeError) or str(error).startswith(_LACKING):
            raise corrupt(folder, reason(error)) from error
        raise LibraryError(f"The library in {folder} could not be used: SQLite says {error}.") from error


def reason(error: Exception) -> str:
    """Why something stored cannot be read, in other words than SQLite's where those say little."""
    if getattr(error, "extendedresult", None) == apsw.SQLITE_IOERR_DATA:  # which apsw's type stubs do not name
        return "a page is not what was written"
    if isinstance(error, apsw.IOError):
        return "a page cannot be read"
    if isinstance(error, apsw.CorruptError):
        return "its pages do not fit together"
    if isinstance(error, UnicodeDecodeError):
        return "a text is none any more"
    return error.what if isinstance(error, LibraryCorrupt) else str(error)


def corrupt(folder: Path, reason: object) -> LibraryCorrupt:
    """The error for a library that is damaged."""
    return LibraryCorrupt(f"The library in {folder} is damaged ({reason})")
