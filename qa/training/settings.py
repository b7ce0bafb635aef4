"""What can be set about a training run, and what came of one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputRejected, RejectionReason

NEW_READER_RATE = 4e-4
TRAINED_READER_RATE = 2e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """How to train; the defaults suit a small BERT on tens of thousands of questions.

    `learning_rate` is the peak; None stands for 4e-4 where the base has no span head yet and 2e-5 where it is a reader
    already. `max_tokens` and `stride` cut long passages into overlapping windows. `negatives` is the share of
    answerable questions that are put a second time, to a passage of the same article that lacks the answer. A
    checkpoint is written every `checkpoint_minutes`. The same `seed` gives the same run on the same machine.

    With `minutes` the run ends after so long in training, whatever the speed, in place of after `epochs`; then the seed
    alone does not decide how it ends. Contexts of more than `longest_context` tokens are cut into passages as a library
    cuts articles, and each question is also put to one that does not answer it. `titles` is the share of questions
    whose passage begins with the title of its article, as those of a library do, and `typed` that of questions worded
    as people type them. Where the base is a reader, the result is the mean of its weights, with this `base_share`, and
    of the trained ones.

    Raises InputRejected for a value that makes no sense.
    """

    epochs: int = 2
    minutes: float | None = None
    learning_rate: float | None = None
    batch_size: int = 32
    max_tokens: int = 384
    stride: int = 128
    longest_context: int = 300
    negatives: float = 0.15
    titles: float = 0.5
    typed: float = 0.1
    base_share: float = 0.5
    checkpoint_minutes: float = 5.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that could not train anything."""
        _require(self.epochs >= 1, f"Training needs at least 1 epoch, not {self.epochs}.")
        _require(self.batch_size >= 1, f"A batch needs at least 1 question, not {self.batch_size}.")
        _require(self.max_tokens >= 32, f"A window needs at least 32 tokens, not {self.max_tokens}.")
        _require(
            self.learning_rate is None or 0 < self.learning_rate < 1,
            f"The learning rate must lie between 0 and 1, not be {self.learning_rate}; 2e-5 is a careful one.",
        )
        _require(
            0 <= self.stride <= self.max_tokens // 2,
            f"The stride must be 0 to half of the {self.max_tokens} tokens of a window, not {self.stride}.",
        )
        _require(self.minutes is None or 0 < self.minutes < math.inf, f"A run cannot last {self.minutes} minutes.")
        _require(self.longest_context >= 1, f"A context needs at least 1 token, not {self.longest_context}.")
        for name in ("negatives", "titles", "typed", "base_share"):
            share = getattr(self, name)
            _require(0 <= share <= 1, f"The share {name} must lie from 0 to 1, not be {share}.")
        _require(self.checkpoint_minutes >= 0, f"Minutes between checkpoints cannot be {self.checkpoint_minutes}.")
        _require(0 <= self.seed < 2**32, f"The seed must lie from 0 to {2**32 - 1}, not be {self.seed}.")


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a run stands: steps done, steps in all, and the mean loss of late, in nats; None at the first step."""

    step: int
    steps: int
    loss: float | None


Progress = Callable[[TrainingProgress], None]
"""Called after every step; what it raises ends the run, which can then be resumed."""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A finished run: the folder of the reader, what it trained on, and how fast.

    `windows` are the pairs of a question and a window of its passage, `tokens` those read over all steps. `loss` is
    the mean of the last ones, in nats; `seconds` count this call alone.
    """

    folder: Path
    questions: int
    windows: int
    steps: int
    tokens: int
    loss: float | None
    seconds: float


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise InputRejected(RejectionReason.OPTION, message)
