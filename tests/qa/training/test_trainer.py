from pathlib import Path

import pytest
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from qa.training import TrainingProgress, TrainingSettings, trainer
from qa.training.schedule import ClockSchedule
from qa.training.trainer import Watch, training_arguments


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


def test_the_clock_ends_a_run_and_tells_how_many_steps_it_will_have(arguments: TrainingArguments) -> None:
    schedule = ClockSchedule(torch.optim.SGD([torch.zeros(1)], lr=1.0), seconds=100.0)
    told: list[TrainingProgress] = []
    ends = []
    for step, schedule.spent in ((10, 25.0), (40, 100.0)):
        control = TrainerControl()
        state = TrainerState(global_step=step, max_steps=9000)
        Watch(5.0, told.append).on_step_end(arguments, state, control, lr_scheduler=schedule)
        ends.append(control.should_training_stop)
    assert ends == [False, True]
    assert [(progress.step, progress.steps) for progress in told] == [(10, 40), (40, 40)]
