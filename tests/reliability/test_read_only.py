"""A library in a place where nobody may write: the same answers, and nothing changes there."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from damaging import SETTINGS, Contents, articles, contents, copy, make_library

from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import LibraryError, LibraryLocked, LibraryReadOnly
from index.library import Library
from index.vector_cache import VECTORS_FILE

LOG, SHARED = f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"
NOBODY = 65534

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions there are other ones")


@contextmanager
def nobody_special() -> Iterator[None]:
    """The superuser may write everywhere, so be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's folder, which is closed to other users."""
    made = Path(tempfile.mkdtemp(prefix="article-qa-"))
    made.chmod(0o755)
    yield made / "library"
    for path in (made / "library", *(made / "library").iterdir()):
        path.chmod(0o755)
    shutil.rmtree(made)


def lock_up(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size, path.read_bytes()) for path in folder.iterdir()}


def clean(folder: Path, embedder: Embedder) -> None:
    make_library(folder, embedder, articles())


def read_once(folder: Path, embedder: Embedder) -> None:
    clean(folder, embedder)
    contents(folder, embedder)
    assert (folder / SHARED).exists()


def killed(folder: Path, embedder: Embedder) -> None:
    """As a writer leaves it that is killed between a commit and emptying the log."""
    writing = folder.with_name("writing")
    with pytest.MonkeyPatch.context() as patch, Library.open(writing, embedder, settings=SETTINGS) as library:
        library.add(articles()[:11])
        patch.setattr(Database, "_settle", lambda *_: None)
        library.add(articles())
        copy(writing, folder)
    assert (folder / LOG).stat().st_size > 0


def without_cache(folder: Path, embedder: Embedder) -> None:
    clean(folder, embedder)
    (folder / VECTORS_FILE).unlink()


@pytest.mark.parametrize("make", [clean, read_once, killed, without_cache])
def test_the_same_answers_and_nothing_written(
    whole: Contents, fake_embedder: Embedder, folder: Path, make: Callable[[Path, Embedder], None]
) -> None:
    make(folder, fake_embedder)
    lock_up(folder)
    before = state(folder)
    with nobody_special():
        assert contents(folder, fake_embedder) == whole
        with Library.open(folder, fake_embedder, settings=SETTINGS) as library:
            assert library.check() == []
            with pytest.raises(LibraryReadOnly):
                library.remove([articles()[0].id])
    assert state(folder) == before


def test_files_alone_that_are_read_only(whole: Contents, fake_embedder: Embedder, folder: Path) -> None:
    clean(folder, fake_embedder)
    lock_up(folder)
    folder.chmod(0o777)
    names = {DATABASE_FILE, VECTORS_FILE}
    before = {name: state(folder)[name] for name in names}
    with nobody_special():
        assert contents(folder, fake_embedder) == whole
    assert {name: state(folder)[name] for name in names} == before


def test_a_log_that_cannot_be_shared_is_not_passed_over(fake_embedder: Embedder, folder: Path) -> None:
    """Without the log the newest article would be missing, and nobody would know."""
    killed(folder, fake_embedder)
    (folder / SHARED).unlink()
    lock_up(folder)
    with nobody_special(), pytest.raises(LibraryReadOnly, match="cannot be opened or written"):
        Library.open(folder, fake_embedder, settings=SETTINGS, read_only=True)


@pytest.fixture
def two_users(fake_embedder: Embedder, folder: Path) -> None:
    """A library that everybody may read and its owner write."""
    if os.geteuid() != 0:
        pytest.skip("needs two users")
    clean(folder, fake_embedder)
    (folder / DATABASE_FILE).chmod(0o644)  # both are made for their owner alone
    folder.chmod(0o755)


def test_who_may_not_write_still_sees_what_the_owner_writes(
    fake_embedder: Embedder, folder: Path, two_users: None
) -> None:
    first = articles()[0].id
    with nobody_special():
        mine = Library.open(folder, fake_embedder, settings=SETTINGS, read_only=True)
        assert len(mine) == 12
    with Library.open(folder, fake_embedder, settings=SETTINGS) as owner:
        owner.remove([first])
        with nobody_special():
            assert len(mine) == 11
            assert first not in {hit.article.id for hit in mine.search("Who repaired the bridge?", 100)}
    with nobody_special():
        assert len(mine) == 11
        mine.close()


def test_a_change_in_the_middle_of_reading_is_told(fake_embedder: Embedder, folder: Path, two_users: None) -> None:
    def change() -> None:
        os.seteuid(0)
        with Library.open(folder, fake_embedder, settings=SETTINGS) as owner:
            owner.remove([articles()[0].id])
        os.seteuid(NOBODY)

    with nobody_special(), Library.open(folder, fake_embedder, settings=SETTINGS, read_only=True) as mine:
        with pytest.raises(LibraryLocked, match="was changed while it was read; try again"), mine._access.reading():
            change()
        assert len(mine) == 11


def test_a_folder_that_may_not_even_be_read(fake_embedder: Embedder, folder: Path, two_users: None) -> None:
    folder.chmod(0o700)
    with nobody_special(), pytest.raises(LibraryError, match="cannot be read"):
        Library.open(folder, fake_embedder, settings=SETTINGS, read_only=True)
    folder.chmod(0o755)
    (folder / DATABASE_FILE).chmod(0o600)
    with nobody_special(), pytest.raises(LibraryError, match="cannot be opened"):
        Library.open(folder, fake_embedder, settings=SETTINGS, read_only=True)
