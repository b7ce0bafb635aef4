"""From features to batches: in which order they come, and how they are padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase
from transformers.trainer_pt_utils import LengthGroupedSampler

from qa.training.features import Feature

WIDTH_STEP = 16
"""Batches are as wide as a multiple of this: for each new shape the processor's kernels are made anew."""

NONE = -1
"""Stands in `answers` where a window has fewer of them than another of its batch."""


class FeatureOrder(LengthGroupedSampler):
    """Every feature once an epoch, shuffled but with like lengths side by side, so that little is padded.

    The order follows from seed and epoch alone: a resumed run draws what the whole one would have drawn.
    """

    def __init__(self, features: Sequence[Feature], batch_size: int, seed: int) -> None:
        super().__init__(batch_size, lengths=[len(feature.ids) for feature in features])
        self._seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Shuffle anew; the data loader calls this before each epoch."""
        self.generator = torch.Generator().manual_seed(self._seed + 1_000_003 * epoch)

    def __iter__(self) -> Iterator[int]:
        numbers: Iterator[int] = super().__iter__()  # type: ignore[no-untyped-call]
        return numbers


class Features(Dataset[Feature]):
    """Features as a data set."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = features

    def __len__(self) -> int:
        return len(self._features)

    def __getitem__(self, number: int) -> Feature:
        return self._features[number]


class Collator:
    """Makes one batch of features, padded to the longest of them."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._padding = tokenizer.pad_token_id or 0
        self._accepted = tokenizer.model_input_names
        self._most_tokens = tokenizer.model_max_length

    def __call__(self, features: Sequence[Feature]) -> dict[str, Tensor]:
        """The model's inputs, and what the loss needs beside them.

        `answers`, (windows, annotators, 2), holds first and last tokens, NONE where a window has no more answers;
        `allowed`, (windows, tokens), tells where an answer may begin and end.
        """
        longest = max(len(feature.ids) for feature in features)
        width = max(longest, min(-(-longest // WIDTH_STEP) * WIDTH_STEP, self._most_tokens))
        shape = len(features), width
        inputs = {
            "input_ids": torch.full(shape, self._padding),
            "attention_mask": torch.zeros(shape, dtype=torch.long),
            "token_type_ids": torch.zeros(shape, dtype=torch.long),
        }
        for row, feature in enumerate(features):
            length = len(feature.ids)
            inputs["input_ids"][row, :length] = torch.from_numpy(feature.ids)
            inputs["attention_mask"][row, :length] = 1
            inputs["token_type_ids"][row, :length] = torch.from_numpy(feature.types)
        answers = [torch.tensor(feature.answers) for feature in features]
        return {
            **{name: values for name, values in inputs.items() if name in self._accepted},
            "answers": pad_sequence(answers, batch_first=True, padding_value=NONE),
            "allowed": _allowed(features, width),
        }


def _allowed(features: Sequence[Feature], width: int) -> Tensor:
    """Where an answer may begin or end: position 0, which means none, and the passage."""
    allowed = torch.zeros(len(features), width, dtype=torch.bool)
    allowed[:, 0] = True
    for row, feature in zip(allowed, features, strict=True):
        row[slice(*feature.passage)] = True
    return allowed
