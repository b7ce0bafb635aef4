from dataclasses import replace
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from index.passages import Passage
from qa.evaluation.datasets import Example
from qa.training import TrainingSettings
from qa.training.features import NO_ANSWER, Feature, make_features
from qa.transformer_reader import TransformerReader

CONTEXT = "In Bremen Ada bakes. In Oslo Bruno paints."  # ten tokens: both dots count
LEAD = "the " * 19  # so that a window of 32 tokens ends within the context
PAINTER = Example("1", "Who paints?", ("Bruno",), CONTEXT, spans=((29, 34),))


@pytest.fixture
def tokenizer(encoder: Path) -> PreTrainedTokenizerBase:
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(encoder)
    return tokenizer


def led(example: Example) -> Example:
    """The example with LEAD before its context."""
    spans = tuple((start + len(LEAD), end + len(LEAD)) for start, end in example.spans)
    return replace(example, context=LEAD + CONTEXT, spans=spans)


def features(
    tokenizer: PreTrainedTokenizerBase, *examples: Example, max_tokens: int = 32, stride: int = 4
) -> list[Feature]:
    return make_features(examples, tokenizer, TrainingSettings(max_tokens=max_tokens, stride=stride))


def words(tokenizer: PreTrainedTokenizerBase, feature: Feature) -> list[str]:
    tokens: list[str] = tokenizer.convert_ids_to_tokens(feature.ids.tolist())
    return tokens


def test_question_and_passage_make_one_window(tokenizer: PreTrainedTokenizerBase) -> None:
    (feature,) = features(tokenizer, PAINTER)
    assert words(tokenizer, feature) == (
        "[CLS] who paints ? [SEP] in bremen ada bakes . in oslo bruno paints . [SEP]".split()
    )
    assert feature.types.tolist() == [0] * 5 + [1] * 11
    assert feature.passage == (5, 15)
    assert feature.answers == ((12, 12),)


def test_the_title_stands_before_the_passage_but_is_no_part_of_it(tokenizer: PreTrainedTokenizerBase) -> None:
    titled = Example("1", "Who paints?", ("Bruno",), CONTEXT, "Bruno", ((29, 34),))
    (feature,) = features(tokenizer, titled)
    assert words(tokenizer, feature)[4:7] == ["[SEP]", "bruno", "in"]
    assert feature.passage == (6, 16)
    assert feature.answers == ((13, 13),)


def test_a_long_passage_makes_windows_that_share_the_stride(tokenizer: PreTrainedTokenizerBase) -> None:
    first, second = features(tokenizer, led(PAINTER))
    assert words(tokenizer, first)[5:] == ["the"] * 19 + "in bremen ada bakes . in oslo [SEP]".split()
    assert words(tokenizer, second)[5:] == "bakes . in oslo bruno paints . [SEP]".split()
    assert first.answers == (NO_ANSWER,)
    assert second.answers == ((9, 9),)


def test_an_answer_that_a_window_holds_in_part_is_none_there(tokenizer: PreTrainedTokenizerBase) -> None:
    statement = Example("1", "Who paints?", ("In Oslo Bruno",), CONTEXT, spans=((21, 34),))
    first, second = features(tokenizer, led(statement))
    assert first.answers == (NO_ANSWER,)
    assert second.answers == ((7, 9),)


def test_all_annotators_answers_are_kept(tokenizer: PreTrainedTokenizerBase) -> None:
    both = Example("1", "Who paints?", ("Bruno", "Oslo Bruno"), CONTEXT, spans=((29, 34), (24, 34)))
    (feature,) = features(tokenizer, both)
    assert feature.answers == ((12, 12), (11, 12))


def test_white_space_around_an_answer_belongs_to_no_token(tokenizer: PreTrainedTokenizerBase) -> None:
    spaced = Example("1", "Who paints?", (" Bruno ",), CONTEXT, spans=((28, 35),))
    (feature,) = features(tokenizer, spaced)
    assert feature.answers == ((12, 12),)


def test_no_answer_is_the_first_token(tokenizer: PreTrainedTokenizerBase) -> None:
    (feature,) = features(tokenizer, Example("1", "Who sails?", (), CONTEXT))
    assert feature.answers == ((0, 0),)


def test_a_long_question_leaves_room_for_the_passage(tokenizer: PreTrainedTokenizerBase) -> None:
    long = Example("1", "who " * 50, ("Bruno",), CONTEXT, spans=((29, 34),))
    cut = features(tokenizer, long)
    assert [word for feature in cut for word in words(tokenizer, feature)].count("bruno") >= 1
    assert words(tokenizer, cut[0])[:25] == ["[CLS]", *["who"] * 23, "[SEP]"]


def test_training_sees_what_reading_sees(encoder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    example = Example("1", "Who paints?", ("Bruno",), CONTEXT, "The people " * 30, ((29, 34),))
    reader = TransformerReader(encoder, window_tokens=64, stride=16)
    encodings, _ = reader._encode([(example.question, Passage("a", example.title, 0, len(CONTEXT), CONTEXT))])
    trained = features(tokenizer, example, max_tokens=64, stride=16)
    assert [feature.ids.tolist() for feature in trained] == [encoding.ids for encoding in encodings]
