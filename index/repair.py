"""Repair: what is whole of a damaged library, in a new file; the damaged one is kept beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np

from index import records
from index.article import Article
from index.database import Database, open_existing
from index.embedder import Embedder, Vectors
from index.errors import FormatTooNew, LibraryCorrupt, ModelMismatch, NotALibrary
from index.identity import check_identity
from index.installing import install_for_damaged
from index.integrity import UNREADABLE
from index.leftovers import REPAIRED_FOLDER
from index.library import Library, Progress
from index.passages import Passage, PassageSettings, split
from index.preparing import PreparedArticle
from index.schema import FORMAT_WITH_CHECKSUMS

_UNKNOWN = "an article whose source cannot be read"
_SCANS = (
    "SELECT row FROM articles ORDER BY row",
    "SELECT row FROM articles ORDER BY row DESC",
    "SELECT row FROM articles ORDER BY id",
    "SELECT row FROM articles ORDER BY id DESC",
)
"""Ways to the rows, through the table and its index, from both ends: each goes on until it meets what is damaged."""

Kept = dict[tuple[int, int], bytes]
"""The vectors of whole passages, as they are stored, by start and end."""


@dataclass(frozen=True, slots=True)
class RepairReport:
    """How many articles were kept, the sources of those that were lost, and where the damaged file lies now."""

    kept: int
    lost: tuple[str, ...]
    damaged: Path


@dataclass(frozen=True, slots=True)
class Salvaged:
    """An article that is whole, with the vectors of those of its passages that are."""

    article: Article
    vectors: Kept


def repair(
    folder: Path, embedder: Embedder, *, settings: PassageSettings | None = None, progress: Progress | None = None
) -> RepairReport:
    """Make the library in `folder` anew from what is whole of it; nobody else may write meanwhile.

    Only passages whose vectors were lost are embedded again, or all where it cannot be told by which model they were.
    Raises LibraryCorrupt, and changes nothing, where no article is whole; a library is never left empty because of
    damage. Raises LibraryNotFound, and ModelMismatch where it was embedded otherwise.
    """
    database = open_existing(folder)
    settings = settings or PassageSettings()
    aside = folder / REPAIRED_FOLDER
    lost: list[str] = []
    with database.locked():
        shutil.rmtree(aside, ignore_errors=True)  # of a repair that was stopped
        with database.reading_whatever() as connection, Library.open(aside, embedder, settings=settings) as repaired:
            generation = _generation(connection)
            fitting = vectors_fit(database, connection, embedder, settings)
            for done, found in enumerate(salvage(connection), 1):
                if isinstance(found, str):
                    lost.append(found)
                else:
                    usable = found if fitting else Salvaged(found.article, {})
                    repaired.store(prepare_again(usable, settings, embedder))
                if progress is not None:
                    progress(done)
            kept = len(repaired)
        if not kept:
            raise LibraryCorrupt(f"No article in {folder} is whole, so nothing was changed; restore it from a backup.")
        damaged = install_for_damaged(aside, database, generation)
    return RepairReport(kept, tuple(lost), damaged)


def _generation(connection: apsw.Connection) -> int:
    """That of the damaged library, from which the new one counts on; 0 where it cannot be read."""
    try:
        return records.generation(connection)
    except (*UNREADABLE, ValueError):
        return 0


def vectors_fit(database: Database, connection: apsw.Connection, embedder: Embedder, settings: PassageSettings) -> bool:
    """Whether the stored vectors are this model's; raises ModelMismatch where they are surely another's.

    `connection` reads pages whatever their checksums say: what differs there may be damage.
    """
    folder = database.path.parent
    try:
        check_identity(connection, folder, embedder.fingerprint, settings)
        return records.get_fact(connection, "embedder") is not None
    except (*UNREADABLE, ValueError, ModelMismatch):
        pass
    try:
        with database.reading() as checked:
            check_identity(checked, folder, embedder.fingerprint, settings)
    except (LibraryCorrupt, NotALibrary, FormatTooNew, ValueError):
        pass
    return False


def salvage(connection: apsw.Connection) -> Iterator[Salvaged | str]:
    """Every article of a damaged library that is whole, and the source of each that is not.

    Rows are asked for one by one, whatever the checksums of their pages say: the hash of an article tells whether it
    is whole.
    """
    for row in _rows(connection):
        source = None
        try:
            source = records.source_in_row(connection, row)
            article = records.load_article_in_row(connection, row)
        except UNREADABLE:
            yield source or _UNKNOWN
            continue
        yield Salvaged(article, _whole_vectors(connection, row, article))


def _rows(connection: apsw.Connection) -> list[int]:
    rows: set[int] = set()
    for scan in _SCANS:
        try:
            rows.update(row for (row,) in connection.execute(scan))
        except UNREADABLE:
            continue
    return sorted(rows)


def _whole_vectors(connection: apsw.Connection, row: int, article: Article) -> Kept:
    if records.format_of(connection) < FORMAT_WITH_CHECKSUMS:
        return {}
    kept: Kept = {}
    try:
        for stored in records.stored_passages(connection, row, article):
            if stored.is_whole:
                kept[stored.passage.start, stored.passage.end] = stored.vector
    except UNREADABLE:
        pass  # the others are embedded again
    return kept


def prepare_again(salvaged: Salvaged, settings: PassageSettings, embedder: Embedder) -> PreparedArticle:
    """The article cut anew; passages whose vector was lost are embedded again."""
    passages = split(salvaged.article, settings, embedder.count_tokens)
    lacking = [passage for passage in passages if (passage.start, passage.end) not in salvaged.vectors]
    new = iter(_embedded(lacking, embedder))
    vectors = [
        np.frombuffer(kept, dtype="<f4") if (kept := salvaged.vectors.get((passage.start, passage.end))) else next(new)
        for passage in passages
    ]
    return PreparedArticle(salvaged.article, tuple(passages), np.array(vectors, dtype=np.float32))


def _embedded(passages: Sequence[Passage], embedder: Embedder) -> Vectors | list[Vectors]:
    if not passages:
        return []
    return embedder.embed_passages([passage.title for passage in passages], [passage.text for passage in passages])
