"""Libraries of every format that was ever written open and answer as they did; newer ones are refused."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from damaging import copy
from old_libraries import ANSWERS, ARTICLES, FOLDER, NEW_ARTICLE, SETTINGS, answers

from index import database
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import FormatTooNew, LibraryLocked
from index.facts import get_fact, is_one_library
from index.library import Library
from index.schema import FORMAT
from index.upgrade import upgrade
from index.vector_cache import VECTORS_FILE

FORMATS = range(1, FORMAT + 1)


@pytest.fixture(params=FORMATS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the library of each format."""
    return copy(FOLDER / f"format-{request.param}", tmp_path / "old")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A copy of the library of format 1."""
    return copy(FOLDER / "format-1", tmp_path / "first")


def format_of(folder: Path) -> int:
    return int.from_bytes((folder / DATABASE_FILE).read_bytes()[60:64], "big")


def assert_answers(library: Library) -> None:
    """What the code of that time answered, to the last character, with the articles as they were."""
    expected = json.loads((library.folder / ANSWERS).read_text(encoding="utf-8"))
    for mine, right in zip(answers(library), expected, strict=True):
        assert [hit[:4] for hit in mine] == [hit[:4] for hit in right]
        for one, other in zip(mine, right, strict=True):
            assert one[4:] == pytest.approx(other[4:], abs=1e-4)
    assert [library.article(summary.id) for summary in library.articles()] == ARTICLES


def test_a_library_of_each_format_lies_here() -> None:
    for number in FORMATS:
        assert format_of(FOLDER / f"format-{number}") == number
        assert {path.name for path in (FOLDER / f"format-{number}").iterdir()} == {ANSWERS, DATABASE_FILE, VECTORS_FILE}


@pytest.mark.parametrize("read_only", [True, False])
def test_reading_answers_as_ever_and_changes_nothing(old: Path, fake_embedder: Embedder, read_only: bool) -> None:
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    with Library.open(old, fake_embedder, settings=SETTINGS, read_only=read_only) as library:
        assert_answers(library)
        assert library.check() == []
    assert {name: (old / name).read_bytes() for name in before} == before


def test_the_first_write_brings_it_up_to_date(old: Path, fake_embedder: Embedder) -> None:
    with (
        Library.open(old, fake_embedder, settings=SETTINGS) as library,
        Library.open(old, fake_embedder, settings=SETTINGS, read_only=True) as reading,
    ):
        assert_answers(reading)
        library.add([NEW_ARTICLE])
        assert reading.search("Who knits nets?", 1)[0].article == NEW_ARTICLE
        library.remove([NEW_ARTICLE.id])
        assert_answers(library)
        assert_answers(reading)
        assert library.check() == []
    assert format_of(old) == FORMAT
    with Library.open(old, fake_embedder, settings=SETTINGS) as library:
        assert_answers(library)


def assert_goes_on(killed: Path, embedder: Embedder) -> None:
    """What a killed upgrade left answers as before, and a write brings it up to date."""
    with Library.open(killed, embedder, settings=SETTINGS) as library:
        assert_answers(library)
        library.remove([ARTICLES[0].id])
        library.add([NEW_ARTICLE])
        assert [summary.source for summary in library.articles()][-1] == NEW_ARTICLE.source
        assert len(library) == len(ARTICLES)
        assert library.check() == []
    assert format_of(killed) == FORMAT


class Stopped(Exception):
    """An upgrade was stopped."""


@contextmanager
def watching(watch: Callable[[apsw.Connection], None], move: Callable[[str], None] | None = None) -> Iterator[None]:
    """Show `watch` every connection that an upgrade opens, and tell `move` before it moves or removes a file."""

    def watched(path: Path) -> None:
        apsw.connection_hooks.append(watch)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("replace", "unlink") if move else ():
                patch.setattr(Path, name, moving(name, getattr(Path, name)))
            try:
                upgrade(path)
            finally:
                apsw.connection_hooks.remove(watch)

    def moving(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def moved(*arguments: object, **options: object) -> object:
            assert move is not None
            move(name)
            return original(*arguments, **options)

        return moved

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "upgrade", watched)
        yield


@contextmanager
def before_each_step(act: Callable[[int], object]) -> Iterator[list[str]]:
    """Call `act` before every statement of an upgrade and every move of a file with its number; gives the steps."""
    steps: list[str] = []

    def step(name: str) -> None:
        act(len(steps))
        steps.append(name)

    def watch(connection: apsw.Connection) -> None:
        connection.exec_trace = lambda _, statement, __: step(statement) or True  # type: ignore[func-returns-value]

    with watching(watch, step):
        yield steps


def test_killed_at_any_step_it_opens_and_the_upgrade_begins_again(
    first: Path, fake_embedder: Embedder, tmp_path: Path
) -> None:
    """A copy of the folder is what a killed process leaves."""
    with (
        before_each_step(lambda step: shutil.copytree(first, tmp_path / f"killed-{step}")) as steps,
        Library.open(first, fake_embedder, settings=SETTINGS) as library,
    ):
        library.add([NEW_ARTICLE])
    assert {"VACUUM INTO ?", "BEGIN IMMEDIATE", "COMMIT", "replace"} < {*steps}
    for step in range(len(steps)):
        assert_goes_on(tmp_path / f"killed-{step}", fake_embedder)


def test_killed_in_the_middle_of_a_statement(first: Path, fake_embedder: Embedder, tmp_path: Path) -> None:
    """Above all while all pages are written anew."""
    left: list[Path] = []

    def save() -> bool:
        left.append(copy(first, tmp_path / f"killed-{len(left)}"))
        return False

    with (
        watching(lambda connection: connection.set_progress_handler(save, 50)),  # of SQLite's own steps
        Library.open(first, fake_embedder, settings=SETTINGS) as library,
    ):
        library.add([NEW_ARTICLE])
    assert len(left) > 10
    for killed in left:
        assert_goes_on(killed, fake_embedder)


def test_who_has_the_old_file_open_in_an_older_version_does_no_harm(first: Path, fake_embedder: Embedder) -> None:
    """It would write pages without checksums; what it reads and writes is the old file, until it sees the new one."""
    older = apsw.Connection(str(first / DATABASE_FILE), vfs="unix")  # as plain as the older version's
    assert older.execute("SELECT count(*) FROM articles").fetchone() == (len(ARTICLES),)
    before = (first / DATABASE_FILE).stat().st_ino
    with Library.open(first, fake_embedder, settings=SETTINGS) as library:
        library.add([NEW_ARTICLE])
        assert (first / DATABASE_FILE).stat().st_ino != before  # by which the older version sees it too
        older.execute("UPDATE articles SET title = 'Old'")
        older.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        older.close()
        assert library.check() == []
        assert [library.article(summary.id) for summary in library.articles()] == [*ARTICLES, NEW_ARTICLE]
    with Library.open(first, fake_embedder, settings=SETTINGS) as library:
        assert library.check() == []


def test_an_upgrade_waits_for_who_reads_the_log(first: Path, fake_embedder: Embedder) -> None:
    older = apsw.Connection(str(first / DATABASE_FILE), vfs="unix")
    older.execute("INSERT INTO facts VALUES ('older', 'yes')")
    older.execute("BEGIN")
    older.execute("SELECT count(*) FROM articles").fetchone()
    with Library.open(first, fake_embedder, settings=SETTINGS) as library:
        with pytest.raises(LibraryLocked, match="Others are reading the library"):
            library.add([NEW_ARTICLE])
        older.execute("COMMIT")
        library.add([NEW_ARTICLE])
        assert len(library) == len(ARTICLES) + 1
    older.close()


def test_an_upgraded_library_has_an_id_and_keeps_its_permissions(first: Path, fake_embedder: Embedder) -> None:
    (first / DATABASE_FILE).chmod(0o640)
    with Library.open(first, fake_embedder, settings=SETTINGS) as library:
        library.add([NEW_ARTICLE])
    assert stat.S_IMODE((first / DATABASE_FILE).stat().st_mode) == 0o640
    with Database(first).reading() as connection:
        assert get_fact(connection, "library")
        assert is_one_library(connection)


def test_failed_at_any_step_the_same_library_goes_on(first: Path, fake_embedder: Embedder, tmp_path: Path) -> None:
    def stop(step: int) -> None:
        if step == at:
            raise Stopped

    at = 0
    while True:
        failed = copy(first, tmp_path / "failed")
        with Library.open(failed, fake_embedder, settings=SETTINGS) as library:
            try:
                with before_each_step(stop):
                    library.add([NEW_ARTICLE])
                break
            except Stopped:
                at += 1
            assert_answers(library)
            library.add([NEW_ARTICLE])
            library.remove([NEW_ARTICLE.id])
            assert_answers(library)
            assert library.check() == []
    assert at > 20


def test_a_newer_format_is_refused_and_left_as_it_is(old: Path, fake_embedder: Embedder) -> None:
    connection = apsw.Connection(str(old / DATABASE_FILE), vfs="cksmvfs")
    connection.pragma("user_version", FORMAT + 1)
    connection.close()
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    for read_only in (True, False):
        with pytest.raises(FormatTooNew, match=f"format {FORMAT + 1}.*update article-qa"):
            Library.open(old, fake_embedder, settings=SETTINGS, read_only=read_only)
    assert {name: (old / name).read_bytes() for name in before} == before
