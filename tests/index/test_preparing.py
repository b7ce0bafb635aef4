"""From articles to rows: each article gets the passages and the vectors that are its own."""

import numpy as np
import pytest

from index.article import Article
from index.embedder import Embedder
from index.errors import ModelDamaged
from index.passages import PassageSettings, split
from index.preparing import prepare

SETTINGS = PassageSettings(4, 0)


def test_every_article_gets_its_own_passages_and_vectors(fake_embedder: Embedder) -> None:
    articles = [
        Article("Long", "One two three. Four five six. Seven eight nine.", "a"),
        Article("Short", "Ten eleven.", "b"),
        Article("Middle", "Twelve is here. Thirteen is there.", "c"),
    ]
    prepared = prepare(articles, SETTINGS, fake_embedder)
    assert [item.article for item in prepared] == articles
    assert [[passage.text for passage in item.passages] for item in prepared] == [
        ["One two three.", "Four five six.", "Seven eight nine."],
        ["Ten eleven."],
        ["Twelve is here.", "Thirteen is there."],
    ]
    for item in prepared:
        assert list(item.passages) == split(item.article, SETTINGS, fake_embedder.count_tokens)
        titles, texts = zip(*((passage.title, passage.text) for passage in item.passages), strict=True)
        assert np.array_equal(item.vectors, fake_embedder.embed_passages(titles, texts))


def test_no_articles_are_no_work(fake_embedder: Embedder) -> None:
    assert prepare([], SETTINGS, fake_embedder) == []


def test_vectors_that_are_no_numbers_are_refused(fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = np.full((1, 64), np.nan, dtype=np.float32)
    monkeypatch.setattr(fake_embedder, "embed_passages", lambda *_: broken)
    with pytest.raises(ModelDamaged, match="The model fake gave a vector that holds no numbers"):
        prepare([Article("", "Some text.", "a")], PassageSettings(), fake_embedder)
