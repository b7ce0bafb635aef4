"""Repair: what is whole of a damaged library, in a new file; the damaged one is kept beside it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np

from index.database import REPAIRED_FOLDER, Database, open_existing
from index.embedder import Embedder, Vectors
from index.errors import FormatTooNew, LibraryCorrupt, ModelMismatch, NotALibrary
from index.facts import EMBEDDER, get_fact
from index.identity import check_identity
from index.installing import install
from index.integrity import UNREADABLE
from index.library import Library, Progress
from index.passages import Passage, PassageSettings, split
from index.preparing import PreparedArticle
from index.salvage import Salvaged, find_places, salvage


@dataclass(frozen=True, slots=True)
class RepairReport:
    """How many articles were kept, the sources of those that were lost, and where the damaged file lies now.

    `unknown` says that more may be lost, of which nothing tells how many.
    """

    kept: int
    lost: tuple[str, ...]
    damaged: Path
    unknown: bool = False


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
            fitting = vectors_fit(database, connection, embedder, settings)
            places = find_places(connection)
            for done, found in enumerate(salvage(connection, places), 1):
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
        damaged = install(aside, database)
    return RepairReport(kept, tuple(lost), damaged, unknown=not places.are_all)


def vectors_fit(database: Database, connection: apsw.Connection, embedder: Embedder, settings: PassageSettings) -> bool:
    """Whether the stored vectors are this model's; raises ModelMismatch where they are surely another's.

    `connection` reads pages whatever their checksums say: what differs there may be damage.
    """
    folder = database.path.parent
    try:
        check_identity(connection, folder, embedder.fingerprint, settings)
        return get_fact(connection, EMBEDDER) is not None
    except (*UNREADABLE, ValueError, ModelMismatch):
        pass
    try:
        with database.reading() as checked:
            check_identity(checked, folder, embedder.fingerprint, settings)
    except (LibraryCorrupt, NotALibrary, FormatTooNew, ValueError):
        pass
    return False


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
