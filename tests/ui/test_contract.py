"""What programs may rely on: the fields of `qa ask --json`, each of its type. Fields are only ever added."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from commanding import CommandLine

from index.embedder import Embedder
from qa.answer import Reason
from qa.reader import Reader

Types = tuple[type, ...]

REPLY: dict[str, Types] = {
    "schema": (int,),
    "question": (str,),
    "answered": (bool,),
    "reason": (str, type(None)),
    "note": (str, type(None)),
    "answers": (list,),
    "seconds": (dict,),
}
ANSWER: dict[str, Types] = {
    "text": (str,),
    "start": (int,),
    "end": (int,),
    "sentence": (str,),
    "sentence_start": (int,),
    "confidence": (float, type(None)),
    "retrieval_score": (float,),
    "reader_score": (float,),
    "speaker": (str, type(None)),
    "page": (int, type(None)),
    "article": (dict,),
}
ARTICLE: dict[str, Types] = {
    "id": (str,),
    "title": (str,),
    "source": (str,),
    "url": (str, type(None)),
    "site": (str, type(None)),
    "published": (str, type(None)),
}
SECONDS: dict[str, Types] = {"retrieve": (float,), "read": (float,), "total": (float,)}

TEXT = "The 🏴󠁧󠁢󠁳󠁣󠁴󠁿 club — “Ö”.\n\nAda chairs committees on Friday."


def check(value: dict[str, Any], fields: dict[str, Types]) -> None:
    assert value.keys() == fields.keys()
    assert {name: type(value[name]) in types for name, types in fields.items()} == dict.fromkeys(fields, True)


@pytest.fixture
def qa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_embedder: Embedder, fake_reader: Reader) -> CommandLine:
    line = CommandLine(tmp_path, monkeypatch, fake_embedder, fake_reader)
    line("add", line.write("club.md", f"---\ntitle: Club\nurl: https://example.org/\ndate: 2024-05-01\n---\n{TEXT}\n"))
    return line


@pytest.mark.parametrize("question", ["who chairs?", "did Ada chairs?", "who sings?", "hello, how are you?"])
def test_every_reply_has_exactly_these_fields(qa: CommandLine, question: str) -> None:
    reply = qa.json("ask", question)
    check(reply, REPLY)
    check(reply["seconds"], SECONDS)
    for answer in reply["answers"]:
        check(answer, ANSWER)
        check(answer["article"], ARTICLE)
    assert (reply["schema"], reply["question"]) == (1, question)
    assert reply["answered"] == (reply["reason"] is None)


def test_offsets_count_code_points_of_the_article(qa: CommandLine) -> None:
    (answer,) = qa.json("ask", "who chairs?")["answers"]
    assert TEXT[answer["start"] : answer["end"]] == answer["text"] == "committees"
    start = answer["sentence_start"]
    assert TEXT[start : start + len(answer["sentence"])] == answer["sentence"] == "Ada chairs committees on Friday."
    assert answer["article"]["published"] == "2024-05-01"
    assert answer["article"]["url"] == "https://example.org/"


def test_the_reasons_are_a_closed_set() -> None:
    assert {str(reason) for reason in Reason} == {
        "empty_library",
        "no_passage",
        "no_span",
        "unsure",
        "filtered",
        "unsupported",
    }


def test_the_json_is_ascii_on_one_line(qa: CommandLine) -> None:
    result = qa("ask", "who chairs 🏴?", "--json")
    assert result.stdout.isascii()
    assert result.stdout.count("\n") == 1
