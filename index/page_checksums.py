"""Page checksums: the last eight bytes of each page of a library, which SQLite checks whenever it reads the page.

SQLite by itself does not notice a flipped bit in a row. Its extension cksumvfs (https://sqlite.org/cksumvfs.html) does,
in tables, indexes and full text alike; apsw brings it along.

Loading it makes it the default of this process for every later apsw connection, also to files that are no libraries;
those that do not reserve eight bytes of each page it leaves as they are. Python's own `sqlite3` has another SQLite.
"""

from __future__ import annotations

import struct
from functools import cache

import apsw
import apsw.sqlite_extra

from index.errors import LibraryError

RESERVED = 8
"""Bytes at the end of each page."""


@cache
def checked_files() -> str:
    """The name by which SQLite opens files with checksums; raises LibraryError where apsw came without them."""
    connection = apsw.Connection(":memory:")
    try:
        apsw.sqlite_extra.load(connection, "cksumvfs")
    except apsw.sqlite_extra.NotAvailable as error:
        raise LibraryError("This apsw has no page checksums; install it as a wheel: pip install apsw.") from error
    finally:
        connection.close()
    return "cksmvfs"


def open_checked(file: str, flags: int, *, wait_ms: int = 5000) -> apsw.Connection:
    """A connection that checks pages and cells, and lets nothing in the file call functions; waits for locks."""
    connection = apsw.Connection(file, flags=flags, vfs=checked_files())
    connection.set_busy_timeout(wait_ms)
    connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    return connection


def reserve(connection: apsw.Connection) -> None:
    """Let each page of a file that is not written yet, or is vacuumed next, end with its checksum."""
    connection.reserve_bytes(None, RESERVED)


def has_checksums(connection: apsw.Connection) -> bool:
    """Whether pages are checked: one flipped bit in the header switches that off."""
    return bool(connection.reserve_bytes() == RESERVED)


def trust_pages(connection: apsw.Connection) -> None:
    """Read pages whatever their checksums say, to save what is whole on damaged ones, also where others are missing.

    With a writable schema SQLite opens a file that lacks its end; the connection must be one that only reads.
    """
    connection.execute("PRAGMA writable_schema = ON; PRAGMA checksum_verification = OFF")


def checksum(page: bytes) -> bytes:
    """The last bytes that a page must have, after those before them, as cksumvfs computes them."""
    first = second = 0
    words = struct.unpack(f"<{(len(page) - RESERVED) // 4}I", page[:-RESERVED])
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return struct.pack("<II", first, second)
