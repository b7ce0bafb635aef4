"""Embedding a library anew, stopped and begun again, while it is used."""

from pathlib import Path

import pytest

from index.article import Article
from index.embedder import Embedder
from index.errors import LibraryNotFound, ModelMismatch
from index.library import Library
from index.passages import PassageSettings
from index.reembed import REEMBEDDED_FOLDER, reembed


@pytest.fixture
def other(fake_embedder: Embedder) -> Embedder:
    """Another model than the library's."""
    return type(fake_embedder)(32, "other")  # type: ignore[call-arg]


def stop(done: int) -> None:
    if done == 2:
        raise KeyboardInterrupt


@pytest.fixture
def opened(library: Library, articles: list[Article]) -> Library:
    library.add(articles)
    return library


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


def test_one_that_was_begun_for_another_model_begins_anew(opened: Library, other: Embedder) -> None:
    third = type(other)(16, "third")  # type: ignore[call-arg]
    with pytest.raises(KeyboardInterrupt):
        reembed(opened.folder, third, progress=stop)
    assert reembed(opened.folder, other) == 3


def test_a_folder_without_a_library_is_refused(tmp_path: Path, other: Embedder) -> None:
    with pytest.raises(LibraryNotFound):
        reembed(tmp_path / "none", other)
