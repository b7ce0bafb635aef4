"""The starter library: made once, kept, and there for everyone, whether the cache can be written or not."""

import json
from pathlib import Path

import pytest

from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.errors import LibraryReadOnly
from qa import starter
from qa.reader import Reader
from qa.starter import TEST_SET, open_starter, starter_articles, starter_questions


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(starter, "user_cache_path", lambda name: cache / name)
    return cache


def test_every_seed_is_an_article(cache: Path) -> None:
    files = sorted((TEST_SET.parent / "articles").iterdir())
    articles = list(starter_articles())
    assert [article.source for article in articles] == [f"starter/{file.name}" for file in files]
    assert all(article.title and article.published and len(article.text) > 500 for article in articles)
    published = [article.published or "" for article in articles]
    assert published == sorted(published)


def test_the_answers_of_the_test_set_are_slices_of_the_articles() -> None:
    articles = {article.title: article.text for article in starter_articles()}
    answerable = 0
    for entry in json.loads(TEST_SET.read_text(encoding="utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            assert paragraph["context"] in articles[entry["title"]]
            for question in paragraph["qas"]:
                answerable += not question["is_impossible"]
                assert bool(question["answers"]) is not question["is_impossible"]
                for answer in question["answers"]:
                    start = answer["answer_start"]
                    assert paragraph["context"][start : start + len(answer["text"])] == answer["text"]
    assert answerable > 100


def test_the_library_is_made_once_and_then_reused(cache: Path, fake_embedder: Embedder, fake_reader: Reader) -> None:
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        first = assistant.articles()
    assert [summary.source for summary in first] == [article.source for article in starter_articles()]
    embedded = fake_embedder.embedded  # type: ignore[attr-defined]
    assert embedded > len(first)
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        assert assistant.articles() == first
        assert assistant.ask("Who was sworn in?").answers is not None
    assert fake_embedder.embedded == embedded  # type: ignore[attr-defined]
    assert [folder.name[:8] for folder in (cache / "article-qa").iterdir()] == ["starter-"]


def test_it_may_only_be_read(cache: Path, fake_embedder: Embedder, fake_reader: Reader) -> None:
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant, pytest.raises(LibraryReadOnly):
        assistant.remove(assistant.articles()[0].id)


def test_another_model_makes_another_library_in_place_of_the_first(
    cache: Path, fake_embedder: Embedder, fake_reader: Reader
) -> None:
    other = type(fake_embedder)(weights="other")  # type: ignore[call-arg]
    for embedder in (fake_embedder, other, fake_embedder):
        with open_starter(embedder=embedder, reader=fake_reader) as assistant:
            assert len(assistant.articles()) == len(list(starter_articles()))
            assert [assistant.library.folder] == list((cache / "article-qa").iterdir())


def test_a_cache_that_cannot_be_written_is_done_without(
    cache: Path,
    tmp_path: Path,
    fake_embedder: Embedder,
    fake_reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        assert len(assistant.articles()) == len(list(starter_articles()))
        assert assistant.library.folder.is_relative_to(tmp_path)
    assert "cannot be kept in the cache" in caplog.text


def test_a_folder_without_a_library_in_the_cache_is_filled(
    cache: Path, fake_embedder: Embedder, fake_reader: Reader
) -> None:
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        folder = assistant.library.folder
    for file in folder.iterdir():
        file.unlink()
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        assert assistant.library.folder == folder
        assert len(assistant.articles()) == len(list(starter_articles()))


def test_a_damaged_library_in_the_cache_is_made_anew(cache: Path, fake_embedder: Embedder, fake_reader: Reader) -> None:
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        folder = assistant.library.folder
    (folder / DATABASE_FILE).write_bytes(b"no SQLite file " * 100)
    with open_starter(embedder=fake_embedder, reader=fake_reader) as assistant:
        assert assistant.library.folder == folder
        assert len(assistant.articles()) == len(list(starter_articles()))


def test_a_half_made_library_is_never_opened(
    cache: Path, fake_embedder: Embedder, fake_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(titles: object, texts: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(fake_embedder, "embed_passages", fail)
        with pytest.raises(MemoryError):
            open_starter(embedder=fake_embedder, reader=fake_reader)
    assert list((cache / "article-qa").iterdir()) == []


def test_example_questions_are_answered_ones_of_different_articles() -> None:
    questions = starter_questions(6)
    assert len(set(questions)) == 6
    by_question = {
        question["question"]: (entry["title"], question["is_impossible"])
        for entry in json.loads(TEST_SET.read_text(encoding="utf-8"))["data"]
        for paragraph in entry["paragraphs"]
        for question in paragraph["qas"]
    }
    assert len({by_question[question][0] for question in questions}) == 6
    assert not any(by_question[question][1] for question in questions)
    assert starter_questions(1) == questions[:1]
    assert len(starter_questions(1000)) <= len(list(starter_articles()))
