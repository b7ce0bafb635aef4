"""Fine-tuning: `qa train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ui.process import stay_offline, stopped_means


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--output", required=True, metavar="FOLDER", help="Where the new reader goes: a new or an empty folder.")
@click.option("--base", metavar="MODEL", help="Start from this folder or hub name; without it from the shipped reader.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option("--epochs", default=2, show_default=True, help="So many times each question is learned from.")
@click.option("--minutes", type=float, help="Train for so long, whatever the speed, in place of the epochs.")
@click.option("--learning-rate", type=float, help="The peak; without it 2e-5 for a reader, 4e-4 for a plain encoder.")
@click.option("--batch-size", default=32, show_default=True, help="So many windows are learned from at a time.")
@click.option("--max-tokens", default=384, show_default=True, help="The length of a window.")
@click.option("--stride", default=128, show_default=True, help="Tokens that two windows of a passage share.")
@click.option("--negatives", default=0.15, show_default=True, help="Share of questions also put where no answer is.")
@click.option(
    "--longest-context", default=300, show_default=True, help="Longer ones are cut as a library cuts articles."
)
@click.option("--titles", default=0.5, show_default=True, help="Share of passages that begin with their title.")
@click.option("--typed", default=0.1, show_default=True, help="Share of questions worded as people type them.")
@click.option("--base-share", default=0.5, show_default=True, help="Weight of the base, if a reader, in the result.")
@click.option("--checkpoint-minutes", default=5.0, show_default=True, help="What an interruption costs at most.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same run on one machine.")
def train(files: tuple[Path, ...], output: str, base: str | None, resume: bool, **settings: Any) -> None:
    """Fine-tune a reader on your questions.

    They are labelled with their answers, as SQuAD JSON, plain or as .gz.

    \b
    Example:
      qa train questions.json --output my-reader
      qa ask "who won?" --reader my-reader
    """
    from qa.training import TrainingProgress, TrainingSettings
    from qa.training import train as train_reader
    from ui.progress import progress_bar
    from ui.terminal import print_text, training_text

    stay_offline(base)
    with (
        stopped_means("Stopped; the same command with --resume goes on from the last checkpoint."),
        progress_bar("Training") as update,
    ):

        def show(now: TrainingProgress) -> None:
            update(now.step, now.steps, note="" if now.loss is None else f"loss {now.loss:.2f}")

        result = train_reader(
            files, output, base=base, settings=TrainingSettings(**settings), resume=resume, progress=show
        )
    print_text(training_text(result))
