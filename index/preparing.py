"""From articles to what is stored of them: passages and their vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import apsw
import numpy as np

from index import records
from index.article import Article
from index.embedder import Embedder, Vectors
from index.errors import ModelDamaged
from index.passages import Passage, PassageSettings, split
from index.report import Rejection

_FIRST_GROUP, _LARGEST_GROUP = 1, 64
"""Articles embedded together: few at first, so that something is soon stored and shown, then batches of like length."""


@dataclass(frozen=True)
class PreparedArticle:
    """An article ready to be stored; `vectors` has shape (len(passages), dimension)."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Vectors


def groups(items: Iterable[Article | Rejection]) -> Iterator[list[Article | Rejection]]:
    """The items in groups of those that are embedded together."""
    remaining, size = iter(items), _FIRST_GROUP
    while group := list(islice(remaining, size)):
        yield group
        size = min(2 * size, _LARGEST_GROUP)


def prepare(articles: Sequence[Article], settings: PassageSettings, embedder: Embedder) -> list[PreparedArticle]:
    """Cut and embed articles together: the embedder batches passages of like length over all of them.

    Raises ModelDamaged where a vector is not finite.
    """
    if not articles:
        return []
    cut = [split(article, settings, embedder.count_tokens) for article in articles]
    passages = [passage for group in cut for passage in group]
    vectors = embedder.embed_passages([passage.title for passage in passages], [passage.text for passage in passages])
    if not np.isfinite(vectors).all():
        name = embedder.fingerprint.name
        raise ModelDamaged(f"The model {name} gave a vector that holds no numbers, so nothing can be found by it.")
    borders = np.cumsum([len(group) for group in cut])[:-1]
    return [
        PreparedArticle(article, tuple(group), part)
        for article, group, part in zip(articles, cut, np.split(vectors, borders), strict=True)
    ]


def changed(connection: apsw.Connection | None, group: Sequence[Article | Rejection]) -> dict[int, Article]:
    """The articles of a group that differ from what will be stored when their turn comes, by their place in it."""
    new: dict[int, Article] = {}
    expected: dict[str, str | None] = {}
    for place, item in enumerate(group):
        if isinstance(item, Rejection):
            continue
        if item.id not in expected and connection is not None:
            expected[item.id] = records.content_hash(connection, item.id)
        if expected.get(item.id) != item.content_hash:
            new[place] = item
        expected[item.id] = item.content_hash
    return new
