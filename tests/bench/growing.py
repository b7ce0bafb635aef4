"""Made passages in any number, whose vectors and words lie as those of real ones do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from index.article import Article
from index.embedder import Fingerprint, Vectors
from index.passages import Passage
from index.preparing import PreparedArticle
from index.sentences import sentence_spans
from index.vectors import Ids as Places

PASSAGES = 4  # an article
BATCH = 4_000  # passages made at a time
# Chosen so that the nearest neighbours of made passages are as near as those of real ones; `growth.py` prints both.
NOISE = 0.45  # of the spread of all passages
_FAMILY = 30  # neighbours of a real passage, one of which a made one is between
_OWN = 0.5  # of a passage's sentences, those that come from the passage that it is made after


@dataclass(frozen=True)
class RealPassages:
    """Passages that people wrote, and their vectors of shape (len(texts), dimension)."""

    texts: tuple[str, ...]
    vectors: Vectors


class GrowingCorpus:
    """Any number of articles made after real passages, the same at every run.

    A vector lies between a real one and one of its neighbours, with noise of the real ones' covariance; a text has
    sentences of the same passage and of others, so that each word is as common as it really is.
    """

    def __init__(self, real: RealPassages, seed: int = 0) -> None:
        self._real = real
        self._random = np.random.default_rng(seed)
        centred = real.vectors - real.vectors.mean(axis=0)
        _, lengths, self._axes = np.linalg.svd(centred, full_matrices=False)
        self._deviations = (lengths / np.sqrt(len(centred))).astype(np.float32)
        self._families = nearest(real.vectors, real.vectors, _FAMILY + 1)[0][:, 1:]
        self._sentences = [[text[start:end] for start, end in sentence_spans(text)] for text in real.texts]
        self._made = 0

    def articles(self, passages: int) -> Iterator[PreparedArticle]:
        """The next articles, together of so many passages."""
        for first in range(0, passages, BATCH):
            count = min(BATCH, passages - first)
            models = self._random.integers(len(self._real.texts), size=count)
            vectors = self.vectors(models)
            for start in range(0, count, PASSAGES):
                self._made += 1
                texts = [self._text(int(model)) for model in models[start : start + PASSAGES]]
                yield prepared(f"made/{self._made}", texts, vectors[start : start + PASSAGES])

    def vectors(self, models: Places) -> Vectors:
        """A vector near that of each real passage whose place is given, shape (len(models), dimension)."""
        real = self._real.vectors
        relatives = self._families[models, self._random.integers(_FAMILY, size=len(models))]
        share = self._random.random((len(models), 1), dtype=np.float32) / 2
        noise = self._random.standard_normal((len(models), len(self._deviations)), dtype=np.float32)
        made = (1 - share) * real[models] + share * real[relatives] + NOISE * (noise * self._deviations) @ self._axes
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    def _text(self, model: int) -> str:
        own = self._sentences[model]
        return " ".join(self._sentence(own if self._random.random() < _OWN else None) for _ in own)

    def _sentence(self, own: Sequence[str] | None) -> str:
        sentences = own or self._sentences[self._random.integers(len(self._sentences))]
        return sentences[self._random.integers(len(sentences))]


def prepared(source: str, texts: Sequence[str], vectors: Vectors) -> PreparedArticle:
    """An article of those passages, embedded already."""
    article = Article("", "\n\n".join(texts), source)
    borders = [0, *accumulate(len(text) + 2 for text in texts)]
    passages = tuple(
        Passage(article.id, "", start, following - 2, text)
        for text, (start, following) in zip(texts, pairwise(borders), strict=True)
    )
    return PreparedArticle(article, passages, vectors)


def nearest(vectors: Vectors, asked: Vectors, count: int) -> tuple[Places, Vectors]:
    """The places and cosines of the nearest `count` vectors to each asked one, by comparing with all, best first."""
    cosines = asked @ vectors.T
    places = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    return places, np.take_along_axis(cosines, places, axis=1)


class ReadyEmbedder:
    """The vectors of questions that were embedded before, so that a library is measured without its model."""

    def __init__(self, fingerprint: Fingerprint, questions: Sequence[str], vectors: Vectors) -> None:
        self.fingerprint = fingerprint
        self._vectors = dict(zip(questions, vectors, strict=True))

    def load(self) -> None:
        pass

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        raise NotImplementedError

    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        raise NotImplementedError

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[question] for question in questions])
