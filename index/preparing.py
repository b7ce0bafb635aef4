"""From articles to what is stored of them: passages and their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.article import Article
from index.embedder import Embedder, Vectors
from index.passages import Passage, PassageSettings, split


@dataclass(frozen=True)
class PreparedArticle:
    """An article ready to be stored; `vectors` has shape (len(passages), dimension)."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Vectors


def prepare(articles: Sequence[Article], settings: PassageSettings, embedder: Embedder) -> list[PreparedArticle]:
    """Cut and embed articles together: the embedder batches passages of like length over all of them."""
    if not articles:
        return []
    cut = [split(article, settings, embedder.count_tokens) for article in articles]
    passages = [passage for group in cut for passage in group]
    vectors = embedder.embed_passages([passage.title for passage in passages], [passage.text for passage in passages])
    borders = np.cumsum([len(group) for group in cut])[:-1]
    return [
        PreparedArticle(article, tuple(group), part)
        for article, group, part in zip(articles, cut, np.split(vectors, borders), strict=True)
    ]
