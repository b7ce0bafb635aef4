"""Articles and passages as rows: what is written in a library's tables, and read back checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import apsw
import numpy as np

from index.article import Article
from index.embedder import Vectors
from index.errors import InputRejected, LibraryCorrupt
from index.passages import Passage
from index.report import ArticleSummary
from index.vectors import Ids

_ARTICLE = "title, text, source, url, site, published, authors, language"
_SUMMARY = "id, title, source, url, site, published, characters"


def get_fact(connection: apsw.Connection, name: str) -> str | None:
    """What the library remembers under `name`, or None."""
    value: str | None = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).get
    return value


def set_fact(connection: apsw.Connection, name: str, value: str) -> None:
    """Remember `value` under `name`."""
    connection.execute(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
    )


def generation(connection: apsw.Connection) -> int:
    """How many changes were committed so far: equal generations mean equal contents."""
    return int(get_fact(connection, "generation") or 0)


def next_generation(connection: apsw.Connection) -> None:
    """Count one change more."""
    set_fact(connection, "generation", str(generation(connection) + 1))


def content_hash(connection: apsw.Connection, article_id: str) -> str | None:
    """The hash of the stored article; None where there is none, or a damaged one, which an add shall replace."""
    try:
        article = load_article(connection, article_id)
    except LibraryCorrupt:
        return None
    return None if article is None else article.content_hash


def insert_article(
    connection: apsw.Connection, article: Article, passages: Sequence[Passage], vectors: Vectors
) -> None:
    """Store an article with its passages, their vectors of shape (passages, dimension), and their words."""
    connection.execute(
        f"INSERT INTO articles (id, {_ARTICLE}, content_hash, characters) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            article.id,
            article.title,
            article.text,
            article.source,
            article.url,
            article.site,
            article.published,
            json.dumps(article.authors, ensure_ascii=False),
            article.language,
            article.content_hash,
            len(article.text),
        ),
    )
    row = connection.last_insert_rowid()
    for passage, vector in zip(passages, vectors, strict=True):
        connection.execute(
            'INSERT INTO passages (article, start, "end", vector) VALUES (?, ?, ?, ?)',
            (row, passage.start, passage.end, vector.astype("<f4").tobytes()),
        )
        connection.execute(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
            (connection.last_insert_rowid(), passage.title, passage.text),
        )


def delete_article(connection: apsw.Connection, article_id: str) -> None:
    """Remove an article with all that belongs to it; one that is not there is passed over."""
    row = connection.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).get
    if row is None:
        return
    connection.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE article = ?)", (row,))
    connection.execute("DELETE FROM passages WHERE article = ?", (row,))
    connection.execute("DELETE FROM articles WHERE row = ?", (row,))


def load_article(connection: apsw.Connection, article_id: str) -> Article | None:
    """The article by that id, or None; raises LibraryCorrupt where its stored hash does not fit its text."""
    try:
        row = connection.execute(
            f"SELECT {_ARTICLE}, content_hash FROM articles WHERE id = ?",  # noqa: S608
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        title, text, source, url, site, published, authors, language, stored_hash = row
        article = Article(title, text, source, url, site, published, tuple(json.loads(authors)), language)
    except (ValueError, TypeError, InputRejected) as error:  # no longer UTF-8, JSON, or an article at all
        raise LibraryCorrupt(f"The stored article {article_id} was damaged; add it again from its source.") from error
    if article.content_hash != stored_hash:
        raise LibraryCorrupt(f"The stored text of {source} was damaged; add it again from its source.")
    return article


def load_passage(connection: apsw.Connection, passage_id: int) -> tuple[Article, Passage]:
    """A passage with its article, the text sliced from the article's."""
    row = connection.execute(
        'SELECT articles.id, start, "end" FROM passages JOIN articles ON article = row WHERE passages.id = ?',
        (passage_id,),
    ).fetchone()
    article_id, start, end = row or ("", 0, 0)
    article = load_article(connection, article_id)
    if article is None or not 0 <= start < end <= len(article.text):
        raise LibraryCorrupt(f"Passage {passage_id} of the library was damaged; remove its article and add it again.")
    return article, Passage(article.id, article.title, start, end, article.text[start:end])


def list_articles(connection: apsw.Connection) -> Iterator[ArticleSummary]:
    """All articles, in the order in which they were added."""
    for row in connection.execute(f"SELECT {_SUMMARY} FROM articles ORDER BY row"):  # noqa: S608
        yield ArticleSummary(*row)


def load_summary(connection: apsw.Connection, article_id: str) -> ArticleSummary | None:
    """The line that a list shows of an article, damaged or not; None where there is none by that id."""
    row = connection.execute(f"SELECT {_SUMMARY} FROM articles WHERE id = ?", (article_id,)).fetchone()  # noqa: S608
    return None if row is None else ArticleSummary(*row)


def passage_ids(connection: apsw.Connection) -> Ids:
    """The ids of all passages, ascending."""
    return np.array([id_ for (id_,) in connection.execute("SELECT id FROM passages ORDER BY id")], dtype=np.int64)


def load_vectors(connection: apsw.Connection, ids: Ids, dimension: int) -> Vectors:
    """The stored vectors of those passages, shape (len(ids), dimension)."""
    vectors = np.empty((len(ids), dimension), dtype=np.float32)
    for place, id_ in enumerate(ids.tolist()):
        data = connection.execute("SELECT vector FROM passages WHERE id = ?", (id_,)).get
        if data is None or len(data) != 4 * dimension:
            raise LibraryCorrupt(f"The vector of passage {id_} was damaged; remove its article and add it again.")
        vectors[place] = np.frombuffer(data, dtype="<f4")
    return vectors


def match_words(connection: apsw.Connection, query: str, limit: int) -> list[tuple[int, float]]:
    """The (passage id, BM25) of the best `limit` passages for an FTS5 query, best first; higher is better."""
    rows = connection.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ?", (query, limit)
    )
    return list(rows)
