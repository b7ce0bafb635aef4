import numpy as np
from transformers import BertTokenizer

from qa.training.batches import NONE, Collator, FeatureOrder, Features
from qa.training.features import Feature


def feature(length: int, answers: tuple[tuple[int, int], ...] = ((3, 3),)) -> Feature:
    """[CLS], one word of question, [SEP], a passage, [SEP]."""
    return Feature(np.arange(10, 10 + length, dtype=np.int32), np.ones(length, np.int8), (3, length - 1), answers)


FEATURES = [feature(5 + number % 4) for number in range(64)]


def test_an_epoch_draws_every_feature_once() -> None:
    numbers = list(FeatureOrder(FEATURES, 4, seed=1))
    assert sorted(numbers) == list(range(64))
    assert numbers != list(range(64))


def test_like_lengths_lie_side_by_side() -> None:
    numbers = list(FeatureOrder(FEATURES, 4, seed=1))
    lengths = [5 + number % 4 for number in numbers]
    padded = sum(max(lengths[first : first + 4]) * 4 for first in range(0, 64, 4))
    assert padded < 1.1 * sum(lengths)  # in the order of the file, 8 / 6.5 = 1.23


def test_seed_and_epoch_alone_decide() -> None:
    first, second = FeatureOrder(FEATURES, 4, seed=1), FeatureOrder(FEATURES, 4, seed=1)
    list(first)
    first.set_epoch(1)
    second.set_epoch(1)
    drawn = list(first)
    assert drawn == list(second)
    second.set_epoch(2)
    assert drawn != list(second)


def test_a_batch_is_padded_and_marks_where_an_answer_may_be() -> None:
    tokenizer = BertTokenizer(vocab={"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4})
    features = Features([feature(5), feature(6, ((3, 3), (3, 4)))])
    batch = Collator(tokenizer)([features[0], features[1]])
    assert batch["input_ids"].tolist() == [[10, 11, 12, 13, 14, *[0] * 11], [10, 11, 12, 13, 14, 15, *[0] * 10]]
    assert batch["attention_mask"].tolist() == [[1] * 5 + [0] * 11, [1] * 6 + [0] * 10]
    assert batch["token_type_ids"].tolist() == [[1] * 5 + [0] * 11, [1] * 6 + [0] * 10]
    assert batch["allowed"].int().tolist() == [[1, 0, 0, 1, *[0] * 12], [1, 0, 0, 1, 1, *[0] * 11]]
    assert batch["answers"].tolist() == [[[3, 3], [NONE, NONE]], [[3, 3], [3, 4]]]
