"""Fit the calibration of a reader: from what speaks for an answer to the probability that it is right.

    python tests/bench/calibrating.py choose/*.json.gz --reader qa/models/reader

Every question of the files is asked in mode open and in mode reader. The files must be of questions that the reader did
not train on and that nothing is measured by. The calibration is written into the reader's folder, and what it means for
each file is printed.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.assistant import Assistant
from qa.calibration import CALIBRATION_FILE, Calibration
from qa.evaluation.calibrate import fit
from qa.evaluation.evaluate import evaluate
from qa.evaluation.metrics import expected_calibration_error
from qa.evaluation.results import EvaluationResult, Mode
from qa.transformer_reader import TransformerReader

MODES: tuple[Mode, ...] = ("open", "reader")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--reader", required=True, type=Path, metavar="FOLDER")
    options = parser.parse_args()
    (options.reader / CALIBRATION_FILE).unlink(missing_ok=True)  # of an older reader, perhaps
    with TemporaryDirectory() as folder, Assistant.open(folder, reader=TransformerReader(options.reader)) as assistant:
        runs = [(file, evaluate(assistant, file, mode=mode, abstain=False)) for file in options.files for mode in MODES]
        embedder = assistant.library.embedder.fingerprint.weights_sha256
    with (options.reader / "model.safetensors").open("rb") as weights:
        reader = hashlib.file_digest(weights, "sha256").hexdigest()
    calibration = fit([result for _, result in runs], reader=reader, embedder=embedder)
    calibration.save(options.reader)
    print(f"{calibration.weights}, intercept {calibration.intercept:.2f}")
    for file, result in runs:
        print(file.name, result.mode, describe(calibration, result))


def describe(calibration: Calibration, result: EvaluationResult) -> str:
    """How far confidence and truth are apart in one file."""
    scored = [
        (calibration.confidence(answer.features), outcome.right)
        for outcome in result.outcomes
        for answer in outcome.reply.answers[:1]
        if answer.features is not None
    ]
    right = sum(is_right for _, is_right in scored) / len(scored)
    return f"{len(scored)} answers: right {right:.1%}, calibration error {expected_calibration_error(scored):.3f}"


if __name__ == "__main__":
    main()
