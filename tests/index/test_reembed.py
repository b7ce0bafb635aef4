"""Embedding a library anew, stopped and begun again, while it is used."""

import os
from pathlib import Path

import apsw
import pytest

from index import reembed as reembedding
from index.article import Article
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import LibraryCorrupt, LibraryError, LibraryLocked, LibraryNotFound, ModelMismatch
from index.facts import generation
from index.leftovers import REEMBEDDED_FOLDER
from index.library import Library
from index.page_checksums import checked_files
from index.passages import PassageSettings
from index.reembed import reembed
from index.write_lock import WriteLock


@pytest.fixture
def other(fake_embedder: Embedder) -> Embedder:
    """Another model than the library's."""
    return type(fake_embedder)(32, "other")  # type: ignore[call-arg]


def stop(done: int) -> None:
    if done == 2:
        raise KeyboardInterrupt


def test_a_library_is_refused_by_another_model_until_it_was_embedded_by_it(
    opened: Library, articles: list[Article], other: Embedder
) -> None:
    with pytest.raises(ModelMismatch, match="qa reembed"):
        Library.open(opened.folder, other)
    assert reembed(opened.folder, other) == 3
    with Library.open(opened.folder, other) as again:
        assert again.search("Who chairs the chess club?", 1)[0].article == articles[0]
        assert [again.article(summary.id) for summary in again.articles()] == articles
        assert again.check() == []
    assert not (opened.folder / REEMBEDDED_FOLDER).exists()


def test_other_passages_are_made_by_the_same_model(opened: Library, fake_embedder: Embedder) -> None:
    settings = PassageSettings(max_tokens=3, overlap_tokens=0)
    before = len(opened.search("club bakery harbour", 99))
    opened.close()
    reembed(opened.folder, fake_embedder, settings=settings)
    with Library.open(opened.folder, fake_embedder, settings=settings) as again:
        assert len(again.search("club bakery harbour", 99)) > before


def test_one_that_was_stopped_goes_on_and_the_old_vectors_answer_meanwhile(
    opened: Library, articles: list[Article], other: Embedder
) -> None:
    with pytest.raises(KeyboardInterrupt):
        reembed(opened.folder, other, progress=stop)
    assert opened.search("Who chairs the chess club?", 1)[0].article == articles[0]
    opened.remove([articles[1].id])
    new = Article("New", "Nora knits nets.", "new.txt")
    opened.add([new])
    done_before = other.embedded  # type: ignore[attr-defined]
    assert reembed(opened.folder, other) == 3
    assert other.embedded - done_before < 3  # type: ignore[attr-defined]
    with Library.open(opened.folder, other) as again:
        assert {summary.source for summary in again.articles()} == {articles[0].source, articles[2].source, "new.txt"}


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        (0, [(3, False), (0, False)]),
        (1, [(3, False), (1, False), (0, False)]),
        (9, [(3, False), (1, False), (1, False), (1, True), (0, True)]),  # as much as is done meanwhile
    ],
)
def test_what_is_changed_while_it_runs_is_followed_and_writers_wait_only_for_the_last(
    opened: Library,
    articles: list[Article],
    other: Embedder,
    monkeypatch: pytest.MonkeyPatch,
    following: int,
    expected: list[tuple[int, bool]],
) -> None:
    catch_up = reembedding._catch_up
    followed: list[tuple[int, bool]] = []

    def change(done: int) -> None:
        if done == 3:
            opened.remove([articles[0].id])
            opened.add([Article("Bakery", "It burned down.", "bakery.txt"), Article("", "Nora knits nets.", "0.txt")])

    def watched(new: Library, database: Database) -> int:
        changed, locked = catch_up(new, database), is_locked(opened.folder)
        followed.append((changed, locked))
        if not locked and len(followed) <= following:
            opened.add([Article("", "One more.", f"{len(followed)}.txt")])
        return changed

    monkeypatch.setattr(reembedding, "_catch_up", watched)
    new = min(following, 3)
    assert reembed(opened.folder, other, progress=change) == 3 + new
    assert followed == expected
    with Library.open(opened.folder, other) as again:
        assert again.check() == []
        sources = [again.article(summary.id).source for summary in again.articles()]
    assert sources == ["harbour.txt", "bakery.txt", "0.txt", *(f"{number}.txt" for number in range(1, new + 1))]


def is_locked(folder: Path) -> bool:
    try:
        with WriteLock(folder).held(wait=0):
            return False
    except LibraryLocked:
        return True


def alter(folder: Path, statement: str) -> None:
    """Change what is stored, the checksums of the pages too."""
    connection = apsw.Connection(str(folder / DATABASE_FILE), vfs=checked_files())
    connection.execute(statement)
    connection.close()


def test_what_was_damaged_while_it_was_stopped_is_made_again(
    opened: Library, articles: list[Article], other: Embedder
) -> None:
    with pytest.raises(KeyboardInterrupt):
        reembed(opened.folder, other, progress=stop)
    alter(opened.folder / REEMBEDDED_FOLDER, "UPDATE articles SET text = replace(text, 'Ada', 'Eve')")
    assert reembed(opened.folder, other) == 3
    with Library.open(opened.folder, other) as again:
        assert {again.article(summary.id) for summary in again.articles()} == set(articles)


def test_an_article_whose_id_was_damaged_is_not_lost(opened: Library, articles: list[Article], other: Embedder) -> None:
    opened.close()
    alter(opened.folder, "UPDATE articles SET id = 'other' WHERE source = 'chess.txt'")
    with pytest.raises(LibraryCorrupt, match="qa repair keeps what is whole"):
        reembed(opened.folder, other)
    assert {summary.source for summary in opened.articles()} == {article.source for article in articles}


def test_one_that_was_begun_for_another_model_begins_anew(opened: Library, other: Embedder) -> None:
    third = type(other)(16, "third")  # type: ignore[call-arg]
    with pytest.raises(KeyboardInterrupt):
        reembed(opened.folder, third, progress=stop)
    assert reembed(opened.folder, other) == 3


def test_a_folder_without_a_library_is_refused(tmp_path: Path, other: Embedder) -> None:
    with pytest.raises(LibraryNotFound):
        reembed(tmp_path / "none", other)


def test_a_second_one_is_refused_while_the_first_runs(opened: Library, other: Embedder) -> None:
    """Both would write to the same new library, and one would move it away from the other."""
    refused: list[str] = []

    def begin_another(_: int) -> None:
        with pytest.raises(LibraryLocked) as error:
            reembed(opened.folder, other)
        refused.append(str(error.value))

    assert reembed(opened.folder, other, progress=begin_another) == 3
    assert len(refused) == 3
    assert f"(number {os.getpid()}) is embedding anew the library in" in refused[0]


def test_the_old_file_is_gone_also_where_the_disk_has_no_links(
    opened: Library, other: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    reembed(opened.folder, other)
    assert [file.name for file in opened.folder.iterdir() if "damaged" in file.name] == []


def test_it_counts_on_from_the_old_generation(opened: Library, other: Embedder) -> None:
    """Two contents with one number would let a process that has the old vectors in memory keep them."""
    for number in range(20):
        opened.add([Article("", f"Version {number}.", "changing.txt")])
    database = Database(opened.folder)
    with database.reading() as connection:
        before = generation(connection)
    reembed(opened.folder, other)
    with database.reading() as connection:
        assert generation(connection) > before
    database.close()


def test_one_that_was_stopped_while_it_was_moved_begins_anew(opened: Library, other: Embedder) -> None:
    aside = opened.folder / REEMBEDDED_FOLDER
    aside.mkdir()
    (aside / "vectors.faiss").write_bytes(b"left")
    assert reembed(opened.folder, other) == 3


def test_compacting_leaves_nothing_of_what_was_stopped(opened: Library, other: Embedder) -> None:
    with pytest.raises(KeyboardInterrupt):
        reembed(opened.folder, other, progress=stop)
    for name in ("library.repaired", "library.restoring"):
        (opened.folder / name).mkdir()
        (opened.folder / name / "library.sqlite").write_text("removed since")
    for name in ("library.new-wal", "library.upgraded", "library.damaged-7.sqlite-wal"):
        (opened.folder / name).write_text("removed since")
    opened.compact()
    opened.close()
    left = {file.name for file in opened.folder.iterdir()}
    assert left <= {"library.sqlite", "library.lock", "vectors.faiss", "library.reembedding.lock"}


def test_compacting_leaves_alone_what_a_running_one_has_made(opened: Library, other: Embedder) -> None:
    def compact(done: int) -> None:
        if done == 2:
            opened.compact()

    assert reembed(opened.folder, other, progress=compact) == 3


def test_compacting_inside_a_transaction_is_refused(opened: Library) -> None:
    with opened.transaction(), pytest.raises(LibraryError, match="is inside a transaction; compact it afterwards"):
        opened.compact()
    assert opened.check() == []
