"""Articles and passages as rows: what is written in a library's tables, and read back checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import apsw
import numpy as np

from index.article import Article
from index.embedder import Vectors
from index.errors import InputRejected, LibraryCorrupt
from index.facts import generation
from index.passages import Passage
from index.report import ArticleSummary
from index.schema import FORMAT_WITH_CHECKSUMS, FORMAT_WITH_CORRECTIONS, format_of
from index.vectors import Ids

_ARTICLE = "title, text, source, url, site, published, authors, language"
_SINCE_FORMAT_3 = "published_from, tags, pages"
_SUMMARY = "id, title, source, url, site, published, characters"


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
        f"INSERT INTO articles (id, {_ARTICLE}, {_SINCE_FORMAT_3}, content_hash, characters) "  # noqa: S608
        f"VALUES ({', '.join('?' * 14)})",
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
            article.published_from,
            json.dumps(article.tags, ensure_ascii=False),
            json.dumps(article.pages),
            article.content_hash,
            len(article.text),
        ),
    )
    row = connection.last_insert_rowid()
    for passage, vector in zip(passages, vectors, strict=True):
        data = vector.astype("<f4").tobytes()
        connection.execute(
            'INSERT INTO passages (article, start, "end", vector, hash) VALUES (?, ?, ?, ?, ?)',
            (row, passage.start, passage.end, data, passage_hash(passage, data)),
        )
        connection.execute(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
            (connection.last_insert_rowid(), passage.title, passage.text),
        )


def passage_hash(passage: Passage, vector: bytes) -> bytes:
    """SHA-256 over all that makes a passage: article, title, offsets, text, and its vector as it is stored."""
    fields = json.dumps(asdict(passage), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(fields.encode() + b"\0" + vector).digest()


def delete_article(connection: apsw.Connection, article_id: str) -> None:
    """Remove an article with all that belongs to it; one that is not there is passed over."""
    row = connection.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).get
    if row is None:
        return
    connection.execute(
        "INSERT INTO removed SELECT id, ? FROM passages WHERE article = ?", (generation(connection) + 1, row)
    )
    connection.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE article = ?)", (row,))
    connection.execute("DELETE FROM passages WHERE article = ?", (row,))
    connection.execute("DELETE FROM articles WHERE row = ?", (row,))


def forget_deleted_words(connection: apsw.Connection) -> None:
    """Write the word list anew: until then the words of removed passages are only marked as such."""
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")


def load_article(connection: apsw.Connection, article_id: str) -> Article | None:
    """The article by that id, or None; raises LibraryCorrupt where its stored hash does not fit its text."""
    row = connection.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).get
    return None if row is None else load_article_in_row(connection, row)


def load_article_in_row(connection: apsw.Connection, row: int) -> Article:
    """The article in a row that exists; raises LibraryCorrupt where its stored hash does not fit its text."""
    try:
        newer = _SINCE_FORMAT_3 if format_of(connection) >= FORMAT_WITH_CORRECTIONS else "NULL, '[]', '[]'"
        found: Any = connection.execute(
            f"SELECT {_ARTICLE}, {newer}, content_hash FROM articles WHERE row = ?",  # noqa: S608
            (row,),
        ).fetchone()
        *texts, stored_hash = found
        article = _article(*texts)
        is_whole = article.content_hash == stored_hash
    # No longer there, of other types, no UTF-8, no JSON, or no article at all.
    except (ValueError, TypeError, RecursionError, InputRejected) as error:
        raise LibraryCorrupt(f"A stored article was damaged (row {row})") from error
    if not is_whole:
        raise LibraryCorrupt(f"The stored text of {article.source} was damaged")
    return article


def _article(*columns: Any) -> Article:
    """The article of these columns; TypeError where one is of another type, as one flipped bit makes it."""
    title, text, source, url, site, published, people, language, published_from, labels, places = columns
    authors, tags, pages = _listed(people), _listed(labels), _listed(places)
    optional = [value for value in (url, site, published, language, published_from) if value is not None]
    if not _are_texts(title, text, source, *optional, *authors, *tags) or not all(type(page) is int for page in pages):
        raise TypeError("a text was expected")
    return Article(
        *(title, text, source, url, site, published, tuple(authors), language, published_from),
        tags=tuple(tags),
        pages=tuple(pages),
    )


def _listed(column: Any) -> list[Any]:
    """The list in a column of JSON; TypeError where there is none."""
    values = json.loads(column)
    if not isinstance(column, str) or not isinstance(values, list):
        raise TypeError("a list was expected")
    return values


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def article_rows(connection: apsw.Connection) -> list[int]:
    """The rows of all articles, in the order in which they were added."""
    return [row for (row,) in connection.execute("SELECT row FROM articles ORDER BY row")]


def source_in_row(connection: apsw.Connection, row: int) -> str | None:
    """Where the article of a row came from; None where there is none, or where that is no text any more."""
    source = connection.execute("SELECT source FROM articles WHERE row = ?", (row,)).get
    return source if isinstance(source, str) else None


def id_in_row(connection: apsw.Connection, row: int) -> object:
    """By which id the article of a row is listed; on a damaged page that may be anything."""
    return connection.execute("SELECT id FROM articles WHERE row = ?", (row,)).get


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it is stored, with its vector's bytes and the hash over both."""

    id: int
    passage: Passage
    vector: bytes
    hash: bytes

    @property
    def is_whole(self) -> bool:
        """Whether it is what was once stored."""
        return passage_hash(self.passage, self.vector) == self.hash


def stored_passages(connection: apsw.Connection, row: int, article: Article) -> Iterator[StoredPassage]:
    """The passages of the article in a row, in reading order; needs a format that has hashes.

    Raises LibraryCorrupt where a value is not even of its type.
    """
    rows: Iterable[Any] = connection.execute(
        'SELECT id, start, "end", vector, hash FROM passages WHERE article = ? ORDER BY id', (row,)
    )
    for id_, start, end, vector, stored_hash in rows:
        yield _stored(id_, article, start, end, vector, stored_hash)


def load_passage(connection: apsw.Connection, passage_id: int) -> tuple[Article, Passage, Vectors]:
    """A passage with its article and its vector, the text sliced from the article's.

    Raises LibraryCorrupt where a hash does not fit.
    """
    hashed = format_of(connection) >= FORMAT_WITH_CHECKSUMS
    found = connection.execute(
        f'SELECT article, start, "end", vector, {"hash" if hashed else "NULL"} FROM passages WHERE id = ?',  # noqa: S608
        (passage_id,),
    ).fetchone()
    if found is None:
        raise damaged_passage(passage_id)
    row, start, end, vector, stored_hash = found
    article = load_article_in_row(connection, row)
    stored = _stored(passage_id, article, start, end, vector, stored_hash or b"")
    if not stored.passage.text or (hashed and not stored.is_whole):
        raise damaged_passage(passage_id)
    return article, stored.passage, np.frombuffer(vector, dtype="<f4")


def _stored(id_: int, article: Article, start: Any, end: Any, vector: Any, stored_hash: Any) -> StoredPassage:
    """A passage of these columns, which on a damaged page may be anything."""
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(vector, bytes)):
        raise damaged_passage(id_)
    text = article.text[start:end] if 0 <= start < end <= len(article.text) else ""
    return StoredPassage(id_, Passage(article.id, article.title, start, end, text), vector, stored_hash)


def damaged_passage(passage_id: int) -> LibraryCorrupt:
    """The error for a passage that is not what was written."""
    return LibraryCorrupt(f"Passage {passage_id} of the library was damaged")


def list_articles(connection: apsw.Connection) -> Iterator[ArticleSummary]:
    """All articles, in the order in which they were added."""
    for row in connection.execute(f"SELECT {_SUMMARY} FROM articles ORDER BY row"):  # noqa: S608
        yield _summary(*row)


def load_summary(connection: apsw.Connection, article_id: str) -> ArticleSummary | None:
    """The line that a list shows of an article, damaged or not; None where there is none by that id."""
    row = connection.execute(f"SELECT {_SUMMARY} FROM articles WHERE id = ?", (article_id,)).fetchone()  # noqa: S608
    return None if row is None else _summary(*row)


def _summary(*columns: Any) -> ArticleSummary:
    summary = ArticleSummary(*columns)
    optional = [value for value in (summary.url, summary.site, summary.published) if value is not None]
    if not _are_texts(summary.id, summary.title, summary.source, *optional) or not isinstance(summary.characters, int):
        raise LibraryCorrupt("A line of the list of articles was damaged")
    return summary


def match_words(
    connection: apsw.Connection, query: str, limit: int, allowed: Ids | None = None
) -> list[tuple[int, float]]:
    """The (passage id, BM25) of the best `limit` passages for an FTS5 query, best first; higher is better.

    With `allowed` only those passages; BM25 weighs words by how rare they are among all.
    """
    among, values = "", [query, limit]
    if allowed is not None:  # the plus keeps SQLite from asking FTS5 for each of them alone
        among, values = "AND +rowid IN (SELECT value FROM carray(?))", [query, apsw.carray(allowed), limit]
    rows = connection.execute(
        f"SELECT rowid, -rank FROM words WHERE words MATCH ? {among} ORDER BY rank, rowid LIMIT ?",  # noqa: S608
        values,
    )
    return list(rows)


def count_matches(connection: apsw.Connection, query: str, most: int) -> int:
    """How many passages an FTS5 query matches, up to `most`."""
    matching = "SELECT 1 FROM words WHERE words MATCH ? LIMIT ?"
    return int(connection.execute(f"SELECT count(*) FROM ({matching})", (query, most)).get)  # noqa: S608
