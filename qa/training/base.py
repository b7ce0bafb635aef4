"""The model that training starts from: a plain encoder, whose span head is new, or a reader to go on from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputRejected, ModelDamaged, RejectionReason
from qa.reader_model import load_for_spans

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
    loaded = load_for_spans(where, _prepare)
    if not all(key.startswith("qa_outputs.") for key in loaded.missing):
        lacks = ", ".join(loaded.missing[:3])
        raise ModelDamaged(f"The model in {where} lacks weights ({lacks}); train on a whole one.")
    limit = loaded.most_tokens
    if max_tokens > limit:
        raise InputRejected(
            RejectionReason.OPTION,
            f"The model in {where} takes {limit} tokens, not {max_tokens}; set max_tokens lower.",
        )
    loaded.tokenizer.model_max_length = limit  # an encoder for sentences is often kept shorter than it could be
    return Base(loaded.model, loaded.tokenizer, is_reader=not loaded.missing)


def _prepare(config: PreTrainedConfig) -> None:
    """Make training fast on a CPU: no dropout, plain attention.

    Dropout needs random numbers, and a few epochs do not overfit; over short windows in bfloat16 the plain attention is
    the faster one.
    """
    import torch

    for name, value in vars(config).items():
        if name.endswith(("dropout", "dropout_prob")) and isinstance(value, float):
            setattr(config, name, 0.0)
    if not torch.accelerator.is_available():
        config._attn_implementation = "eager"
