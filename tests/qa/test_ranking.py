"""Ranking: both scores count, overlapping spans are one answer, and the order never depends on chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.passages import Passage
from index.searching import Hit
from qa import ranking
from qa.ranking import Candidate, combined_score, rank
from qa.reader import AnswerSpan, Reading

TEXT = "".join(f"w{number:03} " for number in range(40))
FIRST, SECOND = sorted([Article("A", TEXT, "a.txt"), Article("B", TEXT, "b.txt")], key=lambda article: article.id)


def hit(article: Article, score: float, start: int = 0, end: int = 200) -> Hit:
    return Hit(article, Passage(article.id, article.title, start, end, TEXT[start:end]), score, 0.5)


def reading(null: float, *spans: tuple[int, int, float]) -> Reading:
    return Reading(tuple(AnswerSpan(*span) for span in spans), null)


@pytest.fixture(autouse=True)
def weight_of_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "RETRIEVAL_WEIGHT", 4.0)


def test_the_combined_score_weighs_the_passage() -> None:
    assert combined_score(0.5, 3.0) == 5.0
    assert combined_score(0.0, -1.0) == -1.0


def test_candidates_come_best_first_with_their_scores_kept_apart() -> None:
    near, far = hit(FIRST, 1.0), hit(SECOND, 0.25)
    ranked = rank([near, far], [reading(2, (0, 4, 5), (10, 14, 1)), reading(1, (5, 9, 9))])
    assert ranked == [
        Candidate(far, 5, 9, reader_score=8.0, score=9.0),
        Candidate(near, 0, 4, reader_score=3.0, score=7.0),
        Candidate(near, 10, 14, reader_score=-1.0, score=3.0),
    ]


def test_a_span_counts_by_its_margin_over_no_answer() -> None:
    """A passage that scores everything high is no better than one that scores everything low."""
    high, low = hit(FIRST, 0.5), hit(SECOND, 0.5)
    ranked = rank([high, low], [reading(20, (0, 4, 21)), reading(-5, (0, 4, 0))])
    assert [(candidate.hit, candidate.reader_score) for candidate in ranked] == [(low, 5.0), (high, 1.0)]


def test_the_same_span_of_two_passages_is_one_candidate() -> None:
    left, right = hit(FIRST, 0.5, 0, 100), hit(FIRST, 1.0, 50, 200)
    ranked = rank([left, right], [reading(0, (60, 64, 5)), reading(0, (60, 64, 4))])
    assert ranked == [Candidate(right, 60, 64, 4.0, 8.0, seconded=1)]


def test_of_overlapping_spans_the_best_stays_and_neighbours_stay_too() -> None:
    only = hit(FIRST, 0.0)
    ranked = rank([only], [reading(0, (10, 20, 9), (19, 25, 8), (20, 25, 7), (5, 10, 6), (5, 11, 5))])
    assert [(candidate.start, candidate.end) for candidate in ranked] == [(10, 20), (20, 25), (5, 10)]


def test_the_same_offsets_in_two_articles_are_two_answers() -> None:
    ranked = rank([hit(FIRST, 0.0), hit(SECOND, 0.0)], [reading(0, (0, 4, 1)), reading(0, (0, 4, 2))])
    assert [candidate.hit.article for candidate in ranked] == [SECOND, FIRST]


def test_equal_scores_are_ordered_by_article_and_place() -> None:
    readings = [reading(0, (10, 14, 1), (0, 4, 1)), reading(0, (5, 9, 1))]
    for hits, read in (([hit(FIRST, 0), hit(SECOND, 0)], readings), ([hit(SECOND, 0), hit(FIRST, 0)], readings[::-1])):
        ranked = rank(hits, read)
        assert [(c.hit.article, c.start) for c in ranked] == [(FIRST, 0), (FIRST, 10), (SECOND, 5)]


def test_nothing_read_gives_nothing() -> None:
    assert rank([], []) == []
    assert rank([hit(FIRST, 1.0)], [reading(5)]) == []


def test_a_reading_that_is_missing_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        rank([hit(FIRST, 1.0)], [])


SPANS = st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(-5, 5)).map(
    lambda span: (span[0], span[0] + span[1], float(span[2]))
)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.lists(SPANS, max_size=6)), max_size=6))
def test_every_span_is_kept_or_overlaps_a_better_one(
    found: list[tuple[bool, int, list[tuple[int, int, float]]]],
) -> None:
    hits = [hit(FIRST if first else SECOND, score / 4) for first, score, _ in found]
    ranked = rank(hits, [reading(0, *spans) for _, _, spans in found])
    assert [candidate.score for candidate in ranked] == sorted((c.score for c in ranked), reverse=True)
    kept = [(candidate.hit.article, candidate.start, candidate.end) for candidate in ranked]
    assert len(kept) == len(set(kept))
    for read, (_, _, spans) in zip(hits, found, strict=True):
        for start, end, score in spans:
            better = [c for c in ranked if c.hit.article == read.article and c.start < end and start < c.end]
            assert max(c.score for c in better) >= score + 4 * read.score


def test_other_passages_second_what_they_say_themselves() -> None:
    same = [hit(Article("C", text, f"{text}.txt"), 0.5, 0, 4) for text in ("Kim!", "KIM!", "Lee.")]
    ranked = rank(same, [reading(0, (0, 3, 9 - place)) for place in range(3)])
    assert [(candidate.reader_score, candidate.seconded) for candidate in ranked] == [(9.0, 1), (8.0, 1), (7.0, 0)]


def test_a_passage_does_not_second_itself() -> None:
    twice = hit(Article("D", "Kim and Kim", "d.txt"), 0.5, 0, 11)
    assert [candidate.seconded for candidate in rank([twice], [reading(0, (0, 3, 9), (8, 11, 5))])] == [0, 0]


def test_a_further_span_is_seconded_by_every_passage_whose_best_it_is() -> None:
    best, further = hit(FIRST, 0.5), hit(SECOND, 0.5)
    ranked = rank([best, further], [reading(0, (0, 4, 9)), reading(0, (10, 14, 8), (0, 4, 1))])
    assert [(candidate.start, candidate.seconded) for candidate in ranked] == [(0, 0), (10, 0), (0, 1)]
