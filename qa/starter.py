"""The starter library: our own articles in `seeds`, for a first look before there is a library."""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from index.article import Article
from index.embedder import Embedder
from index.errors import LibraryCorrupt, LibraryError, ModelMismatch, NotALibrary
from index.folders import is_library
from index.library import Library
from index.loaders.parsing import parse
from index.passages import PassageSettings
from index.schema import FORMAT
from index.sentence_embedder import SentenceEmbedder
from qa.assistant import Assistant
from qa.reader import Reader
from qa.transformer_reader import TransformerReader

logger = logging.getLogger(__name__)

_SHORT = 70  # characters of a question to click on
TEST_SET = Path(str(files("seeds"))) / "questions.json"


def open_starter(*, embedder: Embedder | None = None, reader: Reader | None = None) -> Assistant:
    """The starter library, read-only; embedded at the first call, a few seconds, and kept in the user's cache.

    A damaged one is made anew. Where the cache cannot be written it is made in a temporary folder instead, which is
    removed when the program ends.
    """
    embedder = embedder or SentenceEmbedder()
    articles = list(starter_articles())
    cached = user_cache_path("article-qa") / f"starter-{_digest(articles, embedder)}"
    try:
        library = _open_cached(cached, articles, embedder)
    except (OSError, LibraryError) as error:
        logger.warning("The starter library cannot be kept in the cache (%s); it is made anew.", error)
        temporary = tempfile.mkdtemp(prefix="article-qa-")
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        library = _open(_build(Path(temporary) / cached.name, articles, embedder), embedder)
    return Assistant(library, reader or TransformerReader())


def starter_articles() -> Iterator[Article]:
    """The articles of the starter library, in the order of their dates; ids are the same on every machine."""
    for path in sorted((Path(str(files("seeds"))) / "articles").glob("*.md")):
        for article in parse(path.name, path.read_bytes(), f"starter/{path.name}"):  # ours, so it needs no sandbox
            if isinstance(article, Article):
                yield article


def starter_questions(count: int) -> list[str]:
    """Short questions that the starter articles answer, to click on: one an article, spread over all of them."""
    test_set = json.loads(TEST_SET.read_text(encoding="utf-8"))
    short = [
        next((question["question"] for question in article["paragraphs"][0]["qas"] if _invites(question)), None)
        for article in test_set["data"]
    ]
    found = [question for question in short if question is not None]
    return found[:: max(1, len(found) // count)][:count]


def _invites(question: dict[str, Any]) -> bool:
    """Whether a question of the test set shows well what can be asked: answered, short, and written out."""
    text = question["question"]
    return not question["is_impossible"] and text.endswith("?") and len(text) <= _SHORT


def _open_cached(folder: Path, articles: list[Article], embedder: Embedder) -> Library:
    """The library in the cache, made where it is missing or damaged; those of other versions are dropped then."""
    if is_library(folder):
        try:
            return _open(folder, embedder)
        except (LibraryCorrupt, NotALibrary, ModelMismatch):
            shutil.rmtree(folder)
    library = _open(_build(folder, articles, embedder), embedder)
    for other in folder.parent.glob("starter-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return library


def _open(folder: Path, embedder: Embedder) -> Library:
    return Library.open(folder, embedder, read_only=True)


def _build(folder: Path, articles: list[Article], embedder: Embedder) -> Path:
    """Make the library aside and move it into place whole, so that no other process opens half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        made = Path(aside) / "library"
        with Library.open(made, embedder) as library:
            library.add(articles)
        try:
            made.rename(folder)
        except OSError:
            if not is_library(folder):  # otherwise another process was faster
                raise
    return folder


def _digest(articles: list[Article], embedder: Embedder) -> str:
    """What the library is made of: another model, article or format makes another folder."""
    parts = [article.content_hash for article in articles]
    parts += [str(FORMAT), repr(embedder.fingerprint), repr(PassageSettings())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
