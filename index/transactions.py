"""Transactions on a connection: what was not committed leaves nothing of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from index.errors import LibraryError


@contextmanager
def transaction(connection: apsw.Connection, kind: str = "DEFERRED") -> Iterator[None]:
    """Undo what was not committed at the end, unless SQLite has done so itself, as it does where the disk is full."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def savepoint(connection: apsw.Connection) -> Iterator[None]:
    """A part of a transaction that leaves nothing of itself where it fails."""
    refuse_if_undone(connection)
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part; RELEASE part")
        raise
    connection.execute("RELEASE part")


def refuse_if_undone(connection: apsw.Connection) -> None:
    """Without its transaction each further statement would be a change of its own."""
    if not connection.in_transaction:
        raise LibraryError("An error undid this transaction, so nothing of it can be stored; begin it again.")
