"""Loading a reader's model and tokenizer: from a folder or a hub name, safetensors only, never code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelDamaged, ModelNotFound

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

SHIPPED_READER = Path(__file__).parent / "models" / "reader"
SHIPPED_LANGUAGES = frozenset({"en"})


@dataclass(frozen=True)
class ReaderModel:
    """A model with a span head in float32, its tokenizer, and the names of weights that its files lacked, sorted."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    missing: tuple[str, ...]

    @property
    def most_tokens(self) -> int:
        """How many tokens the model takes at a time."""
        return getattr(self.model.config, "max_position_embeddings", sys.maxsize)


def load_reader_model(name: str | Path | None = None) -> ReaderModel:
    """Load a model for extractive question answering, in evaluation mode; `None` means the shipped one.

    `name` is a folder, or the name of a model on a hub where there is one. Raises ModelNotFound where there is no such
    model and ModelDamaged where its files cannot be used; a model without safetensors weights counts as such.
    """
    where = SHIPPED_READER if name is None else name
    loaded = load_for_spans(where)
    if loaded.missing:
        raise ModelDamaged(
            f"The model in {where} has no trained span head; name a model for extractive question answering."
        )
    loaded.model.eval()  # type: ignore[no-untyped-call]
    return loaded


def load_for_spans(where: str | Path, adjust: Callable[[PreTrainedConfig], None] | None = None) -> ReaderModel:
    """Load a folder or hub name whose configuration `adjust` may change; what its files lack is random.

    Raises the errors of `load_reader_model`, but for weights that are missing.
    """
    options = loading_options(where)

    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer  # imports torch: takes seconds

    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(where, **options)
        config = AutoConfig.from_pretrained(where, **options)
        if adjust is not None:
            adjust(config)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            where, config=config, use_safetensors=True, dtype="float32", output_loading_info=True, **options
        )
    except Exception as error:  # the libraries beneath raise nothing narrower
        raise _unusable_model(where, error) from error
    if not tokenizer.is_fast:
        raise ModelDamaged(f"The tokenizer in {where} gives no offsets; a model with a fast tokenizer is needed.")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise ModelDamaged(f"The tokenizer in {where} knows no words: tokenizer.json or its vocabulary is missing.")
    return ReaderModel(model, tokenizer, tuple(sorted(report["missing_keys"])))


def loading_options(where: str | Path) -> dict[str, bool]:
    """Options for `from_pretrained`: a folder is read from disk alone, and no code that comes with it is run."""
    folder = Path(where)
    local = folder.is_dir()
    if not local and (folder.exists() or folder.is_absolute() or str(where).startswith((".", "~"))):
        raise ModelNotFound(
            f"There is no model folder at {where}; give a folder with config.json and model.safetensors."
        )
    if local and not (folder / "config.json").is_file():
        raise ModelNotFound(f"The folder {where} holds no model: config.json is missing.")
    return {"local_files_only": local or os.environ.get("HF_HUB_OFFLINE") == "1", "trust_remote_code": False}


def span_logits(model: PreTrainedModel, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Start and end logits, both (windows, tokens) in float32.

    Where the processor computes in bfloat16 the encoder does so, which is nearly twice as fast. The head stays in
    float32: between 8 and 16 a step in bfloat16 is a sixteenth of a logit, and many spans would score the same.
    """
    import torch

    head = getattr(model, "qa_outputs", None)
    with torch.inference_mode():
        if head is None or not processor_has_bfloat16():
            output = model(**inputs)
            return output.start_logits, output.end_logits
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.base_model(**inputs).last_hidden_state
        start_logits, end_logits = head(hidden.float()).unbind(dim=2)
        return start_logits, end_logits


def processor_has_bfloat16() -> bool:
    """Whether the processor has instructions for bfloat16: without them it is slower than float32."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _unusable_model(where: str | Path, error: Exception) -> ModelNotFound | ModelDamaged:
    """The error to raise where `from_pretrained` gave up on a folder or a hub name."""
    reason = " ".join(str(error).split())[:200]
    if Path(where).is_dir():
        return ModelDamaged(f"The model in {where} cannot be loaded ({reason}).")
    return ModelNotFound(f"No model named {where} was found ({reason}); give a folder, or a name that the hub knows.")
