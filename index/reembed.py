"""Embedding a library anew: with another model or other passages, while the old vectors go on answering."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from index import facts, records
from index.article import Article
from index.corrections import carry_over
from index.database import Database
from index.embedder import Embedder
from index.errors import FormatTooNew, LibraryCorrupt, LibraryNotFound, ModelMismatch, NotALibrary
from index.folders import open_existing
from index.following import load_followed
from index.installing import install
from index.leftovers import REEMBEDDED_FOLDER, reembedding
from index.library import Library, Progress
from index.passages import PassageSettings
from index.sqlite_errors import corrupt


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
        new.add(_articles(database, _versions(database).values()), progress)
        followed = _follow(new, database)
        with database.locked():
            generation = _generation(database)
            if generation != followed and _catch_up(new, database) and _catch_up(new, database):
                raise corrupt(folder, "articles do not have the ids by which it lists them")  # nobody else changed it
            number = len(new)
            _follow_feeds(new, database)
            new.close()
            with database.reading() as old, Database(aside).writing() as connection:
                carry_over(old, connection)
            install(aside, database, generation)
    return number


def _resumed(aside: Path, embedder: Embedder, settings: PassageSettings) -> Library:
    try:
        return Library.open(aside, embedder, settings=settings)
    except (ModelMismatch, NotALibrary, LibraryNotFound, LibraryCorrupt, FormatTooNew):
        # Another model's, or stopped while it was moved.
        shutil.rmtree(aside)
        return Library.open(aside, embedder, settings=settings)


def _follow(new: Library, database: Database) -> int | None:
    """Catch up without the writer's lock until nothing is left to do; returns the generation at which that was.

    None where others change as much as is done meanwhile: they must wait for the rest.
    """
    least = math.inf
    while True:
        generation = _generation(database)
        changed = _catch_up(new, database)
        if not changed:
            return generation
        if changed >= least:
            return None
        least = changed


def _follow_feeds(new: Library, database: Database) -> None:
    with database.reading() as connection:
        feeds = load_followed(connection)
    if feeds:
        new.change_followed(lambda _: feeds)


def _catch_up(new: Library, database: Database) -> int:
    """Do in the new library what others did in the old one meanwhile; returns how many articles differed.

    Only those are read. That the others are whole was seen when they were added, or passed over as unchanged.
    """
    made = Database(new.folder)
    old_versions, new_versions = _versions(database), _versions(made)
    made.close()
    changed = [row for version, row in old_versions.items() if version not in new_versions]
    removed = {id_ for id_, _ in new_versions} - {id_ for id_, _ in old_versions}
    new.add(_articles(database, changed))
    if removed:
        new.remove(removed)
    return len(changed) + len(removed)


def _generation(database: Database) -> int:
    with database.reading() as connection:
        return facts.generation(connection)


def _versions(database: Database) -> dict[tuple[str, str], int]:
    """The id, the content hash and the row of each article as they are stored, in the order of their rows."""
    if not database.exists:
        return {}
    with database.reading() as connection:
        rows = connection.execute("SELECT id, content_hash, row FROM articles ORDER BY row")
        return {(id_, content_hash): row for id_, content_hash, row in rows}


def _articles(database: Database, rows: Iterable[int]) -> Iterator[Article]:
    """The articles in those rows, each read for itself: a snapshot kept for hours would let the writers' log grow."""
    for row in rows:
        with database.reading() as connection:
            article = records.load_article_in_row(connection, row) if records.source_in_row(connection, row) else None
        if article is not None:  # not removed meanwhile
            yield article
