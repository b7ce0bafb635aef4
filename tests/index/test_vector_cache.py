"""The vectors in memory follow what is stored; their file only saves time."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest

from index import facts, records, vector_rows
from index.article import Article
from index.errors import LibraryCorrupt
from index.passages import Passage
from index.schema import FORMAT, TABLES
from index.vector_cache import VECTORS_FILE, VectorCache, sorted_size
from index.vectors import VectorIndex


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    connection.pragma("user_version", FORMAT)
    yield connection
    connection.close()


def store(connection: apsw.Connection, source: str, *rows: tuple[float, float]) -> None:
    article = Article("", "some text", source)
    passages = [Passage(article.id, "", 0, 4, "some") for _ in rows]
    records.insert_article(connection, article, passages, np.array(rows, dtype=np.float32).reshape(-1, 2))
    facts.next_generation(connection)


def held(cache: VectorCache, connection: apsw.Connection) -> dict[int, list[float]]:
    """The vectors of the index by id, read back through their products with the axes."""
    index = cache.at(connection)
    axes = np.eye(2, dtype=np.float32)
    products = [dict(found) for found in index.search(axes, len(index))]
    return {id_: [product[id_] for product in products] for id_ in sorted(index.ids.tolist())}


def test_the_index_follows_every_generation(connection: apsw.Connection, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 2)
    assert held(cache, connection) == {}
    store(connection, "a", (1, 0), (0, 1))
    assert held(cache, connection) == {1: [1, 0], 2: [0, 1]}
    records.delete_article(connection, Article("", "some text", "a").id)
    store(connection, "b", (0, -1))
    assert held(cache, connection) == {3: [0, -1]}
    assert not (tmp_path / VECTORS_FILE).exists()


def test_equal_generations_are_not_read_again(connection: apsw.Connection, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 2)
    store(connection, "a", (1, 0))
    first = cache.at(connection)
    connection.execute("DELETE FROM passages")
    assert cache.at(connection) is first
    assert len(first) == 1


def test_what_is_forgotten_is_read_anew(connection: apsw.Connection, tmp_path: Path) -> None:
    """After a rollback the same ids are given out again, to other vectors."""
    cache = VectorCache(tmp_path, 2)
    connection.execute("BEGIN")
    store(connection, "a", (1, 0))
    assert held(cache, connection) == {1: [1, 0]}
    connection.execute("ROLLBACK")
    cache.forget()
    store(connection, "b", (0, 1))
    assert held(cache, connection) == {1: [0, 1]}


def test_the_file_is_used_where_it_is_the_recorded_one(connection: apsw.Connection, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 2)
    store(connection, "a", (1, 0))
    cache.save(connection)
    connection.execute("UPDATE passages SET vector = ?", (np.array([0, 1], dtype="<f4").tobytes(),))
    assert held(VectorCache(tmp_path, 2), connection) == {1: [1, 0]}


def test_an_older_file_is_brought_up_to_date(connection: apsw.Connection, tmp_path: Path) -> None:
    store(connection, "a", (1, 0))
    store(connection, "b", (0, 1))
    VectorCache(tmp_path, 2).save(connection)
    records.delete_article(connection, Article("", "some text", "a").id)
    store(connection, "c", (-1, 0))
    assert held(VectorCache(tmp_path, 2), connection) == {2: [0, 1], 3: [-1, 0]}


@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "swap"])
def test_a_damaged_file_is_not_used(connection: apsw.Connection, tmp_path: Path, damage: str) -> None:
    store(connection, "a", (1, 0))
    VectorCache(tmp_path, 2).save(connection)
    path = tmp_path / VECTORS_FILE
    data = path.read_bytes()
    if damage == "flip":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 0x40]))
    elif damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "delete":
        path.unlink()
    else:
        other = apsw.Connection(":memory:")
        other.execute(TABLES)
        store(other, "z", (0, 1))
        VectorCache(tmp_path, 2).save(other)
        other.close()
    assert held(VectorCache(tmp_path, 2), connection) == {1: [1, 0]}


def test_more_vectors_than_are_read_at_a_time(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_cache._CHUNK", 3)
    store(connection, "a", *[(float(number), 1.0) for number in range(10)])
    assert held(VectorCache(tmp_path, 2), connection) == {number + 1: [number, 1] for number in range(10)}


def test_a_large_file_is_only_written_where_a_tenth_is_out_of_date(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_cache._SMALL", 5)
    cache = VectorCache(tmp_path, 2)
    store(connection, "a", *[(float(number), 1.0) for number in range(20)])
    cache.save(connection)
    written = (tmp_path / VECTORS_FILE).stat().st_mtime_ns
    store(connection, "b", (0, 1))
    cache.save(connection)
    assert (tmp_path / VECTORS_FILE).stat().st_mtime_ns == written
    expected = {number + 1: [number, 1] for number in range(20)} | {21: [0, 1]}
    assert held(VectorCache(tmp_path, 2), connection) == expected
    records.delete_article(connection, Article("", "some text", "b").id)
    facts.next_generation(connection)
    assert held(VectorCache(tmp_path, 2), connection) == held(cache, connection)
    assert 21 not in held(cache, connection)
    store(connection, "c", (0, 1))
    cache.save(connection)
    assert (tmp_path / VECTORS_FILE).stat().st_mtime_ns > written


def test_one_that_lags_behind_what_is_remembered_is_compared_whole(connection: apsw.Connection, tmp_path: Path) -> None:
    late = VectorCache(tmp_path, 2)
    store(connection, "a", (1, 0))
    late.at(connection)
    records.delete_article(connection, Article("", "some text", "a").id)
    store(connection, "b", (0, 1))
    VectorCache(tmp_path, 2).save(connection)
    assert vector_rows.removed_ids(connection, 1) is None
    assert held(late, connection) == {2: [0, 1]}


def test_another_library_of_the_same_generation_is_read_anew(connection: apsw.Connection, tmp_path: Path) -> None:
    """A repaired library counts anew, and gives the ids of the old one to other passages."""
    cache = VectorCache(tmp_path, 2)
    facts.name_library(connection)
    store(connection, "a", (1, 0))
    assert held(cache, connection) == {1: [1, 0]}
    other = apsw.Connection(":memory:")
    other.execute(TABLES)
    other.pragma("user_version", FORMAT)
    facts.name_library(other)
    store(other, "b", (0, 1))
    assert facts.generation(other) == facts.generation(connection)
    assert held(cache, other) == {1: [0, 1]}
    other.close()


def test_a_file_recorded_for_another_library_is_not_used(connection: apsw.Connection, tmp_path: Path) -> None:
    facts.name_library(connection)
    store(connection, "a", (1, 0))
    VectorCache(tmp_path, 2).save(connection)
    connection.execute("UPDATE passages SET vector = ?", (np.array([0, 1], dtype="<f4").tobytes(),))
    assert held(VectorCache(tmp_path, 2), connection) == {1: [1, 0]}
    facts.set_fact(connection, "library", "another")
    assert held(VectorCache(tmp_path, 2), connection) == {1: [0, 1]}


def test_a_large_file_is_not_read_only_to_find_that_it_need_not_be_written(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_cache._SMALL", 5)
    store(connection, "a", *[(float(number), 1.0) for number in range(20)])
    VectorCache(tmp_path, 2).save(connection)
    path = tmp_path / VECTORS_FILE
    written = path.stat().st_mtime_ns
    with monkeypatch.context() as patch:
        patch.setattr(VectorIndex, "load", lambda *_, **__: pytest.fail("the file was read"))
        store(connection, "b", (0, 1))
        VectorCache(tmp_path, 2).save(connection)
    assert path.stat().st_mtime_ns == written
    store(connection, "c", (0, 1), (1, 0))
    VectorCache(tmp_path, 2).save(connection)  # now a tenth is out of date
    assert path.stat().st_mtime_ns > written
    path.unlink()
    VectorCache(tmp_path, 2).save(connection)
    assert path.exists()


@pytest.mark.parametrize("name", ["generation", "vectors_generation", "vectors_highest", "removed_since"])
def test_damaged_numbers_are_said_to_be_damaged(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store(connection, "a", *[(float(number), 1.0) for number in range(20)])
    monkeypatch.setattr("index.vector_cache._SMALL", 5)
    VectorCache(tmp_path, 2).save(connection)
    for value in ("x", "", "9" * 40):
        facts.set_fact(connection, name, value)
        with pytest.raises(LibraryCorrupt, match=name):
            cache = VectorCache(tmp_path, 2)
            cache.save(connection)
            cache.at(connection)


def test_the_kind_of_index_follows_the_number_of_vectors(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_cache.EXACT", 20)
    monkeypatch.setattr("index.vector_cache._SMALL", 5)
    monkeypatch.setattr("index.vectors._CELLS", 2)
    rows = [(float(np.cos(angle)), float(np.sin(angle))) for angle in range(100)]
    store(connection, "a", *rows[:20])
    cache = VectorCache(tmp_path, 2)
    assert cache.at(connection).is_exact
    cache.save(connection)
    written = (tmp_path / VECTORS_FILE).stat().st_mtime_ns
    store(connection, "b", rows[20])  # one more is little, but another kind of index
    assert not cache.at(connection).is_exact
    assert sorted(cache.at(connection).ids.tolist()) == list(range(1, 22))
    VectorCache(tmp_path, 2).save(connection)
    assert (tmp_path / VECTORS_FILE).stat().st_mtime_ns > written
    assert not VectorCache(tmp_path, 2).at(connection).is_exact
    store(connection, "c", *rows[21:50])
    records.delete_article(connection, Article("", "some text", "a").id)
    facts.next_generation(connection)
    late = VectorCache(tmp_path, 2).at(connection)
    assert sorted(cache.at(connection).ids.tolist()) == sorted(late.ids.tolist()) == list(range(21, 51))
    records.delete_article(connection, Article("", "some text", "c").id)
    facts.next_generation(connection)
    assert cache.at(connection).is_exact
    assert held(cache, connection) == {21: pytest.approx(rows[20])}
    assert held(VectorCache(tmp_path, 2), connection) == {21: pytest.approx(rows[20])}


@pytest.mark.parametrize(
    ("count", "held", "size"),
    [
        (0, 0, 0),
        (100, 0, 0),
        (101, 0, 128),
        (101, 128, 128),
        (128, 128, 128),
        (129, 128, 256),
        (300, 0, 512),
        (90, 128, 128),
        (80, 128, 0),
        (129, 256, 256),
    ],
)
def test_cells_are_made_anew_where_a_library_has_outgrown_them(
    monkeypatch: pytest.MonkeyPatch, count: int, held: int, size: int
) -> None:
    monkeypatch.setattr("index.vector_cache.EXACT", 100)
    assert sorted_size(count, held) == size


def test_a_file_of_another_kind_is_replaced_once(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing was added since: otherwise every search would sort the vectors for itself."""
    monkeypatch.setattr("index.vector_cache._SMALL", 5)
    monkeypatch.setattr("index.vectors._CELLS", 2)
    store(connection, "a", *[(float(np.cos(angle)), float(np.sin(angle))) for angle in range(50)])
    VectorCache(tmp_path, 2).save(connection)
    monkeypatch.setattr("index.vector_cache.EXACT", 20)
    VectorCache(tmp_path, 2).save(connection)
    monkeypatch.setattr(VectorIndex, "train", lambda *_: pytest.fail("the cells were made again"))
    VectorCache(tmp_path, 2).save(connection)
    assert not VectorCache(tmp_path, 2).at(connection).is_exact


def test_an_index_that_was_outgrown_is_taken_from_the_file_that_another_process_has_written(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_cache.EXACT", 20)
    monkeypatch.setattr("index.vectors._CELLS", 2)
    store(connection, "a", *[(float(number), 1.0) for number in range(20)])
    cache = VectorCache(tmp_path, 2)
    assert cache.at(connection).is_exact
    store(connection, "b", (0, 1))
    VectorCache(tmp_path, 2).save(connection)
    monkeypatch.setattr(VectorIndex, "train", lambda *_: pytest.fail("the cells were made again"))
    assert not cache.at(connection).is_exact


def test_cells_are_made_after_vectors_of_all_times(
    connection: apsw.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Had they been made after the first ones, the last would lie in few cells, wherever these are looked for."""
    monkeypatch.setattr("index.vector_cache.EXACT", 100)
    monkeypatch.setattr("index.vector_cache.SAMPLE", 400)
    monkeypatch.setattr("index.vectors._CELLS", 8)
    chance = np.random.default_rng(2)
    rows = chance.normal(size=(1600, 16)).astype(np.float32) + np.eye(16)[0] * 4
    rows[800:] += np.eye(16)[1] * 8 - np.eye(16)[0] * 8  # what articles are about has changed
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    article = Article("", "some text", "a")
    records.insert_article(connection, article, [Passage(article.id, "", 0, 4, "some")] * len(rows), rows)
    facts.next_generation(connection)
    index = VectorCache(tmp_path, 16).at(connection)
    cells = index._index.invlists
    sizes = sorted(cells.list_size(cell) for cell in range(8))
    assert sum(sizes) == 1600
    assert sizes[-1] < 500
