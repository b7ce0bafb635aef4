"""Opening what a command works on: the library that is meant, with the models that were named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from index.embedder import Embedder
from index.errors import LibraryNotFound
from index.folders import is_library
from index.sentence_embedder import SentenceEmbedder
from qa.assistant import Assistant
from qa.locations import library_to_read, library_to_write
from qa.reader import Reader
from qa.reader_model import loading_options
from qa.starter import open_starter
from qa.transformer_reader import TransformerReader
from ui.process import stay_offline
from ui.progress import working
from ui.session import ChatSession

_STARTER = "You have no library yet, so this is the starter library; qa add PATH makes your own."


@dataclass(frozen=True, slots=True)
class Models:
    """The two models of an assistant; neither is loaded yet."""

    embedder: Embedder
    reader: Reader


def name_models(embedder: str | None = None, reader: str | None = None) -> Models:
    """The models by folder or hub name, the shipped ones by default.

    Raises ModelNotFound at once where a reader's folder holds none, before seconds go into loading the embedder.
    """
    stay_offline(embedder, reader)
    if reader is not None:
        loading_options(reader)
    return Models(SentenceEmbedder(embedder), TransformerReader(reader))


def open_to_read(library: str | None, models: Models) -> Assistant:
    """The library that is meant, or the starter library, with a word on stderr, where none was named and none exists.

    Raises LibraryNotFound where one was named that does not exist.
    """
    folder = library_to_read(library)
    if folder is not None:
        return _open(folder, models, read_only=True)
    click.echo(_STARTER, err=True)
    with working("Preparing the starter library"):
        return open_starter(embedder=models.embedder, reader=models.reader)


def open_to_add(library: str | None, models: Models) -> Assistant:
    """The library that is meant, which the first add makes where it does not exist."""
    return _open(library_to_write(library), models)


def open_to_change(library: str | None, models: Models) -> Assistant:
    """The library that is meant; raises LibraryNotFound where it does not exist."""
    return _open(existing_library(library), models)


def existing_library(library: str | None) -> Path:
    """The folder of the library that is meant; raises LibraryNotFound where it does not exist."""
    folder = library_to_read(library)
    if folder is None:
        raise LibraryNotFound("You have no library yet; qa add PATH makes one.")
    return folder


@contextmanager
def open_nothing(models: Models) -> Iterator[Assistant]:
    """An assistant without articles, for questions that bring their contexts along."""
    with TemporaryDirectory(prefix="article-qa-") as folder, _open(Path(folder), models, read_only=True) as assistant:
        yield assistant


def open_session(library: str | None, models: Models) -> ChatSession:
    """A chat on the library that is meant, or on the starter library until the first add makes that one."""
    folder = library_to_write(library)
    own = _open(folder, models)  # also sees that nothing else is in its place
    if has_library(library):
        return ChatSession(own)
    return ChatSession(open_starter(embedder=models.embedder, reader=models.reader), lambda: _open(folder, models))


def has_library(library: str | None) -> bool:
    """Whether the library that is meant exists."""
    return is_library(library_to_write(library))


def _open(folder: Path, models: Models, *, read_only: bool = False) -> Assistant:
    return Assistant.open(folder, embedder=models.embedder, reader=models.reader, read_only=read_only)
