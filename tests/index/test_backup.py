"""Backups: one file of one snapshot, and a library only of one that is whole."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from index import backup as backup_module
from index.article import Article
from index.backup import backup, restore
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import (
    DiskFull,
    FormatTooNew,
    InputRejected,
    LibraryCorrupt,
    LibraryError,
    LibraryLocked,
    LibraryNotFound,
    NotALibrary,
    RejectionReason,
)
from index.facts import generation, get_fact, is_one_library
from index.library import Library
from index.page_checksums import checked_files
from index.schema import APPLICATION_ID, FORMAT, TABLES
from index.write_lock import LOCK_FILE, WriteLock

PAGE = 4096
NEW = Article("New", "Nora knits nets.", "new.txt")


@pytest.fixture
def copy(opened: Library, tmp_path: Path) -> Path:
    """A backup of it."""
    assert backup(opened.folder, tmp_path / "copy") == 3
    return tmp_path / "copy"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def writing(file: Path) -> Callable[[int, int], None]:
    """Progress during which somebody else writes to `file`."""

    def progress(done: int, total: int) -> None:
        file.write_text("precious")

    return progress


def restored(file: Path, folder: Path, embedder: Embedder) -> list[Article]:
    """The articles of a library made of the backup, which is whole."""
    restore(file, folder)
    with Library.open(folder, embedder) as library:
        assert library.check() == []
        return [library.article(summary.id) for summary in library.articles()]


def refusal(file: Path, folder: Path) -> str:
    with pytest.raises(InputRejected) as caught:
        restore(file, folder)
    return str(caught.value)


# Making one


def test_a_backup_is_one_private_file(copy: Path, opened: Library, tmp_path: Path) -> None:
    assert names(tmp_path) == {"copy", opened.folder.name}
    assert mode(copy) == 0o600
    connection = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY, vfs=checked_files())
    assert connection.pragma("journal_mode") == "delete"
    assert connection.reserve_bytes() == 8
    assert connection.execute("PRAGMA integrity_check").get == "ok"
    connection.close()
    assert names(tmp_path) == {"copy", opened.folder.name}


def test_a_backup_is_private_whatever_the_umask_is(opened: Library, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        backup(opened.folder, tmp_path / "copy")
        restore(tmp_path / "copy", tmp_path / "new")
    finally:
        os.umask(before)
    assert mode(tmp_path / "copy") == 0o600
    assert (mode(tmp_path / "new"), mode(tmp_path / "new" / DATABASE_FILE)) == (0o700, 0o600)


def test_a_backup_is_one_snapshot_while_others_write(
    opened: Library, articles: list[Article], fake_embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_module, "_PAGES", 1)
    seen: list[tuple[int, int]] = []

    def interfere(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 2:  # each write waits for the reader in vain before it leaves the log as it is: once is enough
            with opened.transaction():
                opened.remove([articles[0].id])
                opened.add([NEW])

    assert backup(opened.folder, tmp_path / "copy", interfere) == 3
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]
    assert len(seen) > 5
    assert restored(tmp_path / "copy", tmp_path / "new", fake_embedder) == articles
    assert [summary.source for summary in opened.articles()] == ["bakery.txt", "harbour.txt", "new.txt"]


def test_what_is_committed_but_still_in_the_log_is_in_the_backup(
    opened: Library, fake_embedder: Embedder, tmp_path: Path
) -> None:
    reader = Database(opened.folder)
    with reader.reading() as connection:
        assert generation(connection) > 0  # now it has a snapshot, and keeps the log from being moved into the file
        opened.add([NEW])
        assert (opened.folder / f"{DATABASE_FILE}-wal").stat().st_size > 0
        backup(opened.folder, tmp_path / "copy")
    reader.close()
    assert NEW in restored(tmp_path / "copy", tmp_path / "new", fake_embedder)


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_nothing_is_overwritten(opened: Library, tmp_path: Path, kind: str) -> None:
    there = tmp_path / "there"
    if kind == "file":
        there.write_text("precious")
    elif kind == "folder":
        there.mkdir()
    else:
        there.symlink_to(tmp_path / "nothing")
    with pytest.raises(InputRejected, match=r"there is there already; name a new file\.") as caught:
        backup(opened.folder, there)
    assert caught.value.reason is RejectionReason.OPTION
    assert kind != "file" or there.read_text() == "precious"
    assert names(tmp_path) == {"there", opened.folder.name}


def test_a_file_that_appears_meanwhile_is_not_overwritten(opened: Library, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with pytest.raises(InputRejected, match="is there already"):
        backup(opened.folder, file, writing(file))
    assert file.read_text() == "precious"
    assert names(tmp_path) == {"copy", opened.folder.name}


def test_a_file_system_without_links_is_moved_within(
    opened: Library, fake_embedder: Embedder, articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    backup(opened.folder, tmp_path / "copy")
    assert restored(tmp_path / "copy", tmp_path / "new", fake_embedder) == articles
    file = tmp_path / "late"
    with pytest.raises(InputRejected, match="is there already"):
        backup(opened.folder, file, writing(file))
    assert file.read_text() == "precious"


def test_a_backup_that_is_stopped_leaves_nothing(opened: Library, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(opened.folder, tmp_path / "copy", stop)
    assert names(tmp_path) == {opened.folder.name}
    backup(opened.folder, tmp_path / "copy")


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EIO, LibraryError)])
def test_what_the_system_refuses_is_told_as_an_error_of_ours(
    opened: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[LibraryError]
) -> None:
    backup(opened.folder, tmp_path / "whole")

    def fail(file: Path) -> None:
        raise OSError(number, os.strerror(number), str(file))

    monkeypatch.setattr("index.backup.flush", fail)
    with pytest.raises(kind, match="copy"):
        backup(opened.folder, tmp_path / "copy")
    with pytest.raises(kind, match="new"):
        restore(tmp_path / "whole", tmp_path / "new")
    assert names(tmp_path) == {"whole", opened.folder.name}


def test_a_full_disk_is_the_one_that_holds_the_backup(
    opened: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(done: int, total: int) -> None:
        raise apsw.FullError("database or disk is full")

    (tmp_path / "stick").mkdir()
    with pytest.raises(DiskFull, match=r"The disk that holds .*stick is full; make room"):
        backup(opened.folder, tmp_path / "stick" / "copy", full)
    assert names(tmp_path / "stick") == set()


def test_a_backup_needs_a_library_and_a_folder(opened: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFound, match=r"There is no library in .*none; name one"):
        backup(tmp_path / "none", tmp_path / "copy")
    assert not (tmp_path / "none").exists()
    with pytest.raises(InputRejected, match=r"There is no folder .*none; make it"):
        backup(opened.folder, tmp_path / "none" / "copy")


def test_a_damaged_library_is_not_backed_up(opened: Library, tmp_path: Path) -> None:
    opened.close()
    flip(opened.folder / DATABASE_FILE, 5 * PAGE + 4000)
    with pytest.raises(LibraryCorrupt, match="qa repair keeps what is whole"):
        backup(opened.folder, tmp_path / "copy")
    assert names(tmp_path) == {opened.folder.name}


# Restoring one


def test_a_restored_library_is_the_same_and_goes_on(
    copy: Path, articles: list[Article], fake_embedder: Embedder, tmp_path: Path
) -> None:
    before = copy.read_bytes()
    (tmp_path / "new").mkdir()
    assert restored(copy, tmp_path / "new", fake_embedder) == articles
    assert copy.read_bytes() == before
    with Library.open(tmp_path / "new", fake_embedder) as library, library._reading() as connection:
        assert connection is not None
        assert connection.pragma("journal_mode") == "wal"
    with Library.open(tmp_path / "new", fake_embedder) as library:
        assert library.search("Who chairs the chess club?", 1)[0].article == articles[0]
        library.remove([articles[0].id])
        assert library.check() == []


def test_a_restored_library_is_made_with_its_parents_for_its_owner(copy: Path, tmp_path: Path) -> None:
    restore(copy, tmp_path / "deep" / "new")
    assert mode(tmp_path / "deep" / "new") == 0o700
    assert names(tmp_path / "deep" / "new") == {DATABASE_FILE, LOCK_FILE}


def test_a_folder_that_holds_something_is_left_alone(copy: Path, opened: Library, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter.txt").write_text("precious")
    for folder in (tmp_path / "used", opened.folder, copy):
        assert refusal(copy, folder) == f"{folder} is there and not an empty folder; name a new one."
    assert names(tmp_path / "used") == {"letter.txt"}


def flip(file: Path, place: int, bit: int = 1) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= bit
    file.write_bytes(data)


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
        f"The backup {copy} is damaged, so nothing was restored; take another one. "
        "(The stored text of chess.txt was damaged.)"
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
