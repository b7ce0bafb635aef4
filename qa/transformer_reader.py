"""The reader on a transformers model for question answering: windows, batches, span decoding."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.passages import Passage
from qa.reader import AnswerSpan, Reading
from qa.reader_input import SPECIAL_TOKENS, heading, shortened
from qa.reader_model import SHIPPED_LANGUAGES, SHIPPED_READER, ReaderModel, load_reader_model, span_logits
from qa.spans import Floats, Window, best_spans, drop_overlapping

if TYPE_CHECKING:
    from tokenizers import Encoding

_SPARE = 5  # spans more than are wanted, as some may be punctuation


class TransformerReader:
    """A `Reader` on any folder or hub name that holds a model for extractive question answering.

    The input is `[CLS] question [SEP] title, passage [SEP]`; only whole words of the passage can become answers. A
    passage too long for one window is read in several that share `stride` tokens, and of a question only the start is
    read that leaves the passage three quarters of a window. A window is never longer than the model takes. Loading
    waits for the first read. Safe to use from several threads.
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
        self._loading = threading.Lock()  # the model is large: threads that come together must share one
        self._tokenizing = threading.Lock()  # a tokenizer keeps the settings of a call, and fails when two differ
        self._model: ReaderModel | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of the model, or None for one that is named by the hub's name."""
        folder = SHIPPED_READER if self.model is None else Path(self.model)
        return folder if folder.is_dir() else None

    @property
    def languages(self) -> frozenset[str] | None:
        """English for the shipped model; None for any other."""
        return SHIPPED_LANGUAGES if self.model is None else None

    @property
    def _loaded(self) -> ReaderModel:
        with self._loading:
            if self._model is None:
                self._model = load_reader_model(self.model)
            return self._model

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
                windows[owner].append(_window(encodings[index], start_logits, end_logits, pairs[owner][1]))
        return [self._reading(passage, found) for (_, passage), found in zip(pairs, windows, strict=True)]

    def _encode(self, pairs: Sequence[tuple[str, Passage]]) -> tuple[list[Encoding], list[int]]:
        """Token windows of all pairs, and for each the index of the pair that it belongs to."""
        loaded = self._loaded
        window_tokens = min(self.window_tokens, loaded.most_tokens)
        question_tokens = window_tokens // 4
        room = window_tokens - question_tokens - SPECIAL_TOKENS
        with self._tokenizing:
            encoded = loaded.tokenizer(
                shortened([question for question, _ in pairs], loaded.tokenizer, question_tokens),
                [heading(passage.title) + passage.text for _, passage in pairs],
                truncation="only_second",
                max_length=window_tokens,
                stride=min(self.stride, room // 2),
                return_overflowing_tokens=True,
            )
        encodings: list[Encoding] = encoded.encodings or []
        return encodings, list(encoded["overflow_to_sample_mapping"])

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
        starts, ends = (logits.float().numpy() for logits in span_logits(self._loaded.model, arguments))
        lengths = [len(encoding.ids) for encoding in encodings]
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
            for span in best_spans(window, max_tokens=self.max_answer_tokens, count=self.spans_per_passage + _SPARE)
            if not _is_punctuation(passage.text[span.start : span.end])
        ]
        spans.sort(key=lambda span: (-span.score, span.start, span.end))
        kept = drop_overlapping(spans, self.spans_per_passage)
        return Reading(
            tuple(
                AnswerSpan(passage.start + span.start, passage.start + _past_marks(passage.text, span.end), span.score)
                for span in kept
            ),
            min(window.null_score for window in windows),
        )


def _window(encoding: Encoding, start_logits: Floats, end_logits: Floats, passage: Passage) -> Window:
    """Join logits and tokens: offsets into the passage, negative in the heading, which is not part of it."""
    starts, ends = np.array(encoding.offsets, dtype=np.int64).T - len(heading(passage.title))
    sequences = np.array([-1 if sequence is None else sequence for sequence in encoding.sequence_ids])
    words = np.array([-1 if word is None else word for word in encoding.word_ids])
    in_passage = (sequences == 1) & (starts >= 0) & (ends > starts)
    begins_word = np.concatenate([[True], words[1:] != words[:-1]])
    ends_word = np.concatenate([words[1:] != words[:-1], [True]])
    # A window may begin or end in the middle of a word, which its neighbour holds whole.
    begins_word &= (sequences == np.roll(sequences, 1)) | [not _inside_word(passage.text, place) for place in starts]
    ends_word &= (sequences == np.roll(sequences, -1)) | [not _inside_word(passage.text, place) for place in ends]
    return Window(start_logits, end_logits, starts, ends, in_passage & begins_word, in_passage & ends_word)


def _is_punctuation(text: str) -> bool:
    """Whether no letter, digit or symbol is in it: a tokenizer takes a full stop for a word, which answers nothing."""
    return not any(unicodedata.category(character)[0] in "LNS" for character in text)


def _past_marks(text: str, end: int) -> int:
    """The end moved past the accents of the last letter where they are characters of their own, in no token."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _inside_word(text: str, place: int) -> bool:
    """Whether letters or digits stand on both sides of a place in the text."""
    return text[max(0, place - 1) : place].isalnum() and text[place : place + 1].isalnum()
