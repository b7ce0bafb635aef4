"""Fixtures: models that a person can compute by hand, libraries made of them, and data that may be absent."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from index.article import Article
from index.embedder import Fingerprint, Vectors
from index.library import Library
from index.passages import Passage
from qa.assistant import Assistant
from qa.reader import AnswerSpan, Reading

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

# Times are measured elsewhere; on a busy machine a deadline would fail by chance.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

# The one place that knows where data lies that is not part of the project.
SHARED = Path(__file__).parents[1].parent / "shared"


class FakeEmbedder:
    """Embeds a text as the bag of its words: dimension `d` counts the words whose hash is `d`; then unit length."""

    def __init__(self, dimension: int = 64, weights: str = "fake") -> None:
        self.fingerprint = Fingerprint("fake", weights, dimension, 256, "mean")
        self.embedded = 0

    def load(self) -> None:
        pass

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return self.embed_questions([f"{title} {text}" for title, text in zip(titles, texts, strict=True)])

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(questions), self.fingerprint.dimension), dtype=np.float32)
        for row, question in enumerate(questions):
            for word in question.lower().split():
                digest = hashlib.sha256(word.strip(".,?!").encode("utf-8", "replace")).digest()
                vectors[row, digest[0] % self.fingerprint.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class FakeReader:
    """Answers with the word after the first word of the question that the passage holds; score 10, or none: null 10.

    "who chairs the club?" read in "Ada chairs committees." gives the span "committees" with score 10 and null 0.
    """

    folder = None
    languages = None

    def load(self) -> None:
        pass

    def read(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        return [self._read(question, passage) for question, passage in pairs]

    def _read(self, question: str, passage: Passage) -> Reading:
        words = question.lower().strip("?").split()
        offset = 0
        tokens = []
        for word in passage.text.split():
            offset = passage.text.index(word, offset)
            tokens.append((word.strip(".,"), passage.start + offset))
            offset += len(word)
        for asked in words:
            for (word, _), (following, start) in pairwise(tokens):
                if word.lower() == asked and following:
                    return Reading((AnswerSpan(start, start + len(following), 10.0),), 0.0)
        return Reading((), 10.0)


@pytest.fixture
def fake_embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def fake_reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def articles() -> list[Article]:
    """Three short articles about three different things."""
    return [
        Article(
            "Chess club", "Ada chairs the chess club. The club meets on Friday. It was founded in 1987.", "chess.txt"
        ),
        Article(
            "Bakery", "Bruno bakes bread in Bremen. His bakery opens at six.", "bakery.txt", published="2024-05-01"
        ),
        Article("Harbour", "The harbour closed after the storm. Divers repaired the lock.", "harbour.txt"),
    ]


@pytest.fixture
def library(tmp_path: Path, fake_embedder: FakeEmbedder) -> Iterator[Library]:
    """An empty library in a folder that does not exist yet."""
    with Library.open(tmp_path / "library", fake_embedder) as library:
        yield library


@pytest.fixture
def opened(library: Library, articles: list[Article]) -> Library:
    """The library with the three articles in it."""
    library.add(articles)
    return library


@pytest.fixture
def assistant(library: Library, fake_reader: FakeReader, articles: list[Article]) -> Assistant:
    """An assistant on a library of three articles."""
    library.add(articles)
    return Assistant(library, fake_reader)


@pytest.fixture
def shared() -> Path:
    """Public question-answering sets that the project measures itself on; tests that need them skip without."""
    if not (SHARED / "data" / "choose").is_dir():
        pytest.skip("the public data sets are not beside the project")
    return SHARED
