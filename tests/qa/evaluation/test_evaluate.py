"""Evaluation end to end, on fakes: the reader answers with the word after the first word of the question it finds."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import BadTestSet, InputRejected, RejectionReason
from index.library import Library
from index.passages import Passage
from qa.answer import Reason
from qa.assistant import Assistant
from qa.evaluation.evaluate import evaluate
from qa.evaluation.results import EvaluationResult, Mode
from qa.reader import Reader, Reading

CLUB = "Ada chairs committees on Friday."
BAKERY = "Bruno bakes bread in Bremen."

COMMITTEES = {"id": "right", "question": "who chairs?", "answers": [{"text": "committees", "answer_start": 11}]}
SINGS = {"id": "silent", "question": "who sings?", "answers": []}
BREAD = {
    "id": "half",
    "question": "bakes what in Bremen?",
    "answers": [{"text": "bread in Bremen", "answer_start": 12}],
}
CAKES = {"id": "fooled", "question": "who bakes cakes?", "answers": []}


class DoubtfulReader:
    """Finds what another reader finds, and trusts none of it."""

    folder = None
    languages = None

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def load(self) -> None:
        self.reader.load()

    def read(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        readings = self.reader.read(pairs)
        return [replace(reading, spans=tuple(replace(s, score=-100.0) for s in reading.spans)) for reading in readings]


@pytest.fixture
def doubtful(library: Library, fake_reader: Reader) -> Assistant:
    return Assistant(library, DoubtfulReader(fake_reader))


def paragraph(context: str, *questions: dict[str, Any]) -> dict[str, Any]:
    return {"context": context, "qas": list(questions)}


def squad(folder: Path, *paragraphs: dict[str, Any]) -> Path:
    file = folder / "set.json"
    file.write_text(json.dumps({"data": [{"title": "Town_news", "paragraphs": list(paragraphs)}]}))
    return file


def json_lines(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "set.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    return file


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Four questions over two contexts; two of them have no answer."""
    return squad(tmp_path, paragraph(CLUB, COMMITTEES, SINGS), paragraph(BAKERY, BREAD, CAKES))


@pytest.fixture
def answerable(tmp_path: Path) -> Path:
    """Those of the four that have an answer."""
    return squad(tmp_path, paragraph(CLUB, COMMITTEES), paragraph(BAKERY, BREAD))


def predictions(result: EvaluationResult) -> dict[str, str]:
    return {outcome.question.id: outcome.prediction for outcome in result.outcomes}


@pytest.mark.parametrize("mode", ["reader", "open"])
def test_scores_worked_out_by_hand(assistant: Assistant, mixed: Path, mode: Mode) -> None:
    result = evaluate(assistant, mixed, mode=mode)
    assert predictions(result) == {"right": "committees", "silent": "", "half": "bread", "fooled": "bread"}
    summary = result.to_dict()
    assert summary.pop("seconds") > 0
    assert summary == {
        "mode": mode,
        "abstain": True,
        "questions": 4,
        "exact_match": 50.0,  # right, silent
        "f1": 62.5,  # 1, 1, 0.5, 0
        "has_answer_exact_match": 50.0,
        "has_answer_f1": 75.0,
        "has_answer_right": 100.0,
        "no_answer_accuracy": 50.0,
        "coverage": 75.0,
        "error_rate": 100 / 3,
        "calibration_error": None,
        **({"recall@1": 1.0, "recall@5": 1.0, "recall@20": 1.0, "mrr": 1.0} if mode == "open" else {}),
    }


def test_file_without_unanswerable_questions_is_scored_with_the_first_candidate(
    doubtful: Assistant, answerable: Path
) -> None:
    result = evaluate(doubtful, answerable)
    assert [outcome.reply.reason for outcome in result.outcomes] == [Reason.UNSURE, Reason.UNSURE]
    assert (result.abstain, predictions(result)) == (False, {"right": "committees", "half": "bread"})


def test_file_with_unanswerable_questions_lets_the_assistant_abstain(doubtful: Assistant, mixed: Path) -> None:
    result = evaluate(doubtful, mixed)
    assert (result.abstain, predictions(result)) == (True, dict.fromkeys(["right", "silent", "half", "fooled"], ""))
    assert (result.has_answer_f1, result.no_answer_accuracy) == (0.0, 100.0)


def test_right_is_told_of_answers_that_were_held_back(doubtful: Assistant, mixed: Path) -> None:
    result = evaluate(doubtful, mixed)
    assert {outcome.question.id: outcome.right for outcome in result.outcomes} == {
        "right": True, "silent": False, "half": True, "fooled": False,
    }  # fmt: skip


def test_a_share_of_wrong_answers_needs_a_calibrated_reader(assistant: Assistant, answerable: Path) -> None:
    with pytest.raises(InputRejected, match="calibrated together"):
        evaluate(assistant, answerable, mode="open", max_wrong=0.1)


def test_nothing_is_promised_where_it_was_not_fitted(assistant: Assistant, answerable: Path) -> None:
    with pytest.raises(InputRejected, match="in mode open"):
        evaluate(assistant, answerable, max_wrong=0.1)
    with pytest.raises(InputRejected, match="may abstain"):
        evaluate(assistant, answerable, mode="open", abstain=False, max_wrong=0.1)


def test_one_item_of_a_set_is_right(assistant: Assistant, tmp_path: Path) -> None:
    items = [["bread"], ["cakes"], ["pies"], ["tarts"]]
    lines = [{"question": "bakes what?", "answer_set": wanted, "context": BAKERY} for wanted in (items, items[1:])]
    assert [outcome.right for outcome in evaluate(assistant, json_lines(tmp_path, *lines)).outcomes] == [True, False]


def test_abstain_can_be_set(doubtful: Assistant, mixed: Path, answerable: Path) -> None:
    assert predictions(evaluate(doubtful, answerable, abstain=True)) == {"right": "", "half": ""}
    squad(mixed.parent, paragraph(CLUB, COMMITTEES, SINGS))
    assert predictions(evaluate(doubtful, mixed, abstain=False)) == {"right": "committees", "silent": ""}


def test_reader_mode_reads_the_own_context_alone(assistant: Assistant, tmp_path: Path) -> None:
    bread = BREAD | {"id": "bread", "question": "who bakes?"}
    cakes = {"id": "cakes", "question": "who bakes?", "answers": [{"text": "cakes", "answer_start": 12}]}
    result = evaluate(assistant, squad(tmp_path, paragraph(BAKERY, bread), paragraph("Carla bakes cakes.", cakes)))
    assert predictions(result) == {"bread": "bread", "cakes": "cakes"}
    article = result.outcomes[1].reply.answers[0].article
    assert (article.title, article.text) == ("Town news", "Carla bakes cakes.")


def test_reader_mode_needs_contexts(assistant: Assistant, tmp_path: Path) -> None:
    file = json_lines(tmp_path, {"question": "who bakes?", "answers": ["bread"]})
    with pytest.raises(BadTestSet, match=r"set\.jsonl, question '1' has no context to read"):
        evaluate(assistant, file)


def test_open_mode_ranks_the_contexts_of_the_file(assistant: Assistant, tmp_path: Path) -> None:
    """The question fits the wrong context best, so that the right one comes second."""
    question = {"question": "who bakes bread in Bremen?", "answers": ["committees"], "context": CLUB}
    other = {"question": "who chairs committees?", "answers": ["bread"], "context": BAKERY}
    result = evaluate(assistant, json_lines(tmp_path, question, other), mode="open")
    assert [result.to_dict()[name] for name in ("recall@1", "recall@5", "recall@20", "mrr")] == [0.0, 1.0, 1.0, 0.5]


def test_open_mode_leaves_no_trace(
    assistant: Assistant, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = assistant.articles()
    evaluate(assistant, mixed, mode="open")
    assert assistant.articles() == before
    assert list(temporary.iterdir()) == []


def test_open_mode_without_contexts_asks_the_own_library(assistant: Assistant, tmp_path: Path) -> None:
    file = json_lines(tmp_path, {"question": "who bakes?", "answers": ["bread"]})
    result = evaluate(assistant, file, mode="open")
    assert result.outcomes[0].reply.answers[0].article.source == "bakery.txt"
    assert [result.to_dict()[name] for name in ("exact_match", "recall@1", "mrr")] == [100.0, None, None]


def test_answer_set_asks_for_every_item(assistant: Assistant, tmp_path: Path) -> None:
    items = [["bread", "loaves"], ["cakes"]]
    result = evaluate(
        assistant, json_lines(tmp_path, {"question": "bakes what?", "answer_set": items, "context": BAKERY})
    )
    assert (result.exact_match, result.f1) == (0.0, pytest.approx(100 * 2 / 3))  # precision 1, recall 1/2


HARD = "Zoe throws bottles far away. Nobody saw it."
EASY = "Zoe throws bottles. Nobody saw it."


def evidence(level: str, end: int) -> list[dict[str, Any]]:
    """Two questions whose evidence is the first sentence; the reader finds the second one's answer elsewhere."""
    answer = {"text": {"hard": HARD, "easy": EASY}[level][:end], "answer_start": 0}
    return [
        {"id": f"{level}|{number}", "question": question, "answers": [answer], "free_answer": "-"}
        for number, question in enumerate(["who throws?", "who saw?"])
    ]


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """Two questions over two versions of one text."""
    return squad(tmp_path, paragraph(HARD, *evidence("hard", 28)), paragraph(EASY, *evidence("easy", 19)))


def test_question_over_versions_of_one_text_is_asked_once(assistant: Assistant, versions: Path) -> None:
    result = evaluate(assistant, versions, mode="open")
    assert predictions(result) == {"hard|0": "bottles", "hard|1": "it"}
    assert (result.to_dict()["questions"], result.evidence_hit) == (2, 50.0)
    assert result.to_dict()["recall@1"] == 1.0  # whichever version was found first


def test_reader_mode_asks_every_version(assistant: Assistant, versions: Path) -> None:
    result = evaluate(assistant, versions)
    assert predictions(result) == {"hard|0": "bottles", "hard|1": "it", "easy|0": "bottles", "easy|1": "it"}
    assert [outcome.evidence_hit for outcome in result.outcomes] == [True, False, True, False]


def test_no_answer_given_hits_no_evidence(doubtful: Assistant, versions: Path) -> None:
    assert evaluate(doubtful, versions, mode="open", abstain=True).evidence_hit == 0.0


def test_sample_keeps_all_contexts(assistant: Assistant, mixed: Path) -> None:
    result = evaluate(assistant, mixed, mode="open", sample=3, seed=1)
    full = evaluate(assistant, mixed, mode="open")
    kept = [outcome for outcome in full.outcomes if outcome.question.id in predictions(result)]
    assert [outcome.question for outcome in result.outcomes] == [outcome.question for outcome in kept]
    assert [outcome.ranking for outcome in result.outcomes] == [outcome.ranking for outcome in kept]
    found = {article for outcome in result.outcomes if outcome.ranking for article in outcome.ranking.found}
    assert len(found) == 2


def test_default_of_abstaining_goes_by_the_whole_file(assistant: Assistant, tmp_path: Path) -> None:
    """Not by which questions happen to be drawn."""
    file = squad(tmp_path, paragraph(CLUB, COMMITTEES, SINGS))
    assert [evaluate(assistant, file, sample=1, seed=seed).abstain for seed in range(4)] == [True] * 4


def test_progress_moves_by_chunks(assistant: Assistant, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.evaluation.evaluate._AT_ONCE", 3)
    seen: list[tuple[int, int]] = []
    evaluate(assistant, mixed, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 4), (4, 4)]


def test_unknown_mode_is_refused(assistant: Assistant, mixed: Path) -> None:
    with pytest.raises(InputRejected, match="no mode 'Open': choose reader or open") as raised:
        evaluate(assistant, mixed, mode=cast("Mode", "Open"))
    assert raised.value.reason == RejectionReason.OPTION
