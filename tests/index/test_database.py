"""The SQLite file: one writer, snapshots for readers, and every error one of ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from index.database import DATABASE_FILE, Database
from index.errors import (
    DiskFull,
    FormatTooNew,
    LibraryCorrupt,
    LibraryError,
    LibraryLocked,
    LibraryNotFound,
    LibraryReadOnly,
    NotALibrary,
)
from index.facts import get_fact, set_fact
from index.opening import NEW_FILE
from index.schema import APPLICATION_ID, FORMAT
from index.write_lock import LOCK_FILE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database in a folder that does not exist yet."""
    database = Database(tmp_path / "library")
    yield database
    database.close()


def remember(database: Database, value: str) -> None:
    with database.writing() as connection:
        set_fact(connection, "word", value)


def recall(database: Database) -> str | None:
    with database.reading() as connection:
        return get_fact(connection, "word")


def test_sqlite_is_new_enough_for_several_connections_to_a_write_ahead_log() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3)


def test_nothing_is_written_before_the_first_write(database: Database) -> None:
    assert not database.exists
    assert not database.path.parent.exists()
    remember(database, "a")
    assert database.exists
    assert recall(database) == "a"


def test_the_file_says_whose_it_is_and_survives_a_power_cut(database: Database) -> None:
    with database.writing() as connection:
        assert connection.pragma("application_id") == APPLICATION_ID == int.from_bytes(b"arqa")
        assert connection.pragma("user_version") == FORMAT
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("synchronous") == 2  # FULL
        assert connection.pragma("foreign_keys") == 1


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    remember(database, "old")
    with pytest.raises(KeyboardInterrupt), database.writing() as connection:
        set_fact(connection, "word", "new")
        raise KeyboardInterrupt
    assert recall(database) == "old"
    remember(database, "newer")
    assert recall(database) == "newer"


def test_a_reader_sees_one_snapshot_and_then_the_newest(database: Database) -> None:
    remember(database, "old")
    with database.reading() as connection:
        assert get_fact(connection, "word") == "old"
        remember(Database(database.path.parent), "new")
        assert get_fact(connection, "word") == "old"
    assert recall(database) == "new"


def test_a_reader_cannot_write(database: Database) -> None:
    remember(database, "a")
    with pytest.raises(LibraryReadOnly), database.reading() as connection:
        set_fact(connection, "word", "b")


def test_a_second_writer_is_told_at_once_where_it_does_not_wait(database: Database) -> None:
    message = rf"Another process \(number {os.getpid()}\) is writing to the library in .*library; try again when it"
    with (
        database.writing(),
        pytest.raises(LibraryLocked, match=message),
        Database(database.path.parent).writing(wait=0),
    ):
        pass
    remember(Database(database.path.parent), "later")
    assert recall(database) == "later"


def test_a_lock_held_by_a_process_that_died_is_free(database: Database) -> None:
    remember(database, "a")
    dying = (
        "import os, sys; from pathlib import Path; from index.database import Database\n"
        "from index.facts import set_fact\n"
        "with Database(Path(sys.argv[1])).writing() as connection:\n"
        "    set_fact(connection, 'word', 'half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = str(Path(__file__).parents[2])
    died = subprocess.run(
        [sys.executable, "-c", dying, database.path.parent], env={**os.environ, "PYTHONPATH": root}, check=False
    )
    assert died.returncode == -9
    with database.writing(wait=0) as connection:
        assert get_fact(connection, "word") == "a"


def test_a_first_write_that_was_stopped_does_not_stand_in_the_way(database: Database) -> None:
    database.path.parent.mkdir()
    for name in (LOCK_FILE, NEW_FILE, f"{NEW_FILE}-journal", f"{NEW_FILE}-wal"):
        database.path.with_name(name).write_bytes(b"half")
    assert not database.exists
    remember(database, "a")
    assert recall(database) == "a"
    assert not list(database.path.parent.glob(f"{NEW_FILE}*"))


def test_another_programs_file_is_no_library_and_stays_as_it_is(database: Database) -> None:
    database.path.parent.mkdir()
    with apsw.Connection(str(database.path)) as other:
        other.execute("CREATE TABLE contacts (name TEXT)")
    other.close()
    before = database.path.read_bytes()
    with pytest.raises(NotALibrary, match="not a library of this tool"):
        recall(database)
    with pytest.raises(NotALibrary, match="not a library of this tool"):
        remember(database, "a")
    database.close()
    assert database.path.read_bytes() == before


@pytest.mark.parametrize(("content", "error"), [(b"", LibraryNotFound), (b"no database at all " * 100, NotALibrary)])
def test_a_file_that_is_no_database_is_no_library(
    database: Database, content: bytes, error: type[LibraryError]
) -> None:
    database.path.parent.mkdir()
    database.path.write_bytes(content)
    with pytest.raises(error):
        recall(database)
    with pytest.raises(error):
        remember(database, "a")
    assert database.path.read_bytes() == content


def test_a_newer_format_is_refused_with_both_numbers(database: Database) -> None:
    remember(database, "a")
    database.close()
    with apsw.Connection(str(database.path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    message = f"has format {FORMAT + 1}, and this version of article-qa reads up to {FORMAT}; update article-qa"
    with pytest.raises(FormatTooNew, match=message):
        recall(database)
    with pytest.raises(FormatTooNew, match=message):
        remember(database, "b")


def test_a_missing_table_and_a_cut_file_are_corruption(database: Database) -> None:
    remember(database, "a")
    with database.writing() as connection:
        connection.execute("DROP TABLE facts")
    with pytest.raises(LibraryCorrupt, match="its tables are not those that this tool makes"):
        recall(database)
    database.close()
    with database.path.open("rb+") as file:
        file.truncate(8192)
    with pytest.raises(LibraryCorrupt), database.reading() as connection:
        connection.execute("SELECT * FROM articles").fetchall()


def test_a_full_disk_is_said_and_what_was_stored_stays(database: Database) -> None:
    remember(database, "old")
    with pytest.raises(DiskFull, match="is full; make room and try again"), database.writing() as connection:
        set_fact(connection, "word", "new")
        connection.pragma("max_page_count", connection.pragma("page_count"))
        set_fact(connection, "more", "x" * 1_000_000)
    assert recall(database) == "old"
    with database.writing() as connection:
        connection.pragma("max_page_count", 1_000_000)
        set_fact(connection, "more", "x" * 1_000_000)
        set_fact(connection, "word", "new")
    assert recall(database) == "new"


def test_a_commit_that_fails_is_undone_and_the_next_write_works(database: Database) -> None:
    remember(database, "old")
    with pytest.raises(LibraryReadOnly), database.writing() as connection:
        set_fact(connection, "word", "new")
        connection.set_commit_hook(_refuse)
    connection.set_commit_hook(None)
    assert recall(database) == "old"
    remember(database, "newer")
    assert recall(database) == "newer"


def _refuse() -> bool:
    raise apsw.ReadOnlyError("as if the file had become read-only")


def test_a_folder_that_cannot_be_made_is_read_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryReadOnly, match="cannot be written"):
        remember(Database(tmp_path / "file" / "library"), "a")


def test_a_closed_database_opens_again(database: Database) -> None:
    remember(database, "a")
    database.close()
    assert sorted(path.name for path in database.path.parent.iterdir()) == sorted([LOCK_FILE, DATABASE_FILE])
    assert recall(database) == "a"


def test_a_file_that_was_removed_and_made_anew_is_the_one_that_is_used(database: Database) -> None:
    closed: list[str] = []
    mine = Database(database.path.parent, on_close=lambda: closed.append("closed"))
    remember(mine, "old")
    assert recall(mine) == "old"
    assert closed == []
    shutil.rmtree(database.path.parent)
    remember(database, "new")
    assert recall(mine) == "new"
    assert closed == ["closed"]
    shutil.rmtree(database.path.parent)
    remember(mine, "newer")
    assert closed == ["closed", "closed"]
    assert recall(database) == "newer"
    mine.close()


def test_every_other_error_of_sqlite_is_ours_too(database: Database) -> None:
    remember(database, "a")
    with pytest.raises(LibraryError, match=r"library in .*library could not be used: SQLite says .*NOT NULL"):
        remember(database, None)  # type: ignore[arg-type]
    assert recall(database) == "a"


def test_a_mistaken_statement_is_no_damage(database: Database) -> None:
    remember(database, "a")
    with pytest.raises(LibraryError, match="syntax error") as error, database.reading() as connection:
        connection.execute("SELEKT 1")
    assert not isinstance(error.value, LibraryCorrupt)
    with pytest.raises(LibraryCorrupt, match="no such table"), database.reading() as connection:
        connection.execute("SELECT * FROM none")


def test_a_connection_whose_file_is_refused_is_closed(database: Database) -> None:
    remember(database, "a")
    with database.writing() as connection:
        connection.pragma("user_version", FORMAT + 1)
    database.close()
    before = len(apsw.connections())
    with pytest.raises(FormatTooNew):
        remember(database, "b")
    assert len(apsw.connections()) == before
