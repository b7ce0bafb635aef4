"""qa ask, qa chat."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from commanding import CommandLine

from index.article import Article
from index.errors import LibraryLocked
from qa.starter import starter_articles, starter_questions
from ui import server
from ui.cli import qa as commands

STARTER = "You have no library yet, so this is the starter library; qa add PATH makes your own.\n"


def test_ask_shows_the_answer_in_its_sentence_with_its_source(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    result = qa("ask", "who chairs?")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Ada chairs **committees** on Friday.",
        "  Chess club",
        f"  {chess} · about a third into the article (characters 23 to 33 of 75)",
    ]


def test_ask_as_json_gives_the_slice(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    reply = qa.json("ask", "who chairs?")
    (answer,) = reply["answers"]
    assert (reply["answered"], answer["text"], answer["start"], answer["end"]) == (True, "committees", 23, 33)
    assert chess.read_text()[23:33] == "committees"


def test_top_k_and_passages_reach_the_assistant(qa: CommandLine, chess: Path) -> None:
    other = qa.write("articles/go.txt", "Go club\n\nBob chairs tournaments.\n")
    qa("add", chess, other)
    assert len(qa.json("ask", "who chairs?")["answers"]) == 2
    assert len(qa.json("ask", "who chairs?", "--top-k", "1")["answers"]) == 1
    assert len(qa.json("ask", "who chairs?", "--passages", "1")["answers"]) == 1
    assert qa("ask", "who chairs?", "--top-k", "0").stderr == "Error: top_k is 0; give a number from 1 to 1000.\n"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("", "The question has no words; type what you want to know."),
        (" \t ?!", "The question has no words; type what you want to know."),
        ("why " * 25_000, "The question has 100,000 characters; ask one of at most 4,000."),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_question_that_cannot_be_asked_is_one_sentence(
    qa: CommandLine, chess: Path, question: str, sentence: str, options: list[str]
) -> None:
    qa("add", chess)
    result = qa("ask", question, *options)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {sentence}\n")


@pytest.mark.parametrize("question", ["who is it?", "谁主持俱乐部", "кто председатель клуба?", "\udcff chairs?"])
def test_a_question_without_help_for_a_search_is_still_answered_or_not(
    qa: CommandLine, chess: Path, question: str
) -> None:
    qa("add", chess)
    assert qa.json("ask", question)["question"] == question.replace("\udcff", "?")


def test_abstaining_is_no_failure(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    result = qa("ask", "what about bread?")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Some articles come close, but no words in them answer this question.\n"
    assert qa.json("ask", "what about bread?")["reason"] == "no_span"


def test_an_empty_library_says_how_to_fill_it(qa: CommandLine) -> None:
    (qa.folder / "empty").mkdir()
    result = qa("ask", "who chairs?", "--library", qa.folder / "empty")
    assert (result.exit_code, result.stdout) == (0, "The library has no articles yet; add some with: qa add PATH\n")
    assert qa.json("ask", "who chairs?", "--library", qa.folder / "empty")["reason"] == "empty_library"


def test_without_a_library_the_starter_library_is_asked(qa: CommandLine) -> None:
    asked = qa("ask", starter_questions(1)[0], "--json")
    assert (asked.exit_code, asked.stderr) == (0, STARTER)
    listed = qa("list", "--json")
    assert listed.stderr == STARTER
    assert [article["id"] for article in qa.json("list")] == [article.id for article in starter_articles()]
    assert not (qa.folder / "data").exists()


def test_the_models_that_are_named_are_those_that_are_opened(qa: CommandLine, chess: Path) -> None:
    qa("add", chess, "--embedder", "e")
    qa("ask", "who chairs?", "--embedder", "e", "--reader", "r")
    assert qa.named == [("e", None), ("e", "r")]


def test_what_locks_a_library_is_one_sentence(qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qa("add", chess)

    def locked(*_: object, **__: object) -> None:
        raise LibraryLocked("Busy\x1b[2J; try again.")

    monkeypatch.setattr("index.library.Library.search_many", locked)
    result = qa("ask", "who chairs?")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "Error: Busy; try again.\n")


class Served:
    """Stands for the server: opens the session as it would, and keeps what it was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: dict[str, Any] = {}
        self.starter: bool | None = None
        self.counts: list[int] = []
        monkeypatch.setattr("ui.server.serve", self._serve)

    def _serve(self, open_session: Any, *, announce: Any, **told: Any) -> None:
        self.told = told
        announce("http://127.0.0.1:1")
        session = open_session()
        self.starter = session.starter
        asyncio.run(self._use(session))
        session.close()

    async def _use(self, session: Any) -> None:
        self.counts.append(await session.count())
        async for _ in session.add([Article("Go club", "Bob chairs tournaments.", "go.txt")]):
            pass
        self.counts.append(await session.count())


def test_chat_opens_on_the_starter_library_until_the_first_add(
    qa: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(monkeypatch)
    result = qa("chat", "--port", "0", "--library", qa.folder / "news")
    assert result.stdout == "The chat is at http://127.0.0.1:1 until you press Ctrl-C.\n"
    assert served.told == {"host": "127.0.0.1", "port": 0, "examples": starter_questions(4), "offline": True}
    assert (served.starter, served.counts) == (True, [len(list(starter_articles())), 1])
    assert [article["title"] for article in qa.json("list", "--library", qa.folder / "news")] == ["Go club"]


def test_chat_opens_on_the_library_that_is_there(qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qa("add", chess)
    served = Served(monkeypatch)
    assert qa("chat").exit_code == 0
    assert (served.starter, served.counts, served.told["examples"]) == (False, [1, 2], [])


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_a_library_whose_repair_was_stopped_is_not_taken_for_none(
    qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Without hard links the damaged file is moved away before the new one gets its name."""
    qa("add", chess)
    (folder,) = qa.folder.glob("data/*/library")
    (folder / "library.sqlite").rename(folder / "library.next-repaired")
    (folder / "library.damaged-1.sqlite").write_bytes(b"damaged")
    if command == "ask":
        result = qa("ask", "who chairs?")
        assert (result.stderr, result.stdout[:28]) == ("", "Ada chairs **committees** on")
    else:
        served = Served(monkeypatch)
        assert qa("chat").exit_code == 0
        assert (served.starter, served.counts, served.told["examples"]) == (False, [1, 2], [])
    assert (folder / "library.damaged-1.sqlite").read_bytes() == b"damaged"


def test_chat_refuses_what_is_no_library(qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Served(monkeypatch)
    result = qa("chat", "--library", chess.parent)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: The folder {chess.parent} holds other things and no library")


def test_help_names_the_defaults_of_the_server() -> None:
    defaults = {option.name: option.default for option in commands.commands["chat"].params}
    assert (defaults["host"], defaults["port"]) == (server.DEFAULT_HOST, server.DEFAULT_PORT)
