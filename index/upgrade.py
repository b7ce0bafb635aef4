"""Bringing a library of an older format up to date: in a copy, which then takes the place of the old file.

A process of an older version may have the old file open, and would write pages without checksums into it.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from index import facts, records, vector_rows
from index.errors import LibraryCorrupt
from index.page_checksums import open_checked, reserve
from index.replacing import empty_log, replace
from index.schema import FORMAT, FORMAT_WITH_CHECKSUMS, added_since, format_of

UPGRADED_FILE = "library.upgraded"  # the copy; SQLite puts files that begin so beside it


def upgrade(path: Path) -> None:
    """From any older format to the current one: what each format added, in turn; the writer's lock is held.

    Format 2 added checksums on each page, hashes on each passage, and an id.

    Raises LibraryLocked while others read the old file's log.
    """
    for unfinished in path.parent.glob(f"{UPGRADED_FILE}*"):
        unfinished.unlink()
    empty_log(path)
    copy = path.with_name(UPGRADED_FILE)
    copy.touch(mode=0o600)
    _copy_pages(path, copy)
    connection = open_checked(str(copy), apsw.SQLITE_OPEN_READWRITE)
    try:
        _bring_up_to_date(connection)
        connection.pragma("journal_mode", "wal")
    finally:
        connection.close()
    replace(path, copy)


def _copy_pages(old: Path, copy: Path) -> None:
    connection = open_checked(str(old), apsw.SQLITE_OPEN_READWRITE)
    try:
        reserve(connection)  # as wanted for what a VACUUM writes
        connection.execute("VACUUM INTO ?", (str(copy),))
    finally:
        connection.close()


def _bring_up_to_date(connection: apsw.Connection) -> None:
    old = format_of(connection)
    connection.execute("BEGIN IMMEDIATE")
    for added in added_since(old):
        connection.execute(added)
    if old < FORMAT_WITH_CHECKSUMS:
        for row in records.article_rows(connection):
            _hash_passages(connection, row)
        vector_rows.forget_removed_ids(connection)  # older versions did not write down what they removed
        facts.name_library(connection)
    connection.pragma("user_version", FORMAT)
    connection.execute("COMMIT")


def _hash_passages(connection: apsw.Connection, row: int) -> None:
    """Hash the passages of an article that is whole; those of a damaged one stay without, so that none is quoted."""
    try:
        article = records.load_article_in_row(connection, row)
    except LibraryCorrupt:
        return
    for stored in list(records.stored_passages(connection, row, article)):
        right = records.passage_hash(stored.passage, stored.vector)
        connection.execute("UPDATE passages SET hash = ? WHERE id = ?", (right, stored.id))
