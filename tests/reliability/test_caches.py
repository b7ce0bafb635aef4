"""Whatever lies beside the library's own file may vanish, be damaged, or not be writable: answers stay."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from damaging import QUESTIONS, SETTINGS, Report, articles, copy

from index import vector_rows, vectors
from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.files import flush_folder
from index.library import Library
from index.searching import Hit
from index.vector_cache import VECTORS_FILE
from index.vectors import VectorIndex

ASKED = [*QUESTIONS, *(f"{question[:-1]} in {year}?" for question in QUESTIONS for year in (1950, 1990))][:50]
FAILURES = 0.4


def answers(folder: Path, embedder: Embedder) -> list[list[Hit]]:
    with Library.open(folder, embedder, settings=SETTINGS) as library:
        return library.search_many(ASKED, 5)


def assert_same(mine: list[list[Hit]], right: list[list[Hit]]) -> None:
    for one, other in zip(mine, right, strict=True):
        assert [hit.passage for hit in one] == [hit.passage for hit in other]
        assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], abs=1e-5)
        assert [hit.similarity for hit in one] == pytest.approx([hit.similarity for hit in other], abs=1e-5)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors each rebuild took out of the library."""
    built: list[int] = []
    load = vector_rows.load_vectors

    def counted(connection: Any, ids: Any, dimension: int) -> Any:
        built.append(len(ids))
        return load(connection, ids, dimension)

    monkeypatch.setattr(vector_rows, "load_vectors", counted)
    return built


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "noise": lambda path: path.write_bytes(Random(1).randbytes(9000)),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_but_one_can_go(
    small: Path, fake_embedder: Embedder, tmp_path: Path, builds: list[int], damage: str
) -> None:
    right = answers(small, fake_embedder)
    assert builds == []
    others = [path.name for path in small.iterdir() if path.name != DATABASE_FILE]
    assert VECTORS_FILE in others
    for names in [*([name] for name in others), others]:
        if damage == "a folder" and names != [VECTORS_FILE]:
            continue
        damaged = copy(small, tmp_path / "damaged")
        for name in names:
            DAMAGES[damage](damaged / name)
        builds.clear()
        assert_same(answers(damaged, fake_embedder), right)
        assert len(builds) == (1 if VECTORS_FILE in names else 0)


def test_the_file_of_vectors_is_made_again_once(small: Path, fake_embedder: Embedder, builds: list[int]) -> None:
    (small / VECTORS_FILE).unlink()
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        for question in ASKED:
            library.search(question, 3)
        assert len(builds) == 1
        library.add([Article("New", "Nora knits nets.", "new.txt")])
    builds.clear()
    answers(small, fake_embedder)
    assert builds == []


class Failing:
    """A function that raises OSError now and then, and otherwise does what it always does."""

    def __init__(self, function: Callable[..., Any], random: Random) -> None:
        self.function = function
        self.random = random
        self.failed = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if self.random.random() < FAILURES:
            self.failed += 1
            raise OSError(5, "Input/output error, on purpose")
        return self.function(*arguments, **options)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Failing]:
    """Serializing, flushing, moving and the folder's flush fail, each four times in ten."""
    random = Random(2)
    made = []
    for owner, name in [(vectors.faiss, "serialize_index"), (os, "fsync"), (Path, "replace")]:
        made.append(Failing(getattr(owner, name), random))
    monkeypatch.setattr(vectors.faiss, "serialize_index", made[0])
    monkeypatch.setattr(os, "fsync", made[1])
    monkeypatch.setattr(Path, "replace", lambda path, target: made[2](path, target))
    made.append(Failing(flush_folder, random))
    monkeypatch.setattr(vectors, "flush_folder", made[3])
    return made


def assert_equal_ids(library: Library) -> None:
    """The ids in the vector index are those that the same snapshot stores."""
    with library._access.reading() as connection:
        held = library._access.vectors.at(connection).ids
        assert np.array_equal(np.sort(held), vector_rows.passage_ids(connection))


def read_until(stop: threading.Event, folder: Path, embedder: Embedder, seen: list[object]) -> None:
    """Open, compare, and ask, again and again."""
    random = Random(3)
    while not stop.is_set():
        try:
            with Library.open(folder, embedder, settings=SETTINGS, read_only=True) as library:
                assert_equal_ids(library)
                hits = library.search(random.choice(QUESTIONS), 3)
            seen.append(all(hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text for hit in hits))
        except Exception as error:
            seen.append(error)


@pytest.mark.timeout(600)
def test_vectors_and_articles_commit_as_one_whatever_fails(
    small: Path, fake_embedder: Embedder, failing: list[Failing], caplog: pytest.LogCaptureFixture, report: Report
) -> None:
    caplog.set_level(logging.CRITICAL)  # two hundred warnings
    stop = threading.Event()
    seen: list[list[object]] = [[], []]
    readers = [threading.Thread(target=read_until, args=(stop, small, fake_embedder, mine)) for mine in seen]
    for reader in readers:
        reader.start()
    random = Random(4)
    more = [article for seed in range(1, 5) for article in articles(seed)]
    try:
        with Library.open(small, fake_embedder, settings=SETTINGS) as library:
            for _ in range(200):
                stored = {summary.id for summary in library.articles()}
                article = random.choice(more)
                if article.id in stored:
                    library.remove([article.id])
                else:
                    library.add([article])
                assert_equal_ids(library)
    finally:
        stop.set()
        for reader in readers:
            reader.join(60)
    report("failures", [each.failed for each in failing])
    report("readings", [len(mine) for mine in seen])
    assert all(each.failed > 10 for each in failing)
    for mine in seen:
        assert len(mine) > 3
        assert [what for what in mine if what is not True] == []
    assert not list(small.glob("*.tmp"))


def test_a_cache_that_was_never_right_is_never_read(small: Path, fake_embedder: Embedder, tmp_path: Path) -> None:
    """A file with as many vectors of the same length, under the same ids, but other ones."""
    right = answers(small, fake_embedder)
    with Library.open(small, fake_embedder, settings=SETTINGS) as library, library._access.reading() as connection:
        ids = library._access.vectors.at(connection).ids
    other = VectorIndex(64)
    noise = np.random.default_rng(5).normal(size=(len(ids), 64)).astype(np.float32)
    other.add(ids, noise)
    other.save(small / VECTORS_FILE)
    assert_same(answers(small, fake_embedder), right)
