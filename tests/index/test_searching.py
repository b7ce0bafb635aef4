"""A large library is searched otherwise than a small one, and finds the same."""

from pathlib import Path
from random import Random

import pytest

from index import word_search
from index.article import Article
from index.embedder import Embedder
from index.library import Library
from index.passages import PassageSettings

WORDS = "amber birch cedar dune ember fjord grove harbour island juniper kelp lagoon meadow narrows orchard".split()


def made_articles(count: int) -> list[Article]:
    chance = Random(0)
    texts = [" ".join(chance.choices(WORDS, k=12)).capitalize() + "." for _ in range(count)]
    return [Article("", text, str(number)) for number, text in enumerate(texts)]


def found(library: Library, questions: list[str]) -> list[set[tuple[str, float]]]:
    """Sources with scores: those that differ by rounding alone may come in any order."""
    return [{(hit.article.source, round(hit.score, 4)) for hit in hits} for hits in library.search_many(questions, 150)]


def test_what_is_estimated_is_compared_again_with_what_is_stored(
    tmp_path: Path, fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all cells looked into, nothing may differ from a search that compares all."""
    questions = [" ".join(Random(seed).sample(WORDS, 3)) for seed in range(30)]
    settings = PassageSettings(20, 0)
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        library.add(made_articles(150))
        exact = found(library, questions)
    monkeypatch.setattr("index.vector_cache.EXACT", 100)
    monkeypatch.setattr("index.vectors._CELLS", 4)
    monkeypatch.setattr("index.vectors._LOOKED_INTO", 4)
    monkeypatch.setattr(word_search, "_FEW", 100)
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        with library._access.reading() as connection:
            assert connection is not None
            assert not library._access.vectors.at(connection).is_exact
        assert found(library, questions) == exact
