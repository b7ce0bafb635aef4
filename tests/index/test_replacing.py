"""A new file in the place of a library's: stopped anywhere, the next writer finishes it, and no log is lost or mixed."""

import errno
import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import database as opening
from index import replacing
from index.database import Database
from index.errors import DiskFull, LibraryError, LibraryLocked
from index.facts import get_fact, set_fact
from index.folders import is_library
from index.replacing import finish, is_unfinished, replace, replace_damaged

OLD, LOG, NEW = b"old", b"log", b"new"


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def path(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A damaged file with a log, and the new one; on a disk with or without hard links."""
    folder = tmp_path / "library"
    (folder / "aside").mkdir(parents=True)
    (folder / "aside" / "new").write_bytes(NEW)
    for ending, content in (("", OLD), ("-wal", LOG), ("-shm", b"shared")):
        (folder / f"library.sqlite{ending}").write_bytes(content)
    if not request.param:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    return folder / "library.sqlite"


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def before_each_move(act: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    """Call `act` before each change of the folder."""
    for name in ("replace", "rename", "unlink", "hardlink_to"):
        original = getattr(Path, name)

        def changed(*arguments: object, original: Callable[..., object] = original, **options: object) -> object:
            act()
            return original(*arguments, **options)

        patch.setattr(Path, name, changed)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_a_damaged_file_and_its_log_stay_together_wherever_it_is_stopped(path: Path, tmp_path: Path) -> None:
    left: list[Path] = []

    def save() -> None:
        left.append(tmp_path / f"left{len(left)}")
        subprocess.run(["cp", "-a", path.parent, left[-1]], check=True)  # a file with two names stays one

    with pytest.MonkeyPatch.context() as patch:
        before_each_move(save, patch)
        kept = replace_damaged(path, path.parent / "aside" / "new")
    assert kept.name == "library.damaged-1.sqlite"
    done = {"library.sqlite": NEW, kept.name: OLD, f"{kept.name}-wal": LOG}
    assert contents(path.parent) == done
    assert len(left) >= 5
    for folder in left:
        begun = is_unfinished(folder / path.name)
        finish(folder / path.name)
        if begun:
            assert contents(folder) == done
        else:
            assert contents(folder) == {path.name: OLD, f"{path.name}-wal": LOG, f"{path.name}-shm": b"shared"}


def test_a_library_is_there_at_each_moment_of_a_repair(path: Path) -> None:
    seen: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        before_each_move(lambda: seen.append(is_library(path.parent)), patch)
        replace_damaged(path, path.parent / "aside" / "new")
    assert len(seen) >= 5
    assert all(seen)


def test_a_repaired_file_gets_its_name_also_where_nothing_of_the_damaged_one_is_left(path: Path) -> None:
    path.rename(path.with_name("library.next-repaired"))
    finish(path)
    assert path.exists()
    assert not is_unfinished(path)


def test_a_file_that_gets_its_name_between_two_looks_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = tmp_path / "library.next"
    new.write_bytes(NEW)

    def late(path: Path) -> bool:
        new.replace(path)
        return is_unfinished(path)

    monkeypatch.setattr(opening, "is_unfinished", late)
    assert is_library(tmp_path)


def test_a_kept_file_takes_no_number_that_a_log_has(path: Path) -> None:
    (path.parent / "library.damaged-4.sqlite-wal").write_bytes(b"of a file that somebody deleted")
    assert replace_damaged(path, path.parent / "aside" / "new").name == "library.damaged-5.sqlite"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database that says old, beside a new one."""
    for folder, word in ((tmp_path, "old"), (tmp_path / "aside", "new")):
        with Database(folder).writing() as connection:
            set_fact(connection, "word", word)
    database = Database(tmp_path)
    yield database
    database.close()


def recall(database: Database) -> str | None:
    with database.reading() as connection:
        return get_fact(connection, "word")


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_opens_it_next_finishes_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recall(database) == "old"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(replacing, "finish", stopped)
        replace(database.path, database.path.parent / "aside" / "library.sqlite")
    assert recall(database) == "new"
    assert not is_unfinished(database.path)


@pytest.mark.parametrize("put", [replace, replace_damaged])
@pytest.mark.parametrize("moment", range(4))
@pytest.mark.parametrize(("number", "kind"), [(errno.EIO, LibraryError), (errno.ENOSPC, DiskFull)])
def test_a_disk_that_fails_is_told_and_who_opens_it_next_goes_on(
    database: Database,
    put: Callable[[Path, Path], object],
    moment: int,
    number: int,
    kind: type[LibraryError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flushes = itertools.count()

    def fail(_: int) -> None:
        if next(flushes) == moment:
            raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch, pytest.raises(LibraryError) as caught:
        patch.setattr(os, "fsync", fail)
        put(database.path, database.path.parent / "aside" / "library.sqlite")
    assert type(caught.value) is kind
    assert recall(database) == ("old" if moment == 0 else "new")  # from the first move on the new one is the library


def test_a_log_that_others_read_is_not_thrown_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "_settle", lambda *_: None)
    with database.writing() as connection:
        set_fact(connection, "word", "in the log")
    other = Database(database.path.parent)
    with other.reading() as connection:
        get_fact(connection, "word")
        with database.writing() as writing:
            set_fact(writing, "word", "newest")
        with pytest.raises(LibraryLocked, match="Others are reading the library"):
            replace(database.path, database.path.parent / "aside" / "library.sqlite")
    other.close()
    assert recall(database) == "newest"
    replace(database.path, database.path.parent / "aside" / "library.sqlite")
    assert recall(database) == "new"


def test_who_reads_the_old_file_finishes_with_it_and_then_sees_the_new_one(database: Database) -> None:
    with database.reading() as connection:
        replace(database.path, database.path.parent / "aside" / "library.sqlite")
        assert get_fact(connection, "word") == "old"
    assert recall(database) == "new"


@pytest.mark.parametrize("moment", ["connect", "transaction"])
def test_a_file_that_is_replaced_while_it_is_opened_is_not_a_ghost(
    database: Database, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(opening, moment)
    new = database.path.parent / "aside" / "library.sqlite"

    def late(*arguments: object, **options: object) -> object:
        opened = original(*arguments, **options)
        if new.exists():
            replace(database.path, new)
        return opened

    monkeypatch.setattr(opening, moment, late)
    assert recall(database) == "new"
    assert recall(database) == "new"
