"""qa eval."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commanding import CommandLine

CLUB = "Ada chairs committees on Friday."


def line(question: str, *answers: str, context: str | None = CLUB) -> str:
    fields = {"question": question, "answers": answers} | ({} if context is None else {"context": context})
    return json.dumps(fields) + "\n"


@pytest.fixture
def half(qa: CommandLine) -> Path:
    """Of two questions the reader gets the first: it answers "committees" to both."""
    return qa.write("half.jsonl", line("who chairs?", "committees") + line("who chairs on Friday?", "Ada"))


@pytest.fixture
def silent(qa: CommandLine) -> Path:
    """A question that has no answer, and gets none."""
    return qa.write("silent.jsonl", line("who sings?"))


def test_one_file_as_json_is_one_object(qa: CommandLine, half: Path) -> None:
    summary = qa.json("eval", half)
    contract = {
        "file": str(half),
        "mode": "reader",
        "abstain": False,
        "questions": 2,
        "exact_match": 50.0,
        "f1": 50.0,
        "has_answer_exact_match": 50.0,
        "has_answer_f1": 50.0,
        "has_answer_right": 50.0,
        "no_answer_accuracy": None,
        "coverage": 100.0,
        "error_rate": 50.0,
        "calibration_error": None,
    }
    assert {name: summary[name] for name in contract} == contract
    assert type(summary["seconds"]) is float


def test_several_files_as_json_are_an_object_a_line(qa: CommandLine, half: Path, silent: Path) -> None:
    result = qa("eval", half, silent, "--json")
    summaries = [json.loads(text) for text in result.stdout.splitlines()]
    assert [(summary["file"], summary["abstain"], summary["exact_match"]) for summary in summaries] == [
        (str(half), False, 50.0),
        (str(silent), True, 100.0),
    ]
    assert result.stderr == ""


def test_mode_open_searches_all_contexts_of_the_file(qa: CommandLine, half: Path) -> None:
    summary = qa.json("eval", half, "--mode", "open")
    assert summary["mode"] == "open"
    assert [summary[name] for name in ("recall@1", "recall@5", "recall@20", "mrr")] == [1.0, 1.0, 1.0, 1.0]
    assert not (qa.folder / "data").exists()
    assert not (qa.folder / "cache").exists()


def test_questions_without_contexts_are_asked_of_the_library(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    alone = qa.write("alone.jsonl", line("who chairs?", "committees", context=None))
    assert qa.json("eval", alone, "--mode", "open")["exact_match"] == 100.0
    refused = qa("eval", alone)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"Error: {alone}, question '1' has no context to read: give it one, or evaluate in mode open.\n"
    )
    missing = qa("eval", alone, "--mode", "open", "--library", qa.folder / "none")
    assert missing.exit_code == 1
    assert missing.stderr.startswith(f"Error: There is no library at {qa.folder / 'none'}")


def test_abstaining_can_be_switched(qa: CommandLine, silent: Path) -> None:
    assert qa.json("eval", silent, "--no-abstain")["abstain"] is False
    assert qa.json("eval", silent)["abstain"] is True


def test_the_seed_draws_the_sample(qa: CommandLine, half: Path) -> None:
    scores = {qa.json("eval", half, "--sample", "1", "--seed", seed)["exact_match"] for seed in "012345"}
    assert scores == {0.0, 100.0}
    assert qa("eval", half, "--sample", "0").stderr == "Error: A sample needs at least 1 question, not 0.\n"


def test_people_get_a_column_of_numbers(qa: CommandLine, half: Path) -> None:
    lines = qa("eval", half, "--mode", "open").stdout.splitlines()
    assert lines[0] == str(half)
    columns = dict(text.strip().rsplit(maxsplit=1) for text in lines[1:-1])
    expected = {
        "mode": "open",
        "abstain": "False",
        "questions": "2",
        "exact match": "50.0",
        "f1": "50.0",
        "has answer exact match": "50.0",
        "has answer f1": "50.0",
        "no answer accuracy": "-",
        "recall@1": "1.000",
        "recall@5": "1.000",
        "recall@20": "1.000",
        "mrr": "1.000",
    }
    assert {name: columns[name] for name in expected} == expected
    assert lines[-1].split()[0] == "seconds"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("cut.json", b'{"data": [{"title": "A", "para', "cut.json: Invalid JSON"),
        ("other.json", b"[]", "other.json: Input should be an object"),
        ("line.jsonl", b'{"question": "who?", "answers": []}\n{"question": "who?"}', "line.jsonl, line 2: give either"),
        ("cut.json.gz", b"\x1f\x8b\x08", "cut.json.gz is not a whole gzip file"),
        ("empty.jsonl", b"", "empty.jsonl is empty"),
        ("notes.txt", b"who?", "notes.txt is no test set"),
    ],
)
def test_a_bad_file_is_one_sentence_before_any_question_is_asked(
    qa: CommandLine, half: Path, name: str, content: bytes, place: str
) -> None:
    bad = qa.write(name, content)
    result = qa("eval", half, bad, "--json")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith(f"Error: {bad.parent}/{place}")
    assert qa.named == []  # no model was looked for


def test_a_missing_file_is_one_sentence(qa: CommandLine) -> None:
    result = qa("eval", qa.folder / "none.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {qa.folder / 'none.json'} cannot be read: No such file or directory.\n"


def test_the_dial_reaches_the_assistant(qa: CommandLine, half: Path) -> None:
    """The fake reader is not calibrated, so that nothing can be promised."""
    for command in (("eval", half, "--mode", "open"), ("ask", "who chairs?")):
        if command[0] == "ask":
            qa("add", qa.write("club.txt", CLUB))
        result = qa(*command, "--max-wrong", "0.1")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: A share of wrong answers can only be promised with the shipped reader")
