"""Fine-tuning: labelled questions in, the folder of a reader out."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadTestSet, InputRejected, RejectionReason
from qa.evaluation.datasets import Example, load_test_set
from qa.reader_model import SHIPPED_READER
from qa.training.features import make_features
from qa.training.negatives import with_negatives
from qa.training.output import Output
from qa.training.passages import cut_long
from qa.training.settings import (
    NEW_READER_RATE,
    TRAINED_READER_RATE,
    Progress,
    TrainingResult,
    TrainingSettings,
)
from qa.training.wordings import as_typed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def train(
    files: Sequence[str | Path],
    output: str | Path,
    *,
    base: str | Path | None = None,
    settings: TrainingSettings | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> TrainingResult:
    """Fine-tune a reader on the questions of SQuAD JSON files, plain or as `.gz`, and write it to the folder `output`.

    `base` is the folder or hub name of a reader to go on from, the shipped one by default, or of a plain encoder. The
    folder is new or empty; with `resume` it holds a run of the same files, base and settings that was interrupted,
    which goes on from its newest checkpoint and, but for one that ends by the clock, comes to the weights that it would
    have had uninterrupted. Seeds the random states of Python, numpy and torch.

    Raises BadTestSet, which names the file and the place, before a model is loaded; InputRejected for a folder that
    holds something else; ModelNotFound or ModelDamaged for the base.
    """
    started = time.perf_counter()
    settings = settings or TrainingSettings()
    base = SHIPPED_READER if base is None else base
    paths = [Path(file) for file in files]
    if not paths:
        raise InputRejected(
            RejectionReason.OPTION, "Training needs at least one file of labelled questions; none was given."
        )
    examples = [example for path in paths for example in _load(path)]
    folder = Output(Path(output), paths, base, settings)
    folder.check(resume=resume)

    # These import torch and transformers, seconds that a malformed file need not cost.
    from transformers import set_seed

    from qa.training.averaging import average, weights_of
    from qa.training.base import load_base
    from qa.training.trainer import SpanTrainer, Watch, latest_loss, training_arguments

    set_seed(settings.seed)
    reader = load_base(base, settings.max_tokens)
    rate = settings.learning_rate or (TRAINED_READER_RATE if reader.is_reader else NEW_READER_RATE)
    features = make_features(_augmented(examples, reader.tokenizer, settings), reader.tokenizer, settings)
    folder.claim()
    watch = Watch(settings.checkpoint_minutes, progress)
    arguments = training_arguments(settings, rate, folder.checkpoints)
    seconds = None if settings.minutes is None else settings.minutes * 60
    trainer = SpanTrainer(reader.model, reader.tokenizer, features, arguments, watch, seconds)
    before = weights_of(reader.model) if reader.is_reader else None
    trainer.train(resume_from_checkpoint=folder.newest_checkpoint())
    if before is not None:
        average(reader.model, before, settings.base_share)
    folder.finish(reader.model, reader.tokenizer)
    return TrainingResult(
        folder=folder.path,
        questions=len(examples),
        windows=len(features),
        steps=trainer.state.global_step,
        tokens=trainer.state.num_input_tokens_seen,
        loss=latest_loss(trainer.state),
        seconds=time.perf_counter() - started,
    )


def _augmented(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, settings: TrainingSettings
) -> list[Example]:
    """The examples in the shape in which they will be asked: over passages, some with a title, some badly typed."""
    passages = cut_long(examples, tokenizer, settings.longest_context)
    asked = as_typed(with_negatives(passages, settings.negatives, settings.seed), settings.typed, settings.seed)
    generator = random.Random(f"titles {settings.seed}")  # noqa: S311 - no secret
    return [example if generator.random() < settings.titles else replace(example, title="") for example in asked]


def _load(path: Path) -> list[Example]:
    """The examples of a file, each with a context and the places of its answers."""
    examples = load_test_set(path)
    for example in examples:
        if example.context is None or (not example.impossible and not example.spans):
            raise BadTestSet(
                f"{path}, question {example.id!r} cannot be trained on: it needs a context and the places of its "
                "answers; give SQuAD JSON."
            )
    return examples
