"""The checks that find damage are what finds it: without them the same flipped bits change answers in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import apsw
import pytest
from damaging import Report, contents, copy, counted, flip, outcome

from index import database, opening, read_connection, records
from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.files import file_hash
from index.page_checksums import trust_pages
from index.vector_cache import VECTORS_FILE
from index.vectors import VectorIndex


def unchecked_article(connection: apsw.Connection, row: int) -> Article:
    """`records.load_article_in_row` without the hash."""
    fields = connection.execute(f"SELECT {records._ARTICLE} FROM articles WHERE row = ?", (row,)).fetchone()
    return Article(*fields[:6], tuple(json.loads(fields[6])), fields[7])


@pytest.fixture
def unchecked_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = read_connection.connect

    def trusting(path: Path, check: Callable[[apsw.Connection], object], *, locking: bool) -> apsw.Connection:
        def trust_and_check(connection: apsw.Connection) -> object:
            trust_pages(connection)
            return check(connection)

        return connect(path, trust_and_check, locking=locking)

    monkeypatch.setattr(database, "connect", trusting)
    monkeypatch.setattr(opening, "has_checksums", lambda _: True)


@pytest.fixture
def unchecked_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    load = VectorIndex.load

    def any_file(path: Path, *, dimension: int, sha256: str) -> Any:
        return load(path, dimension=dimension, sha256=file_hash(path))

    monkeypatch.setattr(records, "load_article_in_row", unchecked_article)
    monkeypatch.setattr(records.StoredPassage, "is_whole", True)
    monkeypatch.setattr(VectorIndex, "load", any_file)


def silent_share(small: Path, name: str, embedder: Embedder, damaged: Path, report: Report, flips: int = 120) -> float:
    """The share of the flips in one file that change something and are not noticed.

    None in its beginning, where FAISS reads how much memory to take.
    """
    whole = contents(small, embedder)
    random = Random(7)
    outcomes = {}
    copy(small, damaged)
    size = (small / name).stat().st_size
    for _ in range(flips):
        (damaged / name).write_bytes((small / name).read_bytes())
        offset = random.randrange(size // 8, size)
        flip(damaged / name, offset, random.randrange(8))
        outcomes[f"byte {offset}"] = outcome(damaged, embedder, whole)
    return counted(outcomes, report)["different"] / len(outcomes)


def test_without_any_check_answers_change_in_silence(
    small: Path, fake_embedder: Embedder, tmp_path: Path, unchecked_pages: None, unchecked_hashes: None, report: Report
) -> None:  # fmt: skip
    assert silent_share(small, DATABASE_FILE, fake_embedder, tmp_path / "copy", report) > 0.05
    assert silent_share(small, VECTORS_FILE, fake_embedder, tmp_path / "copy", report) > 0.02


def test_hashes_alone_would_miss_the_word_list(
    small: Path, fake_embedder: Embedder, tmp_path: Path, unchecked_pages: None, report: Report
) -> None:
    assert silent_share(small, DATABASE_FILE, fake_embedder, tmp_path / "copy", report) > 0
