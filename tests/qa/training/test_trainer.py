import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import TrainerControl, TrainerState, TrainingArguments

from qa.training import TrainingProgress, TrainingSettings, trainer
from qa.training.trainer import SpanTrainer, Watch, training_arguments


def loss(start_logits: Tensor, end_logits: Tensor, answer: list[int], allowed: list[int]) -> float:
    """The loss of one window of which a model says so."""

    def model(input_ids: Tensor) -> Any:
        return SimpleNamespace(start_logits=start_logits[None], end_logits=end_logits[None])

    inputs = {
        "input_ids": torch.arange(len(start_logits))[None],
        "answers": torch.tensor([answer]),
        "allowed": torch.tensor([allowed]).bool(),
    }
    return float(SpanTrainer.compute_loss(None, model, inputs))  # type: ignore[arg-type]


def test_the_loss_is_the_mean_over_first_and_last_token() -> None:
    even, sure = torch.zeros(4), torch.tensor([0.0, 0.0, 0.0, 50.0])
    assert loss(even, even, [2, 3], [1, 1, 1, 1]) == pytest.approx(math.log(4))
    assert loss(even, sure, [2, 3], [1, 1, 1, 1]) == pytest.approx(math.log(4) / 2)


def test_question_and_padding_do_not_compete() -> None:
    loud = torch.tensor([0.0, 50.0, 0.0, 50.0])  # token 1 is of the question, token 3 padding
    assert loss(loud, loud, [2, 2], [1, 0, 1, 0]) == pytest.approx(math.log(2))


@pytest.fixture
def arguments(tmp_path: Path) -> TrainingArguments:
    return training_arguments(TrainingSettings(), 4e-4, tmp_path)


def test_a_checkpoint_is_asked_for_by_the_clock(monkeypatch: pytest.MonkeyPatch, arguments: TrainingArguments) -> None:
    now = 1000.0
    monkeypatch.setattr(trainer.time, "monotonic", lambda: now)
    watch = Watch(5.0, None)
    asked = []
    for now in (1001.0, 1299.0, 1300.0, 1301.0, 1599.0, 1601.0):  # noqa: B007 - read by the clock
        control = TrainerControl()
        watch.on_step_end(arguments, TrainerState(), control)
        asked.append(control.should_save)
    assert asked == [False, False, True, False, False, True]


def test_progress_tells_the_newest_loss(arguments: TrainingArguments) -> None:
    told: list[TrainingProgress] = []
    state = TrainerState(global_step=20, max_steps=90, log_history=[{"loss": 3.5}, {"loss": 2.5}, {"train_loss": 9.0}])
    Watch(5.0, told.append).on_step_end(arguments, state, TrainerControl())
    assert told == [TrainingProgress(step=20, steps=90, loss=2.5)]
