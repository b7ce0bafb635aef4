"""Repair: what is whole of a damaged library, in a new file; the damaged one is kept beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import apsw
import numpy as np

from index.corrections import carry_over
from index.database import Database
from index.embedder import Embedder, Fingerprint, Vectors
from index.errors import FormatTooNew, LibraryCorrupt, ModelMismatch, NotALibrary
from index.facts import generation
from index.files import told_as_ours
from index.first_page import copy_with_first_page, has_right_length
from index.folders import open_existing
from index.following import load_followed
from index.identity import Identity, is_same_model, stored_identity, stored_settings
from index.installing import install_for_damaged
from index.integrity import UNREADABLE
from index.leftovers import COPIED_FOLDER, REPAIRED_FOLDER
from index.library import Library, Progress
from index.passages import Passage, PassageSettings, split
from index.preparing import PreparedArticle
from index.salvage import Salvaged, find_places, salvage

Stored = TypeVar("Stored")


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

    It stays a library of the model and the settings that it was made with. `embedder` is only used for passages whose
    vectors were lost, or for all where it cannot be told by which model they were; `settings` only in that case.
    Raises LibraryCorrupt, and changes nothing, where no article is whole; a library is never left empty because of
    damage. Raises LibraryNotFound, and ModelMismatch where vectors of another model were lost.
    """
    database = open_existing(folder)
    aside, copied = folder / REPAIRED_FOLDER, folder / COPIED_FOLDER
    with database.locked():
        shutil.rmtree(aside, ignore_errors=True)  # of a repair that was killed
        try:
            made = None
            for source in _sources(database, copied):
                shutil.rmtree(aside, ignore_errors=True)
                made = _repaired(source, aside, embedder, settings, progress)
                if made.kept:
                    break
            if made is None or not made.kept:
                raise LibraryCorrupt(
                    f"No article in {folder} is whole, so nothing was changed", "restore it from a backup"
                )
            damaged = install_for_damaged(aside, database, made.generation)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(copied, ignore_errors=True)
    return RepairReport(made.kept, made.lost, damaged, made.unknown)


def _sources(database: Database, copied: Path) -> Iterator[Database]:
    """What is read of a damaged library: first as it is, or where its first page is wrong, with another one."""
    with told_as_ours(database.path):
        is_right = has_right_length(database.path)
    if is_right:
        yield database
    with told_as_ours(database.path):
        copy_with_first_page(database.path, copied)
    yield Database(copied)
    if not is_right:
        yield database


@dataclass(frozen=True, slots=True)
class _Made:
    """What the new library keeps and lacks, as in a `RepairReport`, and the generation of the damaged one.

    From that one it counts on; it is 0 where it cannot be read.
    """

    kept: int
    lost: tuple[str, ...]
    unknown: bool
    generation: int


def _repaired(
    database: Database, aside: Path, embedder: Embedder, settings: PassageSettings | None, progress: Progress | None
) -> _Made:
    """Make the new library in `aside`."""
    lost: list[str] = []
    with database.reading_whatever() as connection:
        identity, fitting = _identity(database, connection, embedder, settings)
        model = ModelIfNeeded(identity.fingerprint, embedder, database.path.parent)
        places = find_places(connection)
        with Library.open(aside, model, settings=identity.settings) as repaired:
            for done, found in enumerate(salvage(connection, places), 1):
                if isinstance(found, str):
                    lost.append(found)
                else:
                    usable = found if fitting else Salvaged(found.article, {}, is_complete=False)
                    repaired.store(prepare_again(usable, identity.settings, model))
                if progress is not None:
                    progress(done)
            feeds = _read(load_followed, connection)
            if feeds:
                repaired.change_followed(lambda _: feeds)
            repaired.save_vectors()
            kept = len(repaired)
        if kept:
            with Database(aside).writing() as new:
                carry_over(connection, new)
        return _Made(kept, tuple(lost), not places.are_all, _read(generation, connection) or 0)


def _identity(
    database: Database, connection: apsw.Connection, embedder: Embedder, settings: PassageSettings | None
) -> tuple[Identity, bool]:
    """What the new library is made with, and whether the stored vectors fit it.

    `connection` reads pages whatever their checksums say: what it says of another model may be damage.
    """
    try:
        with database.reading() as checked:
            sure = stored_identity(checked)
    except (LibraryCorrupt, NotALibrary, FormatTooNew):
        sure = None
    if sure is not None:
        return sure, True
    found = _read(stored_identity, connection)
    settings = settings or _read(stored_settings, connection) or PassageSettings()
    mine = Identity(embedder.fingerprint, settings)
    return mine, found is not None and found.settings == settings and is_same_model(found.fingerprint, mine.fingerprint)


def _read(read: Callable[[apsw.Connection], Stored | None], connection: apsw.Connection) -> Stored | None:
    try:
        return read(connection)
    except UNREADABLE:
        return None


class ModelIfNeeded:
    """The model of a library, of which nothing is asked before something must be embedded again."""

    def __init__(self, fingerprint: Fingerprint, embedder: Embedder, folder: Path) -> None:
        """`embedder` may be another one, where nothing is asked of it."""
        self.fingerprint = fingerprint
        self._embedder = embedder
        self._folder = folder

    def load(self) -> None:
        """Load the model now."""
        self._model().load()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the model counts them."""
        return self._model().count_tokens(texts)

    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        """As the model embeds them."""
        return self._model().embed_passages(titles, texts)

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """As the model embeds them."""
        return self._model().embed_questions(questions)

    def _model(self) -> Embedder:
        if not is_same_model(self._embedder.fingerprint, self.fingerprint):
            raise ModelMismatch(
                f"Vectors of the library in {self._folder} were lost, and it was embedded with "
                f"{self.fingerprint.name}, not with {self._embedder.fingerprint.name}; repair it with that model: "
                "qa repair --embedder."
            )
        return self._embedder


def prepare_again(salvaged: Salvaged, settings: PassageSettings, embedder: Embedder) -> PreparedArticle:
    """The article as it was cut, or cut anew where passages were lost; those are embedded again."""
    if salvaged.is_complete:
        return _as_it_was(salvaged)
    passages = split(salvaged.article, settings, embedder.count_tokens)
    lacking = [passage for passage in passages if (passage.start, passage.end) not in salvaged.vectors]
    new = iter(_embedded(lacking, embedder))
    vectors = [
        np.frombuffer(kept, dtype="<f4") if (kept := salvaged.vectors.get((passage.start, passage.end))) else next(new)
        for passage in passages
    ]
    return PreparedArticle(salvaged.article, tuple(passages), np.array(vectors, dtype=np.float32))


def _as_it_was(salvaged: Salvaged) -> PreparedArticle:
    article = salvaged.article
    passages = [
        Passage(article.id, article.title, start, end, article.text[start:end]) for start, end in salvaged.vectors
    ]
    vectors = [np.frombuffer(vector, dtype="<f4") for vector in salvaged.vectors.values()]
    return PreparedArticle(article, tuple(passages), np.array(vectors, dtype=np.float32))


def _embedded(passages: Sequence[Passage], embedder: Embedder) -> Vectors | list[Vectors]:
    if not passages:
        return []
    return embedder.embed_passages([passage.title for passage in passages], [passage.text for passage in passages])
