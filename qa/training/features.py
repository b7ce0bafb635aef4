"""Features: questions and passages as windows of tokens, each with the tokens that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.sentences import Span
from qa.evaluation.datasets import Example
from qa.reader_input import SPECIAL_TOKENS, heading, shortened
from qa.training.settings import TrainingSettings

if TYPE_CHECKING:
    from tokenizers import Encoding
    from transformers import PreTrainedTokenizerBase

NO_ANSWER: Span = (0, 0)
"""First and last token of "no answer": the [CLS] token, as in BERT for SQuAD 2.0 (Devlin et al. 2019, section 4.3)."""

_AT_ONCE = 1000  # examples given to the tokenizer in one call: enough for every core, few enough to hold


@dataclass(frozen=True, slots=True)
class Feature:
    """One window: its token ids and types, both of shape (tokens,), and where passage and answers lie in it.

    `types` tell question from passage as the model wants it. `passage` is the half-open run of tokens that may become
    an answer, which leaves out the title. `answers` holds first and last token, one pair for each annotator.
    """

    ids: npt.NDArray[np.int32]
    types: npt.NDArray[np.int8]
    passage: Span
    answers: tuple[Span, ...]


def make_features(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, settings: TrainingSettings
) -> list[Feature]:
    """Cut examples with contexts into windows, in their order; long passages make several that share `stride` tokens.

    An answer that a window does not hold whole is none there.
    """
    return [
        feature
        for first in range(0, len(examples), _AT_ONCE)
        for feature in _features(examples[first : first + _AT_ONCE], tokenizer, settings)
    ]


def _features(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, settings: TrainingSettings
) -> Iterator[Feature]:
    # A longer question would leave a window no room for new tokens beside those that it repeats.
    question_tokens = settings.max_tokens - settings.stride - SPECIAL_TOKENS - 1
    headings = [heading(example.title) for example in examples]
    encoded = tokenizer(
        shortened([example.question for example in examples], tokenizer, question_tokens),
        [title + (example.context or "") for title, example in zip(headings, examples, strict=True)],
        truncation="only_second",
        max_length=settings.max_tokens,
        stride=settings.stride,
        return_overflowing_tokens=True,
    )
    for encoding, owner in zip(encoded.encodings or [], encoded["overflow_to_sample_mapping"], strict=True):
        yield Feature(
            np.array(encoding.ids, dtype=np.int32),
            np.array(encoding.type_ids, dtype=np.int8),
            _passage_tokens(encoding, len(headings[owner])),
            _answer_tokens(encoding, examples[owner], len(headings[owner])),
        )


def _passage_tokens(encoding: Encoding, heading: int) -> Span:
    """The run of tokens whose text lies in the passage, after the `heading` characters before it."""
    sequences = encoding.sequence_ids
    tokens = [token for token, (start, _) in enumerate(encoding.offsets) if sequences[token] == 1 and start >= heading]
    return (tokens[0], tokens[-1] + 1) if tokens else NO_ANSWER


def _answer_tokens(encoding: Encoding, example: Example, heading: int) -> tuple[Span, ...]:
    """First and last token of each answer that the window holds whole, or "no answer" where it holds none."""
    found = [
        (encoding.char_to_token(heading + start, 1), encoding.char_to_token(heading + end - 1, 1))
        for start, end in (_stripped(example.context or "", span) for span in example.spans)
    ]
    whole = ((first, last) for first, last in found if first is not None and last is not None)
    return tuple(dict.fromkeys(whole)) or (NO_ANSWER,)  # annotators who agree are one answer


def _stripped(text: str, span: Span) -> Span:
    """The span without white space at its ends, which belongs to no token."""
    start, end = span
    while start < end - 1 and text[start].isspace():
        start += 1
    while start < end - 1 and text[end - 1].isspace():
        end -= 1
    return start, end
