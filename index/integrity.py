"""Looking for damage: is all that a library stores what was once written into it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import apsw

from index import records
from index.article import Article
from index.errors import LibraryCorrupt
from index.facts import damaged_facts
from index.following import load_followed
from index.schema import FORMAT_WITH_CHECKSUMS, format_of
from index.sqlite_errors import reason

_MOST_LINES = 20  # of what SQLite finds wrong in one file; the next ones say nothing new

UNREADABLE = (apsw.Error, LibraryCorrupt, UnicodeDecodeError)
"""What reading a damaged row may raise."""
UNKNOWN_SOURCE = "an article whose source cannot be read"
"""What stands in a list of sources for one of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is damaged: the source of the article that it belongs to, if it is known, and one sentence.

    The sentence names the source too.
    """

    source: str | None
    message: str


def read_article(connection: apsw.Connection, row: int) -> Article | Damage:
    """The article in a row, if it is whole."""
    source = None
    try:
        source = records.source_in_row(connection, row)
        return records.load_article_in_row(connection, row)
    except UNREADABLE:
        return Damage(source, f"{source or UNKNOWN_SOURCE} is not whole.")


def find_damage(connection: apsw.Connection) -> list[Damage]:
    """All that is damaged in a library; none where each page, article, passage and word list is as it was written."""
    found: list[Damage] = []
    for part, look in _LOOKS.items():
        try:
            for damage in look(connection):
                found.append(damage)
        except UNREADABLE as error:
            found.append(Damage(None, f"The {part} cannot all be read ({reason(error)})."))
    return list(dict.fromkeys(found))


def _pages(connection: apsw.Connection) -> Iterator[Damage]:
    """Reading every page checks its checksum; the structure of tables and indexes is looked at too.

    FTS5 remembers which segments it has, and only a query makes it look whether others merged them meanwhile.
    """
    connection.execute("SELECT rowid FROM words LIMIT 1").fetchall()
    lines = [line for (line,) in connection.execute(f"PRAGMA integrity_check({_MOST_LINES})")]
    if lines != ["ok"]:
        yield from (Damage(None, f"SQLite finds: {line}.") for line in lines)


def _facts(connection: apsw.Connection) -> Iterator[Damage]:
    """What the library remembers of itself: without it no model and no vectors are known to fit."""
    yield from (Damage(None, message) for message in damaged_facts(connection))
    try:
        load_followed(connection)
    except LibraryCorrupt as error:
        yield Damage(None, f"{error.what}.")


def _articles(connection: apsw.Connection) -> Iterator[Damage]:
    hashed = format_of(connection) >= FORMAT_WITH_CHECKSUMS
    for row in records.article_rows(connection):
        article = read_article(connection, row)
        if isinstance(article, Damage):
            yield article
            continue
        if records.id_in_row(connection, row) != article.id:
            yield Damage(article.source, f"{article.source} is listed by an id that is not its own.")
        if hashed:
            yield from _passages(connection, row, article)


def _passages(connection: apsw.Connection, row: int, article: Article) -> Iterator[Damage]:
    try:
        passages = list(records.stored_passages(connection, row, article))
    except UNREADABLE as error:
        yield Damage(
            article.source,
            f"The text of {article.source} is whole, but its passages cannot all be read ({reason(error)}).",
        )
        return
    damaged = sum(not stored.is_whole for stored in passages)
    if damaged:
        yield Damage(
            article.source,
            f"The text of {article.source} is whole, but {damaged} of its {len(passages)} passages are damaged.",
        )


def _words(connection: apsw.Connection) -> Iterator[Damage]:
    """The full text must know exactly the passages that are stored: one that it lacks could not be found."""
    differing = connection.execute(
        "SELECT count(*) FROM (SELECT id FROM passages EXCEPT SELECT id FROM words_docsize) "
        "UNION ALL SELECT count(*) FROM (SELECT id FROM words_docsize EXCEPT SELECT id FROM passages)"
    )
    if lacking := sum(count for (count,) in differing):
        yield Damage(None, f"The word list and the passages of the library differ in {lacking} places.")


_LOOKS: dict[str, Callable[[apsw.Connection], Iterator[Damage]]] = {
    "pages": _pages,
    "facts": _facts,
    "articles": _articles,
    "word list": _words,
}
