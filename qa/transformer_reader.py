"""The reader on a transformers model for question answering: windows, batches, span decoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.passages import Passage
from qa.reader import AnswerSpan, Reading
from qa.reader_model import ReaderModel, load_reader_model
from qa.spans import Floats, Window, best_spans, drop_overlapping

if TYPE_CHECKING:
    from tokenizers import Encoding

_QUESTION_CHARACTERS = 300  # a longer question could leave no room for the passage: only its start is read
_TITLE_CHARACTERS = 200
_TITLE_END = "\n"


class TransformerReader:
    """A `Reader` on any folder or hub name that holds a model for extractive question answering.

    The input is `[CLS] question [SEP] title, passage [SEP]`; only whole words of the passage can become answers. A
    passage too long for one window is read in several that share `stride` tokens. Loading waits for the first read.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        window_tokens: int = 384,
        stride: int = 128,
        max_answer_tokens: int = 60,
        spans_per_passage: int = 5,
        batch_size: int = 16,
    ) -> None:
        """Name the model, the shipped one by default; raises ModelNotFound or ModelDamaged at the first read."""
        self.model = model
        self.window_tokens = window_tokens
        self.stride = stride
        self.max_answer_tokens = max_answer_tokens
        self.spans_per_passage = spans_per_passage
        self.batch_size = batch_size

    @cached_property
    def _loaded(self) -> ReaderModel:
        return load_reader_model(self.model)

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        _ = self._loaded

    def read(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """Read each passage for its question; readings come in the order of `pairs`."""
        if not pairs:
            return []
        windows: list[list[Window]] = [[] for _ in pairs]
        encodings, owners = self._encode(pairs)
        for indices in self._batches(encodings):
            logits = self._logits([encodings[index] for index in indices])
            for index, start_logits, end_logits in zip(indices, *logits, strict=True):
                owner = owners[index]
                windows[owner].append(
                    _window(encodings[index], start_logits, end_logits, len(_heading(pairs[owner][1])))
                )
        return [self._reading(passage, found) for (_, passage), found in zip(pairs, windows, strict=True)]

    def _encode(self, pairs: Sequence[tuple[str, Passage]]) -> tuple[list[Encoding], list[int]]:
        """Token windows of all pairs, and for each the index of the pair that it belongs to."""
        encoded = self._loaded.tokenizer(
            [question[:_QUESTION_CHARACTERS] for question, _ in pairs],
            [_heading(passage) + passage.text for _, passage in pairs],
            truncation="only_second",
            max_length=self.window_tokens,
            stride=self._room_for_stride(pairs),
            return_overflowing_tokens=True,
        )
        encodings: list[Encoding] = encoded.encodings or []
        return encodings, list(encoded["overflow_to_sample_mapping"])

    def _room_for_stride(self, pairs: Sequence[tuple[str, Passage]]) -> int:
        """The stride, less where a long question leaves a window little room: the tokenizer demands stride < room."""
        characters = max(min(len(question), _QUESTION_CHARACTERS) for question, _ in pairs)
        smallest_room = self.window_tokens - characters - 3  # a token is at least a character; [CLS] and two [SEP]
        return max(0, min(self.stride, smallest_room - 1))

    def _batches(self, encodings: Sequence[Encoding]) -> Iterator[list[int]]:
        """Indices in batches of similar length, longest first, so that little is padded."""
        order = sorted(range(len(encodings)), key=lambda index: -len(encodings[index].ids))
        for first in range(0, len(order), self.batch_size):
            yield order[first : first + self.batch_size]

    def _logits(self, encodings: Sequence[Encoding]) -> tuple[list[Floats], list[Floats]]:
        """Start and end logits, an array of shape (tokens,) for each encoding."""
        import torch

        width = max(len(encoding.ids) for encoding in encodings)
        inputs = np.zeros((3, len(encodings), width), dtype=np.int64)
        inputs[0] = self._loaded.tokenizer.pad_token_id or 0
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            inputs[:, row, :length] = encoding.ids, encoding.attention_mask, encoding.type_ids
        names = ("input_ids", "attention_mask", "token_type_ids")
        accepted = self._loaded.tokenizer.model_input_names
        arguments = {
            name: torch.from_numpy(value) for name, value in zip(names, inputs, strict=True) if name in accepted
        }
        with torch.inference_mode():
            output = self._loaded.model(**arguments)
        lengths = [len(encoding.ids) for encoding in encodings]
        starts, ends = output.start_logits.float().numpy(), output.end_logits.float().numpy()
        return (
            [row[:length] for row, length in zip(starts, lengths, strict=True)],
            [row[:length] for row, length in zip(ends, lengths, strict=True)],
        )

    def _reading(self, passage: Passage, windows: Sequence[Window]) -> Reading:
        """The best spans over all windows of a passage, in offsets of its article.

        "No answer" scores as in the window that doubts it most: a passage without the answer says so in each of its
        windows, one with the answer in all but one (the rule of BERT for SQuAD 2.0).
        """
        spans = [
            span
            for window in windows
            for span in best_spans(window, max_tokens=self.max_answer_tokens, count=self.spans_per_passage)
        ]
        spans.sort(key=lambda span: (-span.score, span.start, span.end))
        kept = drop_overlapping(spans, self.spans_per_passage)
        return Reading(
            tuple(AnswerSpan(passage.start + span.start, passage.start + span.end, span.score) for span in kept),
            min(window.null_score for window in windows),
        )


def _heading(passage: Passage) -> str:
    """What stands before the passage's own text in the model's input."""
    return passage.title[:_TITLE_CHARACTERS] + _TITLE_END if passage.title else ""


def _window(encoding: Encoding, start_logits: Floats, end_logits: Floats, heading: int) -> Window:
    """Join logits and tokens: offsets into the passage, after `heading` characters that are not part of it."""
    starts, ends = np.array(encoding.offsets, dtype=np.int64).T - heading
    sequences = np.array([-1 if sequence is None else sequence for sequence in encoding.sequence_ids])
    words = np.array([-1 if word is None else word for word in encoding.word_ids])
    in_passage = (sequences == 1) & (starts >= 0) & (ends > starts)
    begins_word = np.concatenate([[True], words[1:] != words[:-1]])
    ends_word = np.concatenate([words[1:] != words[:-1], [True]])
    return Window(start_logits, end_logits, starts, ends, in_passage & begins_word, in_passage & ends_word)
