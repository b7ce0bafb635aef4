"""Questions as they are put: an example, or the same one over several versions of a text."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.errors import InputRejected, RejectionReason
from qa.answer import Answer
from qa.evaluation.datasets import Example


@dataclass(frozen=True)
class Question:
    """One question and every version of the text that it was written for; at least one, usually just one."""

    versions: tuple[Example, ...]

    @property
    def id(self) -> str:
        """The id of the first version."""
        return self.versions[0].id

    @property
    def text(self) -> str:
        """The question as it is put."""
        return self.versions[0].question

    @property
    def impossible(self) -> bool:
        """Whether the right reply is none."""
        return all(version.impossible for version in self.versions)

    @property
    def golds(self) -> tuple[str, ...]:
        """The alternatives of every version, each once."""
        return tuple(dict.fromkeys(gold for version in self.versions for gold in version.golds))

    @property
    def answer_set(self) -> tuple[tuple[str, ...], ...]:
        """The items asked for, each with its wordings; empty where one answer is asked for."""
        return self.versions[0].answer_set

    @property
    def contexts(self) -> tuple[str, ...]:
        """The text of every version that has one."""
        return tuple(version.context for version in self.versions if version.context is not None)

    @property
    def has_evidence(self) -> bool:
        """Whether the golds are sentences that prove the answer."""
        return self.versions[0].is_evidence

    def is_proved_by(self, answer: Answer) -> bool:
        """Whether the middle of the answer lies in an evidence sentence of any version."""
        middle = (answer.start + answer.end) / 2
        return any(
            start <= middle < end
            for version in self.versions
            if version.context == answer.article.text
            for start, end in version.spans
        )


def separate(examples: Iterable[Example]) -> list[Question]:
    """Every example as a question of its own."""
    return [Question((example,)) for example in examples]


def merge_versions(examples: Iterable[Example]) -> list[Question]:
    """Every example as a question, save that one asked of several versions of a text is put once.

    Versions are told by evidence sentences under the same title and question. Other questions may stand twice in a
    test set by chance, and count twice.
    """
    groups: dict[tuple[str, ...], list[Example]] = {}
    for example in examples:
        key = (example.title, example.question) if example.is_evidence else (example.id,)
        groups.setdefault(key, []).append(example)
    return [Question(tuple(versions)) for versions in groups.values()]


def draw(questions: Sequence[Question], sample: int | None, seed: int) -> list[Question]:
    """`sample` questions drawn by `seed`, in their order; all where there are no more, or for None.

    Raises InputRejected where `sample` is less than 1.
    """
    if sample is None:
        return list(questions)
    if sample < 1:
        raise InputRejected(RejectionReason.OPTION, f"A sample needs at least 1 question, not {sample}.")
    chosen = random.Random(seed).sample(range(len(questions)), min(sample, len(questions)))  # noqa: S311 - no secret
    return [questions[number] for number in sorted(chosen)]
