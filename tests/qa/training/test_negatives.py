from dataclasses import replace

import pytest

from qa.evaluation.datasets import Example
from qa.training import negatives
from qa.training.negatives import with_negatives

HARBOUR = Example("1", "When did the harbour close?", ("Friday",), "The harbour closed on Friday.", "Port", ((22, 28),))
LOCK = Example(
    "2", "Who repaired the lock?", ("Divers",), "Divers repaired the lock of the harbour.", "Port", ((0, 6),)
)
STORM = Example("3", "What came?", ("A storm",), "A storm came.", "Port", ((0, 7),))
ELSEWHERE = Example("4", "Who bakes?", ("Ada",), "When did the harbour close? Ada bakes.", "Bakery", ((28, 31),))
NONE = Example("5", "Why did the harbour close?", (), "The harbour closed on Friday.", "Port")


def test_the_passage_of_the_same_title_that_shares_most_words_is_taken() -> None:
    examples = [HARBOUR, LOCK, STORM, ELSEWHERE]
    added = with_negatives(examples, 1.0, seed=0)[4:]
    assert replace(HARBOUR, context=LOCK.context, golds=(), spans=()) in added
    assert all(example.impossible for example in added)


def test_a_passage_that_holds_the_answer_is_no_negative() -> None:
    again = replace(LOCK, id="6", context="Divers came to the lock and repaired it.")
    added = with_negatives([LOCK, again, STORM], 1.0, seed=0)[3:]
    assert [example.context for example in added if example.id == "2"] == [STORM.context]


def test_an_answer_inside_another_word_does_not_count() -> None:
    inside = replace(STORM, context="Fridays are calm when the harbour is closed.")
    added = with_negatives([HARBOUR, inside], 1.0, seed=0)[2:]
    assert [example.context for example in added if example.id == "1"] == [inside.context]


def test_a_question_without_another_passage_gets_none() -> None:
    assert with_negatives([HARBOUR, ELSEWHERE], 1.0, seed=0) == [HARBOUR, ELSEWHERE]


def test_unanswerable_questions_get_none() -> None:
    added = with_negatives([HARBOUR, LOCK, NONE], 1.0, seed=0)[3:]
    assert sorted(example.id for example in added) == ["1", "2"]


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.25, 2), (1.0, 8)])
def test_the_share_counts_answerable_questions(share: float, count: int) -> None:
    examples = [replace(HARBOUR, id=str(number), context=f"{number} {HARBOUR.context}") for number in range(4)]
    others = [replace(LOCK, id=f"x{number}", context=f"{number} {LOCK.context}") for number in range(4)]
    assert len(with_negatives([*examples, *others], share, seed=0)) == 8 + count


def test_the_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negatives, "_CANDIDATES", 2)
    examples = [replace(STORM, id=str(number), golds=("Rain",), context=f"Storm {number}") for number in range(20)]
    assert with_negatives(examples, 0.5, seed=1) == with_negatives(examples, 0.5, seed=1)
    assert with_negatives(examples, 0.5, seed=1) != with_negatives(examples, 0.5, seed=2)
