"""A reader of random weights, small enough to make in a moment."""

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture(scope="session")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 2 layers and 32 dimensions with a span head; its words are spelled letter by letter."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *".,?!'"]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.5,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    BertTokenizer(vocab={piece: number for number, piece in enumerate(pieces)}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def pointwise_reader(tiny_reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose logits depend on nothing but the token itself, so that every window says the same of it."""
    folder = tmp_path_factory.mktemp("models") / "pointwise"
    torch.manual_seed(1)
    config = BertConfig.from_pretrained(tiny_reader, num_hidden_layers=0, initializer_range=0.5)
    model = BertForQuestionAnswering(config)
    for embeddings in (model.bert.embeddings.position_embeddings, model.bert.embeddings.token_type_embeddings):
        torch.nn.init.zeros_(embeddings.weight)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((tiny_reader / name).read_bytes())
    return folder
