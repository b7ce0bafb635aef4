"""The training loop: transformers' Trainer with the loss of a span reader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import Dataset
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from qa.reader_model import processor_has_bfloat16
from qa.training.batches import Collator, FeatureOrder, Features
from qa.training.features import Feature
from qa.training.loss import span_loss
from qa.training.schedule import WARMUP, ClockSchedule
from qa.training.settings import Progress, TrainingProgress, TrainingSettings

_UNTIL_STOPPED = 1_000_000  # epochs, where the clock ends the run
_LOSS_STEPS = 10  # the reported loss is a mean over so many steps


class SpanTrainer(Trainer):
    """Trains the span head and the encoder below it; the word embeddings stay as they are.

    Freezing them saves memory traffic, and words that the training set lacks keep their place among the others.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        features: Sequence[Feature],
        arguments: TrainingArguments,
        callback: TrainerCallback,
        seconds: float | None = None,
    ) -> None:
        """With `seconds` the rate decays by the clock, and the run ends when they are spent."""
        model.get_input_embeddings().requires_grad_(False)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=Features(features),
            data_collator=Collator(tokenizer),
            callbacks=[callback],
        )
        self.remove_callback(PrinterCallback)
        self._order = FeatureOrder(features, arguments.per_device_train_batch_size, arguments.seed)
        self._seconds = seconds

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> FeatureOrder:  # noqa: ARG002
        return self._order

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> LRScheduler:
        """The schedule by the clock where there is one, else the library's by steps."""
        if self._seconds is None:
            return super().create_scheduler(num_training_steps, optimizer)
        if self.lr_scheduler is None:
            trained = optimizer or self.optimizer
            if trained is None:
                raise RuntimeError("The optimizer comes before its schedule.")
            self.lr_scheduler = ClockSchedule(trained, self._seconds)
        return self.lr_scheduler

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002 - the loss is a mean over windows
    ) -> Tensor | tuple[Tensor, Any]:
        """The mean loss over the windows of a batch."""
        answers, allowed = inputs.pop("answers"), inputs.pop("allowed")
        outputs = model(**inputs)
        loss = span_loss(outputs.start_logits, outputs.end_logits, answers, allowed)
        return (loss, outputs) if return_outputs else loss


class Watch(TrainerCallback):
    """Tells of progress after every step, has a checkpoint written every few minutes, and ends a run by the clock."""

    def __init__(self, checkpoint_minutes: float, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds = checkpoint_minutes * 60
        self._saved = time.monotonic()

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002 - the signature is the library's
        state: TrainerState,
        control: TrainerControl,
        lr_scheduler: LRScheduler | None = None,
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        """Ask for a checkpoint or an end where it is time; the trainer sees to it once this returns."""
        steps = state.max_steps
        if isinstance(lr_scheduler, ClockSchedule):
            if lr_scheduler.done == 1:
                control.should_training_stop = True
            steps = round(state.global_step / lr_scheduler.done) if lr_scheduler.done else steps
        if time.monotonic() - self._saved >= self._seconds:
            control.should_save = True
            self._saved = time.monotonic()
        if self._progress is not None:
            self._progress(TrainingProgress(state.global_step, steps, latest_loss(state)))


def latest_loss(state: TrainerState) -> float | None:
    """The mean loss over the last logged steps, in nats; None before the first step was logged."""
    return next((entry["loss"] for entry in reversed(state.log_history) if "loss" in entry), None)


def training_arguments(settings: TrainingSettings, rate: float, checkpoints: Path) -> TrainingArguments:
    """The recipe: AdamW with a short warm-up and linear decay, in bfloat16 where the machine computes in it."""
    return TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=settings.epochs if settings.minutes is None else _UNTIL_STOPPED,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=rate,
        warmup_steps=WARMUP,
        lr_scheduler_type="linear",
        optim="adamw_torch_fused",
        adam_beta2=0.98,
        weight_decay=0.01,
        max_grad_norm=1.0,
        bf16=_has_bfloat16(),
        use_cpu=not torch.accelerator.is_available(),
        seed=settings.seed,
        save_strategy="no",  # Watch asks for checkpoints, by the clock
        save_total_limit=1,
        logging_steps=_LOSS_STEPS,
        logging_first_step=True,
        disable_tqdm=True,
        report_to="none",
        remove_unused_columns=False,
        include_num_input_tokens_seen="non_padding",
    )


def _has_bfloat16() -> bool:
    """Whether the processor, or the GPU in its place, computes in bfloat16."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return processor_has_bfloat16() and not torch.accelerator.is_available()
