"""Backups: one file of one snapshot, complete before it gets its name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from backups import PAGE, flip, mode, names, restored

from index import backup as backup_module
from index.article import Article
from index.backup import backup, restore
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import DiskFull, InputRejected, LibraryCorrupt, LibraryError, LibraryNotFound, RejectionReason
from index.facts import generation
from index.library import Library
from index.page_checksums import checked_files

NEW = Article("New", "Nora knits nets.", "new.txt")


def writing(file: Path) -> Callable[[int, int], None]:
    """Progress during which somebody else writes to `file`."""

    def progress(done: int, total: int) -> None:
        file.write_text("precious")

    return progress


def test_a_backup_is_one_private_file(opened: Library, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert backup(opened.folder, copy) == 3
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
