"""A write-ahead log that a killed writer left: what it had reported as stored does not hang on that log."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from damaging import SETTINGS, Report, articles, contents, copy, counted, flip, outcome

from index.article import Article
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import LibraryError
from index.library import Library
from index.preparing import prepare

LOG = f"{DATABASE_FILE}-wal"
SHARED = f"{DATABASE_FILE}-shm"


def leave(folder: Path, embedder: Embedder, texts: list[Article]) -> Path:
    """The folder as of the moment between a commit and its report: the last of those articles is in the log only.

    The kernel has what a process wrote, so a copy is what a killed one leaves.
    """
    writing = folder.with_name(f"{folder.name}-writing")
    with pytest.MonkeyPatch.context() as patch, Library.open(writing, embedder, settings=SETTINGS) as library:
        library.add(texts[:-1])
        patch.setattr(Database, "_settle", lambda *_: copy(writing, folder))
        library.store(prepare(texts[-1:], SETTINGS, embedder)[0])
    assert (folder / LOG).stat().st_size > 4096
    return folder


@pytest.fixture
def left(tmp_path: Path, fake_embedder: Embedder) -> Path:
    """A library whose fifth article is in the log only."""
    return leave(tmp_path / "left", fake_embedder, articles()[:5])


def test_an_article_in_a_whole_log_is_there(left: Path, fake_embedder: Embedder) -> None:
    with Library.open(left, fake_embedder, settings=SETTINGS) as library:
        assert library.articles()[4].source == articles()[4].source
        assert library.check() == []


def test_nothing_that_was_reported_is_in_the_log_alone(tmp_path: Path, fake_embedder: Embedder) -> None:
    """At each report of a long add the library is whole without the log and with any other one."""
    counts = []

    def report(done: int) -> None:
        killed = copy(library.folder, tmp_path / "killed")
        for name in (LOG, SHARED):
            (killed / name).unlink(missing_ok=True)
        with Library.open(killed, fake_embedder, settings=SETTINGS) as reopened:
            counts.append((done, len(reopened)))

    with Library.open(tmp_path / "library", fake_embedder, settings=SETTINGS) as library:
        library.add(articles(), report)
    assert counts == [(done, done) for done in range(1, 13)]


@pytest.mark.timeout(3600)
def test_a_damaged_log_loses_at_most_what_nobody_was_told_is_stored(
    left: Path, fake_embedder: Embedder, tmp_path: Path, long: bool, report: Report
) -> None:
    with_it = contents(copy(left, tmp_path / "copy"), fake_embedder)
    (tmp_path / "copy" / LOG).unlink()
    without = contents(tmp_path / "copy", fake_embedder)
    assert (len(without.listed), len(with_it.listed)) == (4, 5)
    size = (left / LOG).stat().st_size
    random = Random(5)
    damages = {*range(32), *range(56, 64), *random.sample(range(size), 4_000 if long else 60)}
    outcomes = {}
    for offset in damages:
        damaged = copy(left, tmp_path / "copy")
        flip(damaged / LOG, offset, random.randrange(8))
        kept = outcome(damaged, fake_embedder, with_it)
        before = outcome(damaged, fake_embedder, without) if kept == "different" else ""
        outcomes[f"byte {offset}"] = "as before the commit" if before == "same" else kept
    counts = counted(outcomes, report)
    assert set(counts) <= {"same", "as before the commit"}


def test_a_log_that_was_cut_off_or_is_missing(left: Path, fake_embedder: Embedder, tmp_path: Path) -> None:
    whole = contents(copy(left, tmp_path / "copy"), fake_embedder)
    (tmp_path / "copy" / LOG).unlink()
    before = contents(tmp_path / "copy", fake_embedder)
    size = (left / LOG).stat().st_size
    for length in (0, 1, 16, 32, size // 4, size // 2, size - 1, size):
        damaged = copy(left, tmp_path / "copy")
        (damaged / LOG).write_bytes((left / LOG).read_bytes()[:length])
        assert contents(damaged, fake_embedder) == (whole if length == size else before)


def test_without_emptying_the_log_reported_articles_would_vanish(
    tmp_path: Path, fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    """What the tests above would miss if a whole log were all that SQLite can do about a damaged one."""
    monkeypatch.setattr(Database, "_settle", lambda *_: None)
    with Library.open(tmp_path / "library", fake_embedder, settings=SETTINGS) as library:
        library.add(articles(), lambda done: copy(library.folder, tmp_path / "left") if done == 12 else None)
    left = tmp_path / "left"
    whole = contents(copy(left, tmp_path / "copy"), fake_embedder)
    assert len(whole.listed) == 12
    random = Random(6)
    outcomes = {}
    for _ in range(20):
        offset = random.randrange((left / LOG).stat().st_size)
        damaged = copy(left, tmp_path / "copy")
        flip(damaged / LOG, offset, random.randrange(8))
        outcomes[f"byte {offset}"] = outcome(damaged, fake_embedder, whole)
    counts = counted(outcomes, report)
    assert counts["different"] > 10


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("other", [articles()[:9], articles(1), articles(1)[:5], articles(1)[:1]])
def test_the_log_of_another_library_or_generation_is_refused(
    left: Path, fake_embedder: Embedder, tmp_path: Path, other: list[Article], shared: bool
) -> None:
    """SQLite itself mixes the pages of both: each is whole, so no checksum tells."""
    (left / LOG).write_bytes((leave(tmp_path / "other", fake_embedder, other) / LOG).read_bytes())
    if not shared:
        (left / SHARED).unlink()
    with pytest.raises(LibraryError):
        Library.open(left, fake_embedder, settings=SETTINGS)
