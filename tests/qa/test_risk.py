"""The dial: what is promised is proved, by numbers that can be checked by hand, and holds where it is tried out."""

import pytest

from index.errors import InputRejected
from qa.risk import threshold_for, upper_limit


@pytest.mark.parametrize(
    ("wrong", "given", "limit"),
    [
        (0, 29, 0.0981),  # 1 - 0.05 ** (1 / 29)
        (0, 1, 0.95),
        (1, 1, 1.0),
        (5, 100, 0.1022),  # the tables of Clopper and Pearson, one-sided
        (50, 100, 0.5864),
    ],
)
def test_the_upper_limit_is_that_of_clopper_and_pearson(wrong: int, given: int, limit: float) -> None:
    assert upper_limit(wrong, given) == pytest.approx(limit, abs=5e-4)


def sure(right: int, wrong: int) -> tuple[tuple[float, bool], ...]:
    """So many answers, the right ones surest."""
    total = right + wrong
    return tuple((1 - place / total, place < right) for place in range(total))


def test_the_threshold_lets_through_as_many_as_can_be_proved() -> None:
    scored = sure(900, 100)
    least = threshold_for(scored, 0.05)
    given = [right for score, right in scored if score >= least]
    assert upper_limit(given.count(False), len(given)) <= 0.05
    more = [right for score, right in scored if score >= least - 0.01]
    assert upper_limit(more.count(False), len(more)) > 0.05


def test_all_are_let_through_where_all_may_be() -> None:
    assert threshold_for(sure(900, 100), 0.2) <= 0.01


def test_a_row_of_thresholds_ends_with_the_first_that_fails() -> None:
    # Of the surest tenth half is wrong: that the rest is right does not count any more.
    bad_start = (*[(0.99, place % 2 == 0) for place in range(100)], *[(0.5, True)] * 900)
    with pytest.raises(InputRejected):
        threshold_for(bad_start, 0.1)


def test_equal_confidences_are_let_through_together() -> None:
    """The first hundred of the thousand may all be right, but a tenth of those that are as sure is wrong."""
    equal = (*[(0.5, True)] * 900, *[(0.5, False)] * 100)
    assert threshold_for(equal, 0.15) == 0.5
    with pytest.raises(InputRejected):
        threshold_for(equal, 0.05)


def test_of_nothing_nothing_can_be_promised() -> None:
    for scored in ((), ((0.5, False),) * 50):
        with pytest.raises(InputRejected, match="no share can"):
            threshold_for(scored, 0.5)


@pytest.mark.parametrize("max_wrong", [0.0, 1.0, -0.1, float("nan")])
def test_a_share_that_is_none_is_refused(max_wrong: float) -> None:
    with pytest.raises(InputRejected, match="between 0 and 1"):
        threshold_for(sure(90, 10), max_wrong)


def test_the_least_that_can_be_promised_is_named() -> None:
    with pytest.raises(InputRejected, match=r"\(0\.001\) cannot be promised; the least for this reader is 0\.14"):
        threshold_for(sure(200, 0), 0.001)  # the surest twenty prove 1 - 0.05 ** (1 / 20) = 13.9 %
