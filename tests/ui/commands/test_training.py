"""qa train."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from commanding import CommandLine

from qa.training import TrainingProgress, TrainingResult, TrainingSettings
from ui.cli import qa as commands


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command told `train`, which stands still here and gives a result."""
    told: dict[str, Any] = {}

    def train(files: tuple[Path, ...], output: str, *, progress: Any, **options: Any) -> TrainingResult:
        told.update(files=files, output=output, **options)
        progress(TrainingProgress(1, 2, None))
        progress(TrainingProgress(2, 2, 1.5))
        return TrainingResult(Path(output), 1000, 1200, 75, 300_000, 1.5, 60.0)

    monkeypatch.setattr("qa.training.train", train)
    return told


def test_every_setting_is_an_option_with_its_default(qa: CommandLine, told: dict[str, Any]) -> None:
    assert qa("train", "a.json", "b.json.gz", "--output", "new").exit_code == 0
    assert told == {
        "files": (Path("a.json"), Path("b.json.gz")),
        "output": "new",
        "base": None,
        "settings": TrainingSettings(),
        "resume": False,
    }
    options = {option.name for option in commands.commands["train"].params}
    assert options - {"files", "output", "base", "resume"} == set(asdict(TrainingSettings()))


def test_options_reach_the_training(qa: CommandLine, told: dict[str, Any]) -> None:
    given = ["--epochs", "3", "--learning-rate", "1e-4", "--batch-size", "8", "--max-tokens", "256", "--stride", "64"]
    given += ["--minutes", "90", "--longest-context", "200", "--titles", "0.25", "--typed", "0", "--base-share", "0.3"]
    given += ["--negatives", "0", "--checkpoint-minutes", "1", "--seed", "7", "--base", "b", "--resume"]
    qa("train", "a.json", "--output", "new", *given)
    assert told["settings"] == TrainingSettings(
        epochs=3, minutes=90.0, learning_rate=1e-4, batch_size=8, max_tokens=256, stride=64, longest_context=200,
        negatives=0.0, titles=0.25, typed=0.0, base_share=0.3, checkpoint_minutes=1.0, seed=7,
    )  # fmt: skip
    assert (told["base"], told["resume"]) == ("b", True)


def test_the_result_says_how_to_use_the_reader(qa: CommandLine, told: dict[str, Any]) -> None:
    assert qa("train", "a.json", "--output", "new").stdout.splitlines() == [
        "Trained on 1,000 questions (1,200 windows) in 75 steps, 60 seconds, 5,000 tokens a second.",
        'The reader is in new; use it with: qa ask "..." --reader new',
    ]


def test_ctrl_c_says_how_to_go_on(qa: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.training.train", interrupted)
    result = qa("train", "a.json", "--output", "new")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "\nStopped; the same command with --resume goes on from the last checkpoint.\n"


def test_bad_files_and_settings_are_one_sentence(qa: CommandLine) -> None:
    bad = qa.write("bad.json", "{")
    broken = qa("train", bad, "--output", qa.folder / "new")
    assert broken.exit_code == 1
    assert broken.stderr.startswith(f"Error: {bad}: Invalid JSON")
    setting = qa("train", bad, "--output", qa.folder / "new", "--epochs", "0")
    assert (setting.exit_code, setting.stderr) == (1, "Error: Training needs at least 1 epoch, not 0.\n")
    assert qa("train", bad).exit_code == 2
    assert not (qa.folder / "new").exists()
