"""Restoring: a library only of a backup that is whole, and only where nothing is."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from backups import PAGE, flip, mode, names, restored

from index.article import Article
from index.backup import backup, restore
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import FormatTooNew, InputRejected, LibraryCorrupt, LibraryLocked, NotALibrary
from index.facts import get_fact, is_one_library
from index.library import Library
from index.page_checksums import checked_files
from index.schema import APPLICATION_ID, FORMAT, TABLES
from index.vector_cache import VECTORS_FILE
from index.vectors import VectorIndex
from index.write_lock import LOCK_FILE, WriteLock


@pytest.fixture
def copy(opened: Library, tmp_path: Path) -> Path:
    """A backup of it."""
    assert backup(opened.folder, tmp_path / "copy") == 3
    return tmp_path / "copy"


def refusal(file: Path, folder: Path) -> str:
    with pytest.raises(InputRejected) as caught:
        restore(file, folder)
    return str(caught.value)


def test_a_restored_library_is_the_same_and_goes_on(
    copy: Path, articles: list[Article], fake_embedder: Embedder, tmp_path: Path
) -> None:
    before = copy.read_bytes()
    (tmp_path / "new").mkdir()
    assert restored(copy, tmp_path / "new", fake_embedder) == articles
    assert copy.read_bytes() == before
    with Library.open(tmp_path / "new", fake_embedder) as library, library._access.reading() as connection:
        assert connection is not None
        assert connection.pragma("journal_mode") == "wal"
    with Library.open(tmp_path / "new", fake_embedder) as library:
        assert library.search("Who chairs the chess club?", 1)[0].article == articles[0]
        library.remove([articles[0].id])
        assert library.check() == []


def test_a_restored_library_is_made_with_its_parents_for_its_owner(copy: Path, tmp_path: Path) -> None:
    restore(copy, tmp_path / "deep" / "new")
    assert mode(tmp_path / "deep" / "new") == 0o700
    assert names(tmp_path / "deep" / "new") == {DATABASE_FILE, LOCK_FILE, VECTORS_FILE}


def test_a_folder_that_holds_something_is_left_alone(copy: Path, opened: Library, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter.txt").write_text("precious")
    for folder in (tmp_path / "used", opened.folder, copy):
        assert refusal(copy, folder) == f"{folder} is there and not an empty folder; name a new one."
    assert names(tmp_path / "used") == {"letter.txt"}


def test_a_flipped_bit_anywhere_is_found(copy: Path, tmp_path: Path) -> None:
    """Each byte of the header, and a sample of each page."""
    whole = copy.read_bytes()
    places = [*range(100), *range(PAGE - 8, PAGE), *range(100, len(whole), 509)]
    for place in places:
        copy.write_bytes(whole)
        flip(copy, place, 1 << place % 8)
        with pytest.raises((LibraryCorrupt, NotALibrary, FormatTooNew)) as caught:
            restore(copy, tmp_path / "new")
        assert str(caught.value).startswith((f"The backup {copy} is damaged, so nothing was restored", f"{copy} "))
        assert names(tmp_path) == {"copy", "library"}, place
    copy.write_bytes(whole)
    assert restore(copy, tmp_path / "new") == 3


@pytest.mark.parametrize("length", [0, 50, 100, PAGE, 3 * PAGE, -PAGE, -9, -1])
def test_half_a_backup_is_refused(copy: Path, tmp_path: Path, length: int) -> None:
    """Also a page that lacks its last byte: SQLite fills it up with zeros, and checks no checksum then."""
    copy.write_bytes(copy.read_bytes()[:length])
    refused(copy, tmp_path)


def test_a_backup_with_something_at_its_end_is_refused(copy: Path, tmp_path: Path) -> None:
    copy.write_bytes(copy.read_bytes() + b"\0" * PAGE)
    refused(copy, tmp_path)


def refused(copy: Path, tmp_path: Path) -> None:
    with pytest.raises((LibraryCorrupt, NotALibrary)):
        restore(copy, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_article_that_was_changed_with_right_checksums_is_named(copy: Path, tmp_path: Path) -> None:
    connection = apsw.Connection(str(copy), vfs=checked_files())
    connection.execute("UPDATE articles SET text = replace(text, 'Ada', 'Eve') WHERE source = 'chess.txt'")
    connection.close()
    with pytest.raises(LibraryCorrupt) as caught:
        restore(copy, tmp_path / "new")
    assert str(caught.value) == (
        f"The backup {copy} is damaged, so nothing was restored (chess.txt is not whole); take another one."
    )
    assert not (tmp_path / "new").exists()


def sqlite_file(file: Path, tables: str, application: int, version: int) -> Path:
    connection = apsw.Connection(str(file), vfs=checked_files())
    connection.reserve_bytes(None, 8)
    connection.execute(f"{tables}; PRAGMA application_id = {application}; PRAGMA user_version = {version}")
    connection.close()
    return file


def test_what_is_no_backup_is_refused(tmp_path: Path, library: Library) -> None:
    (tmp_path / "letter.txt").write_text("precious" * 100)
    other = sqlite_file(tmp_path / "other", "CREATE TABLE contacts (name TEXT)", 0, 0)
    for file in (tmp_path / "letter.txt", other):
        with pytest.raises(NotALibrary, match=f"{file.name} is no backup that qa backup made"):
            restore(file, tmp_path / "new")
    assert refusal(tmp_path / "none", tmp_path / "new") == f"There is no file {tmp_path / 'none'}; check the path."
    assert refusal(tmp_path, tmp_path / "new") == f"There is no file {tmp_path}; check the path."
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    newer = sqlite_file(tmp_path / "newer", TABLES, APPLICATION_ID, FORMAT + 1)
    with pytest.raises(FormatTooNew, match="newer was written by a newer version of article-qa; update article-qa"):
        restore(newer, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_with_a_trigger_of_somebody_else_is_refused(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER evil AFTER INSERT ON articles BEGIN DELETE FROM facts; END"
    file = sqlite_file(tmp_path / "evil", f"{TABLES}; {trigger}", APPLICATION_ID, FORMAT)
    with pytest.raises(LibraryCorrupt, match="is damaged, so nothing was restored"):
        restore(file, tmp_path / "new")


def test_a_restore_that_was_killed_is_begun_again(
    copy: Path, articles: list[Article], fake_embedder: Embedder, tmp_path: Path
) -> None:
    aside = tmp_path / "new" / "library.restoring"
    aside.mkdir(parents=True)
    (aside / DATABASE_FILE).write_bytes(b"half")
    (tmp_path / "new" / LOCK_FILE).write_text("123")
    assert restored(copy, tmp_path / "new", fake_embedder) == articles
    assert not aside.exists()


def test_a_restore_that_fails_leaves_an_empty_folder_empty(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    flip(copy, 3 * PAGE)
    with pytest.raises(LibraryCorrupt):
        restore(copy, tmp_path / "new")
    assert names(tmp_path / "new") <= {LOCK_FILE}


def test_a_folder_that_another_process_writes_to_is_not_taken(copy: Path, tmp_path: Path) -> None:
    with WriteLock(tmp_path / "new").held(), pytest.raises(LibraryLocked):
        restore(copy, tmp_path / "new")


def test_a_restored_library_has_an_id_of_its_own(copy: Path, opened: Library, tmp_path: Path) -> None:
    """From now on the two differ: a log of the one must not be taken for the other's."""
    restore(copy, tmp_path / "new")
    ids = set()
    for folder in (opened.folder, tmp_path / "new"):
        with Database(folder).reading() as connection:
            assert is_one_library(connection)
            ids.add(get_fact(connection, "library"))
    assert len(ids) == 2


def test_a_restored_library_need_not_read_all_vectors_at_its_first_search(
    copy: Path, tmp_path: Path, fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(copy, tmp_path / "new")
    monkeypatch.setattr(VectorIndex, "add", lambda *_: pytest.fail("vectors were read from the library"))
    with Library.open(tmp_path / "new", fake_embedder) as library:
        assert library.search("Who chairs the chess club?", 1)
