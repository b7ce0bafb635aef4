"""The model that training starts from: a plain encoder, whose span head is new, or a reader to go on from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputRejected, ModelDamaged, RejectionReason
from qa.reader_model import loading_options, unusable_model

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Base:
    """A model in float32 without dropout, its tokenizer, and whether it can read already."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    is_reader: bool


def load_base(where: str | Path, max_tokens: int) -> Base:
    """Load a folder or hub name, from safetensors alone; a missing span head is made anew, from torch's random state.

    Raises ModelNotFound, ModelDamaged, or InputRejected where the model cannot take `max_tokens`.
    """
    options = loading_options(where)

    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(where, **options)
        _switch_off_dropout(config)
        tokenizer: Any = AutoTokenizer.from_pretrained(where, **options)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            where, config=config, use_safetensors=True, dtype="float32", output_loading_info=True, **options
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise unusable_model(where, error) from error
    missing = sorted(report["missing_keys"])
    if not all(key.startswith("qa_outputs.") for key in missing):
        raise ModelDamaged(f"The model in {where} lacks weights ({', '.join(missing[:3])}); train on a whole one.")
    if not tokenizer.is_fast:
        raise ModelDamaged(f"The tokenizer in {where} gives no offsets; a model with a fast tokenizer is needed.")
    limit = _most_tokens(config, where, max_tokens)
    if tokenizer.model_max_length < max_tokens:
        tokenizer.model_max_length = limit  # an encoder for sentences is often kept shorter than it could be
    return Base(model, tokenizer, is_reader=not missing)


def _switch_off_dropout(config: PreTrainedConfig) -> None:
    """Dropout in the attention takes the slow path on a CPU and halves the speed; a few epochs do not overfit."""
    for name, value in vars(config).items():
        if name.endswith(("dropout", "dropout_prob")) and isinstance(value, float):
            setattr(config, name, 0.0)


def _most_tokens(config: PreTrainedConfig, where: str | Path, wanted: int) -> int:
    """How many tokens the model takes; raises InputRejected where that is fewer than wanted."""
    limit: int = getattr(config, "max_position_embeddings", wanted)
    if wanted > limit:
        raise InputRejected(
            RejectionReason.OPTION, f"The model in {where} takes {limit} tokens, not {wanted}; set max_tokens lower."
        )
    return limit
