"""What is whole of a damaged library: where its articles lie, and which of them can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from index import records
from index.article import Article
from index.integrity import UNKNOWN_SOURCE, UNREADABLE, Damage, read_article
from index.schema import FORMAT_WITH_CHECKSUMS, format_of

_ARTICLES = (
    "SELECT row, NULL FROM articles ORDER BY row",
    "SELECT row, NULL FROM articles ORDER BY row DESC",
    "SELECT row, id FROM articles INDEXED BY sqlite_autoindex_articles_1 ORDER BY id",
    "SELECT row, id FROM articles INDEXED BY sqlite_autoindex_articles_1 ORDER BY id DESC",
)
"""Ways to the articles, through the table and its index, from both ends, each until it meets what is damaged."""
_PASSAGES = (
    "SELECT article, NULL FROM passages NOT INDEXED ORDER BY id",
    "SELECT article, NULL FROM passages NOT INDEXED ORDER BY id DESC",
    "SELECT article, NULL FROM passages INDEXED BY passages_by_article ORDER BY article",
    "SELECT article, NULL FROM passages INDEXED BY passages_by_article ORDER BY article DESC",
)
"""The same through the passages, which name their articles and lie on other pages."""

Ids = dict[int, str | None]
"""Rows, and the ids of their articles where those are known."""
Kept = dict[tuple[int, int], bytes]
"""The vectors of whole passages, as they are stored, by start and end."""


@dataclass(frozen=True, slots=True)
class Places:
    """The rows of all articles that something in the file tells of; more may have been there unless they `are_all`."""

    ids: Ids
    are_all: bool


@dataclass(frozen=True, slots=True)
class Salvaged:
    """An article that is whole, with the vectors of those of its passages that are; `is_complete` if all are."""

    article: Article
    vectors: Kept
    is_complete: bool


def find_places(connection: apsw.Connection) -> Places:
    """Where articles lie, or lay; they are all where one way through the articles leads to each, up to its end."""
    scans = [_scan(connection, statement) for statement in _ARTICLES]
    ids = _merged([found for found, _ in scans])
    if all(ended and found.keys() == ids.keys() for found, ended in scans):
        return Places(ids, are_all=True)  # what a damaged passage says of another row is not true
    ids = _merged([ids, *(_scan(connection, statement)[0] for statement in _PASSAGES)])
    return Places(ids, are_all=any(ended and found.keys() == ids.keys() for found, ended in scans))


def salvage(connection: apsw.Connection, places: Places) -> Iterator[Salvaged | str]:
    """Every article of a damaged library that is whole, and the source of each that is not, or what else is known.

    Rows are asked for one by one, whatever the checksums of their pages say: the hash of an article tells whether it
    is whole.
    """
    kept: set[str] = set()
    nameless: list[str | None] = []
    for row, article_id in sorted(places.ids.items(), key=lambda place: place[0]):
        found = read_article(connection, row)
        if not isinstance(found, Damage):
            kept.add(found.id)
            yield _with_vectors(connection, row, found)
        elif found.source is None:
            nameless.append(article_id)
        else:
            yield found.source
    # In a damaged index an id may lead to a row that never was, while its article is found in the table.
    yield from (_name(article_id) for article_id in nameless if article_id is None or article_id not in kept)


def _scan(connection: apsw.Connection, statement: str) -> tuple[Ids, bool]:
    """What a statement finds until it meets what is damaged, and whether it came to its end."""
    found: Ids = {}
    try:
        for row, article_id in connection.execute(statement):
            if isinstance(row, int):
                found[row] = article_id if isinstance(article_id, str) else None
    except UNREADABLE:
        return found, False
    return found, True


def _merged(scans: list[Ids]) -> Ids:
    merged: Ids = {}
    for found in scans:
        for row, article_id in found.items():
            merged[row] = merged.get(row) or article_id
    return merged


def _name(article_id: str | None) -> str:
    return UNKNOWN_SOURCE if article_id is None else f"{UNKNOWN_SOURCE} (its id was {article_id})"


def _with_vectors(connection: apsw.Connection, row: int, article: Article) -> Salvaged:
    kept: Kept = {}
    are_whole = True
    try:
        hashed = format_of(connection) >= FORMAT_WITH_CHECKSUMS
        for stored in records.stored_passages(connection, row, article) if hashed else ():
            if stored.is_whole:
                kept[stored.passage.start, stored.passage.end] = stored.vector
            else:
                are_whole = False
    except UNREADABLE:  # the others are embedded again
        are_whole = False
    return Salvaged(article, kept, are_whole and _cover(article.text, kept))


def _cover(text: str, kept: Kept) -> bool:
    """Whether every character that is not white space lies in a passage, as they were cut."""
    covered = 0
    for start, end in sorted(kept):
        if text[covered:start].strip():
            return False
        covered = max(covered, end)
    return not text[covered:].strip()
