"""Bringing a library of an older format up to date, in place; readers go on meanwhile, and it can be begun again."""

from __future__ import annotations

import apsw

from index import records
from index.errors import LibraryCorrupt
from index.page_checksums import reserve
from index.schema import FORMAT, SINCE_FORMAT_2


def upgrade(connection: apsw.Connection) -> None:
    """From format 1 to 2: checksums on each page, then hashes on each passage; the writer's lock is held."""
    reserve(connection)
    connection.execute("VACUUM")  # writes each page anew, with its checksum
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(SINCE_FORMAT_2)
        for row in records.article_rows(connection):
            _hash_passages(connection, row)
        connection.pragma("user_version", FORMAT)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _hash_passages(connection: apsw.Connection, row: int) -> None:
    """Hash the passages of an article that is whole; those of a damaged one stay without, so that none is quoted."""
    try:
        article = records.load_article_in_row(connection, row)
    except LibraryCorrupt:
        return
    for stored in list(records.stored_passages(connection, row, article)):
        right = records.passage_hash(stored.passage, stored.vector)
        connection.execute("UPDATE passages SET hash = ? WHERE id = ?", (right, stored.id))
