"""Long articles as the library cuts them, so that a reader trains on passages like those that it will read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.article import Article
from index.passages import Passage, PassageSettings, split
from qa.evaluation.datasets import Example
from qa.evaluation.metrics import normalize_answer
from qa.training.negatives import says_any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def cut_long(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, longest: int) -> list[Example]:
    """The examples, those with a context of more than `longest` tokens each over two passages of it.

    First comes the passage with most of the answers, then the nearest that says none of them, where there is nothing
    to find: in use a reader is given several passages of an article and must tell which of them answers. Near is what
    shares most words with the question. Where no passage holds an answer whole the example keeps its context.
    """

    def count(texts: Sequence[str]) -> list[int]:
        encoded = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(encoding.ids) for encoding in encoded.encodings or []]

    contexts = list(dict.fromkeys((example.title, example.context or "") for example in examples))
    lengths = count([text for _, text in contexts])
    passages = {
        (title, text): split(Article(title=title, text=text, source="training"), PassageSettings(), count)
        for (title, text), length in zip(contexts, lengths, strict=True)
        if length > longest
    }
    return [
        over_passage
        for example in examples
        for over_passage in _over_two(example, passages.get((example.title, example.context or ""), ()))
    ]


def _over_two(example: Example, passages: Sequence[Passage]) -> list[Example]:
    nearest = sorted(passages, key=lambda passage: -_shared_words(example.question, passage.text))
    nearest.sort(key=lambda passage: -len(_held(example, passage)))  # stable: near ones stay in front of equals
    if not nearest or (example.spans and not _held(example, nearest[0])):
        return [example]
    return [
        _over(example, nearest[0]),
        *[_over(example, passage) for passage in nearest[1:] if not _answers(passage, example)][:1],
    ]


def _over(example: Example, passage: Passage) -> Example:
    held = _held(example, passage)
    return replace(
        example,
        context=passage.text,
        golds=tuple(example.golds[number] for number in held),
        spans=tuple(
            (start - passage.start, end - passage.start) for start, end in map(example.spans.__getitem__, held)
        ),
    )


def _held(example: Example, passage: Passage) -> list[int]:
    """The numbers of the answers that lie whole in the passage."""
    return [
        number for number, (start, end) in enumerate(example.spans) if passage.start <= start and end <= passage.end
    ]


def _answers(passage: Passage, example: Example) -> bool:
    """Whether the passage holds any part of an answer, or says one again elsewhere."""
    return any(start < passage.end and passage.start < end for start, end in example.spans) or says_any(
        passage.text, example.golds
    )


def _shared_words(question: str, text: str) -> int:
    return len(frozenset(normalize_answer(question).split()).intersection(normalize_answer(text).split()))
