"""Embedders: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Fingerprint:
    """What a library must remember of its embedder: vectors compare only where all of this is equal."""

    name: str
    weights_sha256: str
    dimension: int
    max_tokens: int
    pooling: str


class Embedder(Protocol):
    """Turns texts into unit-length vectors; the seam at which tests and users put their own."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What identifies the model; must be cheap enough to ask at every opening of a library."""
        ...

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in the model's own tokens, without the special ones."""
        ...

    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length a passage, shape (len(texts), dimension)."""
        ...

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """One float32 row of unit length a question, shape (len(questions), dimension)."""
        ...
