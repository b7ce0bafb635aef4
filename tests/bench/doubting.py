"""Measure how far confidence and truth are apart, on a mix of questions of which a third has no answer.

    python tests/bench/doubting.py squad20-part-b.json.gz squad11-part-b.json.gz onestopqa-news-dev.json.gz \
        --output tests/qa/doubt.json

From each file so many questions are drawn by a fixed seed: from the first 300 without an answer and 145 with one, from
the second 205, from the third 250. All are asked in mode open, over all contexts of their file. What spoke for each
first answer, and whether it was right, is stored: from this a test computes the calibration error again.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.assistant import Assistant
from qa.evaluation.evaluate import evaluate
from qa.evaluation.results import Outcome

WITHOUT, WITH = (300, 0, 0), (145, 205, 250)
SPARE = 250  # so many more are asked: of a few kinds there may be fewer in a sample, or nothing is found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=3, type=Path, metavar="FILE")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE")
    options = parser.parse_args()
    rows = []
    for file, without, with_answer in zip(options.files, WITHOUT, WITH, strict=True):
        asked = without + with_answer + SPARE
        with TemporaryDirectory() as folder, Assistant.open(folder) as assistant:
            outcomes = evaluate(assistant, file, mode="open", abstain=False, sample=asked).outcomes
        drawn = draw(outcomes, impossible=True, count=without) + draw(outcomes, impossible=False, count=with_answer)
        rows += [[file.name.partition(".")[0], *speaking(outcome), int(outcome.right)] for outcome in drawn]
        print(f"{file.name}: {len(drawn)} questions, {sum(outcome.right for outcome in drawn)} answered right")
    options.output.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", encoding="utf-8")


def draw(outcomes: Sequence[Outcome], *, impossible: bool, count: int) -> list[Outcome]:
    """So many of the questions that have an answer, or have none, and for which a candidate was found."""
    fitting = [outcome for outcome in outcomes if outcome.question.impossible == impossible and outcome.reply.answers]
    return random.Random(0).sample(fitting, count)


def speaking(outcome: Outcome) -> list[float]:
    """The features of the first answer."""
    features = outcome.reply.answers[0].features
    return [] if features is None else [round(value, 4) for value in astuple(features)]


if __name__ == "__main__":
    main()
