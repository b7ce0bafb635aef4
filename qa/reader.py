"""Readers: a question and a passage in, the best spans and the score of "no answer here" out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.passages import Passage


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A span that a reader proposes: half-open offsets into the ARTICLE, and its score in logits."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one passage: spans, best first and not overlapping, and the score of "no answer"."""

    spans: tuple[AnswerSpan, ...]
    null_score: float


class Reader(Protocol):
    """Finds the words of a passage that answer a question; the seam at which tests and users put their own."""

    @property
    def folder(self) -> Path | None:
        """Where the model's files lie, its calibration among them; None where it has none on this machine."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """The codes of the languages that it reads, such as `en`; None where nobody says."""
        ...

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        ...

    def read(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """Read each passage for its question; readings come in the order of `pairs`.

        Scores are not normalised by passage, so they compare across passages of one question.
        """
        ...
