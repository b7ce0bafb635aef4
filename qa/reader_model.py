"""Loading a reader's model and tokenizer: from a folder or a hub name, safetensors only, never code."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelDamaged, ModelNotFound

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHIPPED_READER = Path(__file__).parent / "models" / "reader"


@dataclass(frozen=True)
class ReaderModel:
    """A model with a span head, in float32 and evaluation mode, and its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def load_reader_model(name: str | Path | None = None) -> ReaderModel:
    """Load a model for extractive question answering; `None` means the shipped one.

    `name` is a folder, or the name of a model on a hub where there is one. Raises ModelNotFound where there is no such
    model and ModelDamaged where its files cannot be used; a model without safetensors weights counts as such.
    """
    where = SHIPPED_READER if name is None else name
    options = loading_options(where)

    from transformers import AutoModelForQuestionAnswering, AutoTokenizer  # imports torch: seconds, so only here

    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(where, **options)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            where, use_safetensors=True, dtype="float32", output_loading_info=True, **options
        )
    except Exception as error:  # the libraries beneath raise nothing narrower
        raise unusable_model(where, error) from error
    if report["missing_keys"]:
        raise ModelDamaged(
            f"The model in {where} has no trained span head; name a model for extractive question answering."
        )
    if not tokenizer.is_fast:
        raise ModelDamaged(f"The tokenizer in {where} gives no offsets; a model with a fast tokenizer is needed.")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise ModelDamaged(f"The tokenizer in {where} knows no words: tokenizer.json or its vocabulary is missing.")
    return ReaderModel(model.eval(), tokenizer)


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


def unusable_model(where: str | Path, error: Exception) -> ModelNotFound | ModelDamaged:
    """The error to raise where `from_pretrained` gave up on a folder or a hub name."""
    reason = " ".join(str(error).split())[:200]
    if Path(where).is_dir():
        return ModelDamaged(f"The model in {where} cannot be loaded ({reason}).")
    return ModelNotFound(f"No model named {where} was found ({reason}); give a folder, or a name that the hub knows.")
