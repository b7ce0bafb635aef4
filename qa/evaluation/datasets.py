"""Test sets: SQuAD 1.1 and 2.0 JSON, or JSON Lines of questions, checked as they are read."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from index.errors import BadTestSet
from index.sentences import Span
from qa.evaluation.metrics import normalize_answer


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what counts as right.

    `golds` are alternatives, any of which is right; `spans` are their half-open offsets into `context`, where the
    file gives them. With `answer_set` all items are asked for, each in any of its wordings. Where there is neither,
    the question has no answer. `is_evidence` says that the golds are sentences that prove the answer.
    """

    id: str
    question: str
    golds: tuple[str, ...] = ()
    context: str | None = None
    title: str = ""
    spans: tuple[Span, ...] = ()
    is_evidence: bool = False
    answer_set: tuple[tuple[str, ...], ...] = ()

    @property
    def impossible(self) -> bool:
        """Whether the context does not answer the question, so that the right reply is none."""
        return not self.golds and not self.answer_set


def load_test_set(path: str | Path) -> list[Example]:
    """Read the examples of a file, in its order: `.json` (SQuAD) or `.jsonl`, each also with `.gz`.

    A line of JSON Lines is `{"question", "answers": [str]}`, where no answers mean that there is none, or
    `{"question", "answer_set": [[str, ...], ...]}`, both with an optional `context`, `title` and `id`.
    Raises BadTestSet, which names the file and the place, for whatever does not fit.
    """
    path = Path(path)
    content = _read(path)
    match path.name.removesuffix(".gz").rpartition(".")[2].lower():
        case "json":
            examples = list(_squad_examples(path, content))
        case "jsonl":
            examples = list(_line_examples(path, content))
        case _:
            raise BadTestSet(f"{path} is no test set: give SQuAD JSON (.json) or JSON Lines (.jsonl), plain or as .gz.")
    if not examples:
        raise BadTestSet(f"{path} holds no question.")
    ((id_, count),) = Counter(example.id for example in examples).most_common(1)
    if count > 1:
        raise BadTestSet(f"{path}: the id {id_!r} stands for {count} questions; give each its own.")
    return examples


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadTestSet(f"{path} is not a whole gzip file ({error}); write it again.") from error
    except OSError as error:
        raise BadTestSet(f"{path} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise BadTestSet(f"{path} is empty.")
    return content.removeprefix(codecs.BOM_UTF8)


def _with_word(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise PydanticCustomError("no_word", "Input should hold at least one word")
    return text


_Text = Annotated[str, AfterValidator(_with_word)]
_Id = str | int


class _Answer(BaseModel):
    text: str
    answer_start: Annotated[int, Field(ge=0)]


class _Question(BaseModel):
    id: _Id
    question: _Text
    answers: list[_Answer]
    is_impossible: bool | None = None
    free_answer: str | None = None  # a short answer beside golds that are evidence sentences, as in OneStopQA


class _Paragraph(BaseModel):
    context: _Text
    qas: list[_Question]


class _Article(BaseModel):
    title: str = ""
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[_Article]


class _Line(BaseModel):
    question: _Text
    answers: list[str] | None = None
    answer_set: Annotated[list[Annotated[list[_Text], Field(min_length=1)]], Field(min_length=1)] | None = None
    context: _Text | None = None
    title: str = ""
    id: _Id | None = None


_Model = TypeVar("_Model", bound=BaseModel)


def _parse(model: type[_Model], content: bytes, place: str) -> _Model:
    """Check `content` against `model`; the error names the field at fault within `place`."""
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        where = f"{place}, {field}" if field else place
        raise BadTestSet(f"{where}: {first['msg']}.") from error


def _squad_examples(path: Path, content: bytes) -> Iterator[Example]:
    for article in _parse(_Squad, content, str(path)).data:
        for paragraph in article.paragraphs:
            for question in paragraph.qas:
                yield Example(
                    id=str(question.id),
                    question=question.question,
                    golds=tuple(answer.text for answer in question.answers),
                    context=paragraph.context,
                    title=article.title.replace("_", " "),  # SQuAD writes titles as Wikipedia's addresses do
                    spans=_checked_spans(question, paragraph.context, f"{path}, question {question.id!r}"),
                    is_evidence=question.free_answer is not None,
                )


def _checked_spans(question: _Question, context: str, place: str) -> tuple[Span, ...]:
    if question.is_impossible is not None and question.is_impossible == bool(question.answers):
        contradiction = "true, but answers are" if question.is_impossible else "false, but no answer is"
        raise BadTestSet(f"{place}: is_impossible is {contradiction} given; change one of the two.")
    spans = tuple((answer.answer_start, answer.answer_start + len(answer.text)) for answer in question.answers)
    for answer, (start, end) in zip(question.answers, spans, strict=True):
        if context[start:end] != answer.text:
            raise BadTestSet(
                f"{place}: the context reads {context[start:end]!r} at answer_start {start}, not {answer.text!r}; "
                "answer_start counts characters from 0."
            )
    return spans


def _line_examples(path: Path, content: bytes) -> Iterator[Example]:
    for number, text in enumerate(content.split(b"\n"), start=1):
        if not text.strip():
            continue
        place = f"{path}, line {number}"
        line = _parse(_Line, text, place)
        if (line.answers is None) == (line.answer_set is None):
            raise BadTestSet(f'{place}: give either "answers" or "answer_set".')
        yield Example(
            id=str(number if line.id is None else line.id),
            question=line.question,
            golds=tuple(line.answers or ()),
            context=line.context,
            title=line.title,
            answer_set=_checked_items(line.answer_set or [], place),
        )


def _checked_items(items: list[list[str]], place: str) -> tuple[tuple[str, ...], ...]:
    """The items of an answer set, of which no two may share a wording: a prediction must name one of them."""
    named = Counter(wording for wordings in items for wording in {normalize_answer(text) for text in wordings})
    shared = [wording for wording, count in named.items() if count > 1]
    if shared:
        raise BadTestSet(f"{place}: the wording {shared[0]!r} stands for two items of the answer_set; keep it in one.")
    return tuple(map(tuple, items))
