import random

import pytest

from qa.evaluation.datasets import Example
from qa.training.wordings import _keywords, _misspelt, _without_articles, as_typed


def test_articles_and_small_words_go() -> None:
    assert _without_articles("who built the tower in a year") == "who built tower in year"
    assert _keywords("what is the height of the new tower") == "height new tower"
    assert _keywords("who is it") == "who is it"  # nothing would be left to ask with


def test_a_slip_changes_one_longer_word_by_one_letter() -> None:
    seen = {_misspelt("who built tower", random.Random(seed)) for seed in range(200)}
    assert {"who buillt tower", "who biult tower", "who bult tower", "who built toweer"} <= seen
    assert all(text.startswith("who ") and abs(len(text) - 15) <= 1 for text in seen)
    assert _misspelt("who won", random.Random(0)) == "who won"


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_that_share_is_typed_and_nothing_else_changes(share: float) -> None:
    examples = [Example(str(number), f"Who built tower {number}?", ("Ada",), "Ada did.") for number in range(200)]
    typed = as_typed(examples, share, seed=3)
    changed = sum(new.question != old.question for new, old in zip(typed, examples, strict=True))
    assert changed == pytest.approx(200 * share, abs=20)
    assert all(not new.question.endswith("?") for new, old in zip(typed, examples, strict=True) if new != old)
    assert [example.golds for example in typed] == [example.golds for example in examples]
    assert typed == as_typed(examples, share, seed=3)
