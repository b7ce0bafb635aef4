"""The training loop: transformers' Trainer with the loss of a span reader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
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

from qa.training.batches import Collator, DrawnFeatures, DrawOrder
from qa.training.features import Feature
from qa.training.settings import Progress, TrainingProgress, TrainingSettings

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
    ) -> None:
        model.get_input_embeddings().requires_grad_(False)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=DrawnFeatures(features),
            data_collator=Collator(tokenizer),
            callbacks=[callback],
        )
        self.remove_callback(PrinterCallback)
        self._order = DrawOrder(features, arguments.per_device_train_batch_size, arguments.seed)

    def _get_train_sampler(self, train_dataset: Dataset[Any] | None = None) -> DrawOrder:  # noqa: ARG002
        return self._order

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002 - the loss is a mean over windows
    ) -> Tensor | tuple[Tensor, Any]:
        """Mean cross-entropy of the answer's first and last token, in nats, over [CLS] and the passage alone."""
        answers, allowed = inputs.pop("answers"), inputs.pop("allowed")
        outputs = model(**inputs)
        first, last = (
            cross_entropy(logits.float().masked_fill(~allowed, -torch.inf), target)
            for logits, target in zip((outputs.start_logits, outputs.end_logits), answers.T, strict=True)
        )
        loss = (first + last) / 2
        return (loss, outputs) if return_outputs else loss


class Watch(TrainerCallback):
    """Tells of progress after every step, and has a checkpoint written every few minutes."""

    def __init__(self, checkpoint_minutes: float, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds = checkpoint_minutes * 60
        self._saved = time.monotonic()

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002 - the signature is the library's
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        """Ask for a checkpoint where it is time; the trainer writes it once this returns."""
        if time.monotonic() - self._saved >= self._seconds:
            control.should_save = True
            self._saved = time.monotonic()
        if self._progress is not None:
            self._progress(TrainingProgress(state.global_step, state.max_steps, latest_loss(state)))


def latest_loss(state: TrainerState) -> float | None:
    """The mean loss over the last logged steps, in nats; None before the first step was logged."""
    return next((entry["loss"] for entry in reversed(state.log_history) if "loss" in entry), None)


def training_arguments(settings: TrainingSettings, rate: float, checkpoints: Path) -> TrainingArguments:
    """The recipe: AdamW with a short warm-up and linear decay, in bfloat16 where the machine computes in it."""
    return TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=rate,
        warmup_steps=0.04,
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
    """Whether the processor, or the GPU in its place, has instructions for bfloat16: without them it is slower."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if torch.accelerator.is_available():
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
