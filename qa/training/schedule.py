"""The learning rate by the clock: a run that must end in time decays in time, however fast the machine is."""

from __future__ import annotations

import time
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

WARMUP = 0.04
"""The share of a run in which the rate rises to its peak."""


class ClockSchedule(LambdaLR):
    """Linear warm-up, then linear decay to zero after `seconds` of training.

    The time spent is part of the state, so that a resumed run has only the rest left.
    """

    def __init__(self, optimizer: Optimizer, seconds: float) -> None:
        self.seconds = seconds
        self.spent = 0.0
        self._tick: float | None = None
        super().__init__(optimizer, lambda _: self._share())

    @property
    def done(self) -> float:
        """The share of the time that is spent, from 0 to 1."""
        return min(1.0, self.spent / self.seconds)

    def step(self, epoch: int | None = None) -> None:
        """Count the time since the last step, and set the rate that is due."""
        now = time.monotonic()
        if self._tick is not None:  # the first step after a start or a resumption has nothing to be counted from
            self.spent += now - self._tick
        self._tick = now
        super().step(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the reading of this machine's clock, which means nothing to another process."""
        return super().state_dict() | {"_tick": None}

    def _share(self) -> float:
        """The share of the peak rate that is due."""
        return self.done / WARMUP if self.done < WARMUP else (1 - self.done) / (1 - WARMUP)
