from transformers import BertTokenizer

from qa.evaluation.datasets import Example
from qa.training.passages import cut_long

# Twelve sentences of 30 tokens: a passage of the library, 200 tokens, holds six of them.
SENTENCES = [f"Person{number} {'walks ' * 28}." for number in range(12)]
TEXT = " ".join(SENTENCES)
TOKENIZER = BertTokenizer(
    vocab={token: number for number, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "walks", "."])}
)


def asked(question: str, *answers: str, context: str = TEXT) -> Example:
    spans = tuple((context.index(answer), context.index(answer) + len(answer)) for answer in answers)
    return Example("1", question, answers, context, "Walkers", spans)


def test_short_contexts_stay() -> None:
    short = asked("Who?", "Person0", context=SENTENCES[0])
    assert cut_long([short], TOKENIZER, 300) == [short]
    long = asked("Who?", "Person0")
    assert cut_long([long], TOKENIZER, 10_000) == [long]


def test_a_long_one_becomes_the_passage_with_the_answer_and_one_without() -> None:
    first, second = cut_long([asked("Who?", "Person11")], TOKENIZER, 300)
    assert first.context is not None
    assert first.context in TEXT
    assert [first.context[start:end] for start, end in first.spans] == ["Person11"] == list(first.golds)
    assert second.impossible
    assert second.context != first.context
    assert "Person11" not in (second.context or "")
    assert {first.title, second.title} == {"Walkers"}


def test_the_passage_with_most_answers_comes_first_and_none_of_them_in_the_second() -> None:
    first, *others = cut_long([asked("Who?", "Person1", "Person2", "Person9")], TOKENIZER, 300)
    assert first.golds == ("Person1", "Person2")
    assert len(others) <= 1
    assert not any("Person9 " in (other.context or "") or other.golds for other in others)


def test_a_passage_that_says_the_answer_again_is_not_without_it() -> None:
    again = TEXT.replace("Person11", "Person2")
    first, *others = cut_long([asked("Who?", "Person2", context=again)], TOKENIZER, 300)
    assert first.golds == ("Person2",)
    assert not any("Person2 " in (other.context or "") for other in others)
    assert "Person2 " in again[again.index("Person10") :]


def test_a_question_without_an_answer_meets_the_passages_nearest_to_it() -> None:
    near, further = cut_long([asked("Where does person11 live?")], TOKENIZER, 300)
    assert near.impossible
    assert further.impossible
    assert "Person11" in (near.context or "")
    assert near.context != further.context


def test_an_answer_that_no_passage_holds_keeps_its_context() -> None:
    long = asked("Who?", TEXT[10:-10])
    assert cut_long([long], TOKENIZER, 300) == [long]
