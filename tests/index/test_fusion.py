"""Fusion: the values of the mean, its order, and what holds for any weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import fusion
from index.fusion import fuse

SCORED = st.dictionaries(st.integers(1, 30), st.integers(-50, 50), max_size=20).map(
    lambda scores: sorted(((id_, float(score)) for id_, score in scores.items()), key=lambda pair: (-pair[1], pair[0]))
)


@pytest.fixture(autouse=True)
def equal_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "DENSE_WEIGHT", 0.5)


def test_the_mean_of_normalised_scores() -> None:
    dense = [(1, 0.9), (2, 0.7), (3, 0.5)]  # 1, 0.5, 0
    lexical = [(2, 12.0), (4, 8.0), (1, 4.0)]  # 1, 0.5, 0
    assert fuse(dense, lexical) == [(2, pytest.approx(0.75)), (1, 0.5), (4, 0.25), (3, 0.0)]


def test_the_weight_is_that_of_the_dense_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "DENSE_WEIGHT", 0.75)
    assert fuse([(1, 1.0), (2, 0.0)], [(3, 9.0), (1, 1.0)]) == [(1, 0.75), (3, 0.25), (2, 0.0)]


def test_one_ranking_alone_keeps_its_order() -> None:
    assert fuse([(5, 0.9), (4, 0.4)], []) == [(5, 0.5), (4, 0.0)]
    assert fuse([], [(5, 0.9), (4, 0.4)]) == [(5, 0.5), (4, 0.0)]
    assert fuse([], []) == []


def test_a_single_hit_and_equal_hits_are_all_best() -> None:
    assert fuse([(1, -0.2)], []) == [(1, 0.5)]
    assert fuse([(2, 0.3), (9, 0.3)], [(9, 4.0)]) == [(9, 1.0), (2, 0.5)]


def test_ties_are_ordered_by_id() -> None:
    assert fuse([(9, 1.0), (3, 0.0)], [(1, 5.0), (4, 1.0)]) == [(1, 0.5), (9, 0.5), (3, 0.0), (4, 0.0)]


@given(SCORED, SCORED)
def test_every_id_once_with_a_score_from_0_to_1_best_first(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]]
) -> None:
    fused = fuse(dense, lexical)
    assert sorted(id_ for id_, _ in fused) == sorted({id_ for id_, _ in [*dense, *lexical]})
    assert all(0 <= score <= 1 for _, score in fused)
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))


@given(SCORED, SCORED, st.integers(1, 9), st.integers(-9, 9))
def test_only_the_spread_of_each_ranking_matters(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]], factor: int, shift: int
) -> None:
    """BM25 has no upper end, so its unit must not matter."""
    moved = [(id_, factor * score + shift) for id_, score in lexical]
    expected = dict(fuse(dense, lexical))
    assert dict(fuse(dense, moved)) == {id_: pytest.approx(score) for id_, score in expected.items()}
