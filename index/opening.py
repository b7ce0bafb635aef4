"""The file of a library: made empty, and looked at before it is used."""

from __future__ import annotations

from pathlib import Path

import apsw

from index.errors import FormatTooNew, LibraryNotFound, NotALibrary
from index.facts import is_one_library
from index.page_checksums import checked_files, has_checksums, reserve
from index.read_connection import log_size, size
from index.schema import APPLICATION_ID, FORMAT, FORMAT_WITH_CHECKSUMS, TABLES, format_of, is_expected
from index.sqlite_errors import corrupt
from index.transactions import transaction

WHAT_TO_DO_WITHOUT_FILE = "move the folder away and restore a backup in its place"
NEW_FILE = "library.new"  # where the first write makes the tables; SQLite puts files that begin so beside it
_LOOKED_THROUGH = 50_000_000  # bytes of a file whose structure is looked at where there is a log, in half a second


def create(path: Path) -> None:
    """Make the empty tables aside and move them into place: half of them would be no library, and in the way."""
    for unfinished in path.parent.glob(f"{NEW_FILE}*"):
        unfinished.unlink()
    aside = path.with_name(NEW_FILE)
    aside.touch(mode=0o600)  # for its owner alone; SQLite gives the files beside it the same permissions
    connection = apsw.Connection(str(aside), vfs=checked_files())
    try:
        reserve(connection)
        connection.pragma("journal_mode", "wal")
        connection.execute(f"BEGIN; {TABLES}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; COMMIT")
        # Closing moves the log into the file too, but does not say where that fails.
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.close()
    aside.rename(path)


def check_format(connection: apsw.Connection, path: Path) -> None:
    """Raise the error that says why the file at `path` cannot be used."""
    folder = path.parent
    if size(path) == 0:  # SQLite would take it for a new one, and delete the log
        raise LibraryNotFound(f"The file of the library in {folder}, {path.name}, is empty; {WHAT_TO_DO_WITHOUT_FILE}.")
    if connection.pragma("application_id") != APPLICATION_ID:
        raise NotALibrary(
            f"{path} is an SQLite file, but not a library of this tool, or its beginning is damaged; then qa repair "
            "keeps what is whole."
        )
    version = format_of(connection)
    if version > FORMAT:
        raise FormatTooNew(
            f"The library in {folder} has format {version}, and this version of article-qa reads up to {FORMAT}; "
            "update article-qa."
        )
    if version >= FORMAT_WITH_CHECKSUMS and not has_checksums(connection):
        raise corrupt(folder, "its page checksums are switched off")
    if not is_expected(connection):
        raise corrupt(folder, "its tables are not those that this tool makes")
    if _is_cut_off(connection, path):
        raise corrupt(folder, "its end is missing")
    if version >= FORMAT_WITH_CHECKSUMS and log_size(path) and not _fits_log(connection, path):
        raise corrupt(folder, "its file and the log beside it do not fit together")


def _fits_log(connection: apsw.Connection, path: Path) -> bool:
    """Whether file and log are of one library: SQLite takes any log by the right name, and mixes pages of two."""
    with transaction(connection):  # the first write names the library in two places
        return is_one_library(connection) and (
            size(path) > _LOOKED_THROUGH or connection.execute("PRAGMA integrity_check(1)").get == "ok"
        )


def _is_cut_off(connection: apsw.Connection, path: Path) -> bool:
    """Whether the file lacks its end: half a page is read as if zeros followed, and its checksum is not looked at.

    While there is a log, the end may be there.
    """
    with transaction(connection):  # so that nobody makes the file smaller meanwhile
        whole: int = connection.pragma("page_count") * connection.pragma("page_size")
        return size(path) < whole and log_size(path) == 0
