"""Embedding a library anew: with another model or other passages, while the old vectors go on answering."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from index import facts, records
from index.article import Article
from index.database import Database, open_existing
from index.embedder import Embedder
from index.errors import FormatTooNew, LibraryCorrupt, ModelMismatch, NotALibrary
from index.installing import install
from index.leftovers import REEMBEDDED_FOLDER, reembedding
from index.library import Library, Progress
from index.passages import PassageSettings


def reembed(
    folder: Path, embedder: Embedder, *, settings: PassageSettings | None = None, progress: Progress | None = None
) -> int:
    """Embed all articles of the library in `folder` again and return how many there are.

    Until all are done the old vectors stay in use, and articles may come and go. Stopped in the middle, the next call
    with the same model and settings goes on. `progress` is told how many articles are done. Raises LibraryNotFound,
    and LibraryLocked where another process is embedding the library anew.
    """
    database = open_existing(folder)
    aside = folder / REEMBEDDED_FOLDER
    with reembedding(folder).held(wait=0), _resumed(aside, embedder, settings or PassageSettings()) as new:
        new.add(_articles(database), progress)
        with database.locked():
            generation = _catch_up(new, database)
            number = len(new)
            new.close()
            install(aside, database, generation)
    return number


def _resumed(aside: Path, embedder: Embedder, settings: PassageSettings) -> Library:
    try:
        return Library.open(aside, embedder, settings=settings)
    except (ModelMismatch, NotALibrary, LibraryCorrupt, FormatTooNew):  # another model's, or stopped while it was moved
        shutil.rmtree(aside)
        return Library.open(aside, embedder, settings=settings)


def _catch_up(new: Library, database: Database) -> int:
    """What others changed in the old library meanwhile; returns its generation."""
    new.add(_articles(database))
    with database.reading() as connection:
        stored = {summary.id for summary in records.list_articles(connection)}
        generation = facts.generation(connection)
    new.remove(summary.id for summary in new.articles() if summary.id not in stored)
    return generation


def _articles(database: Database) -> Iterator[Article]:
    """All articles, each read for itself: a snapshot kept for hours would let the writers' log grow."""
    with database.reading() as connection:
        rows = records.article_rows(connection)
    for row in rows:
        with database.reading() as connection:
            article = records.load_article_in_row(connection, row) if records.source_in_row(connection, row) else None
        if article is not None:  # not removed meanwhile
            yield article
