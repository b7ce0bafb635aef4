import pytest

from index.article import Article
from index.errors import InputRejected, RejectionReason
from qa.answer import Answer
from qa.evaluation.datasets import Example
from qa.evaluation.questions import Question, draw, merge_versions, separate

HARD = Example("h", "Where?", ("It lies in Bonn.",), "He ran. It lies in Bonn.", "Bottle", ((8, 24),), is_evidence=True)
EASY = Example("e", "Where?", ("It is in Bonn.",), "It is in Bonn.", "Bottle", ((0, 14),), is_evidence=True)
ELSEWHERE = Example("o", "Where?", ("In Rome.",), "In Rome.", "Ring", ((0, 8),), is_evidence=True)
PLAIN = Example("p", "Where?", ("Rome",), "In Rome.", "Bottle", ((3, 7),))


def answer(text: str, start: int, end: int) -> Answer:
    return Answer(Article("Bottle", text, "source"), start, end, 0, len(text), 1.0, 1.0)


def test_versions_of_one_text_are_one_question() -> None:
    questions = merge_versions([HARD, PLAIN, EASY, ELSEWHERE])
    assert questions == [Question((HARD, EASY)), Question((PLAIN,)), Question((ELSEWHERE,))]
    assert questions[0].id == "h"
    assert questions[0].golds == ("It lies in Bonn.", "It is in Bonn.")
    assert questions[0].contexts == ("He ran. It lies in Bonn.", "It is in Bonn.")


def test_same_question_without_evidence_stays_apart() -> None:
    """In SQuAD a question may stand twice by chance, with and without an answer."""
    twice = [PLAIN, Example("q", "Where?", (), "Nobody knows.", "Bottle")]
    assert merge_versions(twice) == separate(twice) == [Question((PLAIN,)), Question((twice[1],))]


@pytest.mark.parametrize(
    ("start", "end", "proved"),
    [
        (19, 23, True),  # Bonn
        (8, 24, True),  # the sentence
        (0, 24, True),  # the middle, 12, lies in it
        (0, 16, True),  # the middle is its first character
        (0, 15, False),  # the middle, 7.5, lies before it
        (0, 7, False),
    ],
)
def test_middle_of_answer_decides(start: int, end: int, proved: bool) -> None:
    assert HARD.context is not None
    assert Question((HARD,)).is_proved_by(answer(HARD.context, start, end)) == proved


def test_each_version_has_its_own_evidence() -> None:
    question = Question((HARD, EASY))
    assert question.is_proved_by(answer("It is in Bonn.", 0, 2))
    assert not question.is_proved_by(answer("He ran. It lies in Bonn.", 0, 2))
    assert not question.is_proved_by(answer("It was in Bonn.", 0, 2))


def test_sample_is_seeded_and_keeps_order() -> None:
    questions = separate(Example(str(number), "Who?") for number in range(100))
    drawn = [int(question.id) for question in draw(questions, 10, 7)]
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 10
    assert drawn == [int(question.id) for question in draw(questions, 10, 7)]
    assert drawn != [int(question.id) for question in draw(questions, 10, 8)]


def test_sample_of_all_or_more() -> None:
    questions = separate([HARD, EASY])
    assert draw(questions, None, 0) == draw(questions, 2, 0) == draw(questions, 3, 0) == questions


@pytest.mark.parametrize("sample", [0, -1])
def test_empty_sample_is_refused(sample: int) -> None:
    with pytest.raises(InputRejected, match=f"at least 1 question, not {sample}") as raised:
        draw(separate([HARD]), sample, 0)
    assert raised.value.reason == RejectionReason.OPTION
