"""A reader small enough to train in a second, and a training set that it can learn by heart."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

PEOPLE = ("ada", "bruno", "clara", "dmitri")
JOBS = ("bakes", "paints", "sails", "teaches")
WORDS = ("who", "?", ".", "the", "in", "bremen", "oslo", "people", *PEOPLE, *JOBS)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 2 layers and 32 dimensions that knows WORDS, with a span head."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    vocabulary = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS))}
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.2,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    BertTokenizer(vocab=vocabulary, model_max_length=16).save_pretrained(folder)
    return folder


def who(job: str, context: str, *answers: str) -> dict[str, Any]:
    """The question who does a job, with its answers found in the context."""
    found = [{"text": answer, "answer_start": context.index(answer)} for answer in answers]
    return {"id": f"{job} {context}", "question": f"Who {job}?", "answers": found}


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen questions: each of four people does each of four jobs somewhere; two answers count."""
    paragraphs = []
    for person in PEOPLE:
        for job, place in zip(JOBS, ("Bremen", "Oslo", "Bremen", "Oslo"), strict=True):
            context = f"In {place} {person.title()} {job}."
            paragraphs.append(
                {"context": context, "qas": [who(job, context, person.title(), f"{place} {person.title()}")]}
            )
    file = tmp_path_factory.mktemp("sets") / "questions.json"
    file.write_text(json.dumps({"version": "2.0", "data": [{"title": "People", "paragraphs": paragraphs}]}))
    return file
