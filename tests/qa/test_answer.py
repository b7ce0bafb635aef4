"""Answers are slices; replies have the shape that programs rely on."""

import json

import pytest

from index.article import Article
from qa.answer import Answer, Reason, Reply, Seconds

ARTICLE = Article(
    "Caf\xe9",
    "It rained. \N{CROISSANT} Ada bakes bread. It was good.",
    "cafe.txt",
    url="https://example.org/cafe",
    site="Herald",
    published="2024-05",
    authors=("Bo",),
    language="en",
)
START = ARTICLE.text.index("Ada")
ANSWER = Answer(ARTICLE, START, START + 3, START - 2, START + 16, 0.75, 6.5)


def test_text_and_sentence_are_slices() -> None:
    assert ANSWER.text == "Ada"
    assert ANSWER.sentence == "\N{CROISSANT} Ada bakes bread."


def test_an_answer_as_programs_get_it() -> None:
    assert ANSWER.to_dict() == {
        "text": "Ada",
        "start": 13,
        "end": 16,
        "sentence": "\N{CROISSANT} Ada bakes bread.",
        "sentence_start": 11,
        "confidence": None,
        "retrieval_score": 0.75,
        "reader_score": 6.5,
        "speaker": None,
        "page": None,
        "article": {
            "id": ARTICLE.id,
            "title": "Caf\xe9",
            "source": "cafe.txt",
            "url": "https://example.org/cafe",
            "site": "Herald",
            "published": "2024-05",
        },
    }


def test_an_answered_reply_as_programs_get_it() -> None:
    reply = Reply("Who bakes?", (ANSWER,), seconds=Seconds(0.25, 0.5, 0.75))
    assert reply.answered
    assert reply.best is ANSWER
    assert reply.to_dict() == {
        "schema": 1,
        "question": "Who bakes?",
        "answered": True,
        "reason": None,
        "note": None,
        "answers": [ANSWER.to_dict()],
        "seconds": {"retrieve": 0.25, "read": 0.5, "total": 0.75},
    }


def test_a_reply_without_an_answer_keeps_its_candidates_but_has_no_best() -> None:
    reply = Reply("Who sings?", (ANSWER,), Reason.UNSURE)
    assert not reply.answered
    assert reply.best is None
    assert reply.to_dict()["answers"] == [ANSWER.to_dict()]


def test_a_reply_is_either_answered_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Reply("Who sings?")


def test_a_reply_is_json_with_the_reason_as_a_plain_word() -> None:
    shown = json.loads(json.dumps(Reply("\0\N{CROISSANT}?", (ANSWER,), Reason.EMPTY_LIBRARY, "A note.").to_dict()))
    assert (shown["question"], shown["reason"], shown["note"]) == ("\0\N{CROISSANT}?", "empty_library", "A note.")


def test_the_reasons_are_those_that_programs_know() -> None:
    assert [reason.value for reason in Reason] == [
        "empty_library",
        "no_passage",
        "no_span",
        "unsure",
        "filtered",
        "unsupported",
    ]
