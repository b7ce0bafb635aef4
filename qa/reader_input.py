"""What a reader is given: `[CLS] question [SEP] title, passage [SEP]`, the same in training as in reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPECIAL_TOKENS = 4
"""So many special tokens stand in an input at most, with all common models for pairs."""

_TITLE_CHARACTERS = 200
_TITLE_END = "\n"


def heading(title: str) -> str:
    """What stands before the passage's own text: the start of the title, or nothing where there is none."""
    return title[:_TITLE_CHARACTERS] + _TITLE_END if title else ""


def shortened(questions: Sequence[str], tokenizer: PreTrainedTokenizerBase, tokens: int) -> list[str]:
    """Each question up to the end of its `tokens`-th token; characters would not do, as some make several."""
    distinct = list(dict.fromkeys(questions))
    encoded = tokenizer(distinct, add_special_tokens=False, truncation=True, max_length=tokens)
    starts = {
        question: question[: encoding.offsets[-1][1] if encoding.offsets else 0]
        for question, encoding in zip(distinct, encoded.encodings or [], strict=True)
    }
    return [starts[question] for question in questions]
