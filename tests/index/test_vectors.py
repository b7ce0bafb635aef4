"""The FAISS index gives exactly what a plain search in numpy gives, and its file is only read where it is whole."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedder import Vectors
from index.vectors import VectorIndex

Ids = npt.NDArray[np.int64]


def unit(rows: list[list[float]]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def ids(*numbers: int) -> Ids:
    return np.array(numbers, dtype=np.int64)


def brute_force(held: dict[int, Vectors], query: Vectors, limit: int) -> list[tuple[int, float]]:
    scored = [(id_, float(vector @ query)) for id_, vector in held.items()]
    return sorted(scored, key=lambda found: (-found[1], found[0]))[:limit]


@pytest.fixture
def compass() -> VectorIndex:
    """North is 10, east 20, and north-east 30."""
    index = VectorIndex(2)
    index.add(ids(10, 20, 30), unit([[0, 1], [1, 0], [1, 1]]))
    return index


def test_nearest_first_with_cosines(compass: VectorIndex) -> None:
    assert len(compass) == 3
    assert compass.ids.tolist() == [10, 20, 30]
    half = pytest.approx(0.5**0.5)
    assert compass.search(unit([[0, 2], [1, 0]]), 2) == [[(10, 1.0), (30, half)], [(20, 1.0), (30, half)]]


def test_asking_for_more_than_there_is_gives_what_there_is(compass: VectorIndex) -> None:
    assert [id_ for id_, _ in compass.search(unit([[0, 1]]), 100)[0]] == [10, 30, 20]


def test_an_empty_index_finds_nothing_for_each_question() -> None:
    index = VectorIndex(2)
    assert index.search(unit([[0, 1], [1, 0]]), 5) == [[], []]
    assert index.ids.tolist() == []


def test_no_questions_and_no_limit_give_nothing(compass: VectorIndex) -> None:
    assert compass.search(np.zeros((0, 2), dtype=np.float32), 5) == []
    assert compass.search(unit([[0, 1]]), 0) == [[]]


def test_equal_vectors_come_in_the_order_of_their_ids() -> None:
    index = VectorIndex(2)
    index.add(ids(7, 3, 5), unit([[1, 0]] * 3))
    assert index.search(unit([[1, 0]]), 3) == [[(3, 1.0), (5, 1.0), (7, 1.0)]]


def test_removed_vectors_are_gone_and_unknown_ids_passed_over(compass: VectorIndex) -> None:
    compass.remove(ids(10, 999))
    assert compass.ids.tolist() == [20, 30]
    assert [id_ for id_, _ in compass.search(unit([[0, 1]]), 3)[0]] == [30, 20]
    assert compass.search(unit([[1, 0]]), 1) == [[(20, 1.0)]]


def test_a_question_that_is_no_number_finds_nothing(compass: VectorIndex) -> None:
    assert compass.search(np.full((1, 2), np.nan, dtype=np.float32), 2) == [[]]


@pytest.mark.parametrize("shape", [(1, 3), (2,), (1, 1), (1, 2, 1)])
def test_vectors_of_another_shape_are_refused(compass: VectorIndex, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit an index of dimension 2"):
        compass.search(np.zeros(shape, dtype=np.float32), 1)
    with pytest.raises(ValueError, match="do not fit an index of dimension 2"):
        compass.add(ids(1), np.zeros(shape, dtype=np.float32))


@given(st.data())
def test_search_equals_brute_force_with_removals_and_ties(data: st.DataObject) -> None:
    """Components of small whole numbers, so that products are exact and many scores are equal."""
    component = st.integers(-2, 2)
    rows = st.lists(st.tuples(component, component, component), max_size=40)
    held = {3 * place + 1: np.array(row, dtype=np.float32) for place, row in enumerate(data.draw(rows))}
    index = VectorIndex(3)
    if held:
        index.add(ids(*held), np.stack(list(held.values())))
    for id_ in data.draw(st.sets(st.sampled_from(sorted(held)))) if held else ():
        index.remove(ids(id_))
        del held[id_]
    query = np.array(data.draw(st.tuples(component, component, component)), dtype=np.float32)
    limit = data.draw(st.integers(1, 50))
    assert sorted(index.ids.tolist()) == sorted(held)
    found, expected = index.search(query[None], limit)[0], brute_force(held, query, limit)
    assert [score for _, score in found] == [score for _, score in expected]
    assert all(score == float(held[id_] @ query) for id_, score in found)
    lowest = expected[-1][1] if expected else 0  # which of those that tie for the last place is FAISS's choice
    assert [hit for hit in found if hit[1] > lowest] == [hit for hit in expected if hit[1] > lowest]
    assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))


@pytest.mark.parametrize("questions", [1, 19, 20, 64])
def test_many_questions_at_once_give_the_same_as_one_by_one(questions: int) -> None:
    """FAISS takes another way through BLAS from twenty questions on."""
    random = np.random.default_rng(0)
    vectors, asked = (unit(random.normal(size=(count, 16)).tolist()) for count in (300, questions))
    index = VectorIndex(16)
    index.add(np.arange(300, dtype=np.int64), vectors)
    held = dict(enumerate(vectors))
    for query, found in zip(asked, index.search(asked, 10), strict=True):
        expected = brute_force(held, query, 10)
        assert [id_ for id_, _ in found] == [id_ for id_, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-6)


def test_a_saved_index_loads_as_it_was(compass: VectorIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    digest = compass.save(path)
    loaded = VectorIndex.load(path, dimension=2, sha256=digest)
    assert loaded is not None
    assert loaded.ids.tolist() == [10, 20, 30]
    assert loaded.search(unit([[0, 1]]), 3) == compass.search(unit([[0, 1]]), 3)
    loaded.add(ids(40), unit([[-1, 0]]))
    loaded.remove(ids(20))
    assert loaded.search(unit([[-1, 0]]), 1) == [[(40, 1.0)]]
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.faiss"]


def test_saving_replaces_the_file_and_leaves_nothing_beside_it(compass: VectorIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    first = compass.save(path)
    compass.remove(ids(10))
    second = compass.save(path)
    assert first != second
    assert VectorIndex.load(path, dimension=2, sha256=first) is None
    assert VectorIndex.load(path, dimension=2, sha256=second) is not None
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.faiss"]


def test_every_flipped_bit_is_noticed(compass: VectorIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    digest = compass.save(path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert VectorIndex.load(path, dimension=2, sha256=digest) is None


@pytest.mark.parametrize("damage", [lambda _: b"", lambda data: data[:-1], lambda data: data + b"\0"])
def test_a_file_that_was_cut_or_grew_is_not_read(
    compass: VectorIndex, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "vectors.faiss"
    digest = compass.save(path)
    path.write_bytes(damage(path.read_bytes()))
    assert VectorIndex.load(path, dimension=2, sha256=digest) is None


def test_a_file_that_is_missing_of_another_dimension_or_no_index_is_not_read(
    compass: VectorIndex, tmp_path: Path
) -> None:
    path = tmp_path / "vectors.faiss"
    digest = compass.save(path)
    assert VectorIndex.load(path, dimension=3, sha256=digest) is None
    assert VectorIndex.load(tmp_path / "none", dimension=2, sha256=digest) is None
    assert VectorIndex.load(tmp_path, dimension=2, sha256=digest) is None
    path.write_bytes(b"not an index")
    assert VectorIndex.load(path, dimension=2, sha256=hashlib.sha256(b"not an index").hexdigest()) is None


@pytest.fixture
def in_cells(monkeypatch: pytest.MonkeyPatch) -> tuple[VectorIndex, Vectors]:
    """Two thousand vectors in eight cells, half of which a question is compared with; ids from 5 on."""
    monkeypatch.setattr("index.vectors._CELLS", 8)
    monkeypatch.setattr("index.vectors._LOOKED_INTO", 4)
    vectors = unit(np.random.default_rng(1).normal(size=(2000, 32)).tolist())
    index = VectorIndex(32, is_exact=False)
    assert not index.is_trained
    index.train(vectors[::4])
    for first in range(0, 2000, 500):
        index.add(np.arange(first, first + 500, dtype=np.int64) + 5, vectors[first : first + 500])
    return index, vectors


def test_an_index_in_cells_finds_nearly_all_with_nearly_their_cosines(in_cells: tuple[VectorIndex, Vectors]) -> None:
    index, vectors = in_cells
    assert not index.is_exact
    assert len(index) == 2000
    assert sorted(index.ids.tolist()) == list(range(5, 2005))
    held = {place + 5: vector for place, vector in enumerate(vectors)}
    shares = []
    for query, found in zip(vectors[:50], index.search(vectors[:50], 40), strict=True):
        right = {id_ for id_, _ in brute_force(held, query, 10)}
        shares.append(len(right & {id_ for id_, _ in found}) / 10)
        assert all(abs(score - float(held[id_] @ query)) < 0.1 for id_, score in found)
        assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
    assert 0.7 < np.mean(shares) < 1


def test_an_index_in_cells_follows_what_is_removed_and_added(in_cells: tuple[VectorIndex, Vectors]) -> None:
    index, vectors = in_cells
    index.remove(ids(5, 6, 99_999))
    index.add(ids(7000), vectors[:1])
    assert len(index) == 1999
    assert sorted(index.ids.tolist()) == [*range(7, 2005), 7000]
    assert index.search(vectors[:1], 1)[0][0][0] == 7000
    assert 6 not in {id_ for id_, _ in index.search(vectors[1:2], 2000)[0]}


def test_an_index_in_cells_loads_as_it_was(in_cells: tuple[VectorIndex, Vectors], tmp_path: Path) -> None:
    index, vectors = in_cells
    digest = index.save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss", dimension=32, sha256=digest)
    assert loaded is not None
    assert not loaded.is_exact
    assert loaded.search(vectors[:20], 10) == index.search(vectors[:20], 10)
    loaded.add(ids(7000), vectors[:1])
    loaded.remove(ids(5))
    assert loaded.search(vectors[:1], 1)[0][0][0] == 7000


def test_only_what_is_allowed_is_found(compass: VectorIndex) -> None:
    half = pytest.approx(0.5**0.5)
    assert compass.search(unit([[0, 1], [1, 0]]), 5, ids(20, 30)) == [[(30, half), (20, 0.0)], [(20, 1.0), (30, half)]]
    assert compass.search(unit([[0, 1]]), 5, ids(7)) == [[]]
    assert compass.search(unit([[0, 1]]), 5, ids()) == [[]]


def test_the_few_that_are_allowed_are_found_in_whatever_cell_they_lie(in_cells: tuple[VectorIndex, Vectors]) -> None:
    index, vectors = in_cells
    allowed = np.sort(np.random.default_rng(2).choice(2000, 30, replace=False).astype(np.int64)) + 5
    for found in index.search(vectors[:20], 50, allowed):
        assert sorted(id_ for id_, _ in found) == allowed.tolist()
