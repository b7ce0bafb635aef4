"""Measuring: `qa eval`."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.options import embedder_option, json_option, library_option, max_wrong_option, reader_option
from ui.printable import printable

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.evaluation.results import Mode


@click.command("eval")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--mode",
    type=click.Choice(["reader", "open"]),
    default="reader",
    show_default=True,
    help="reader: each question with its own context; open: all contexts searched first.",
)
@json_option
@click.option("--sample", type=int, metavar="N", help="Ask only N questions, drawn at random.")
@click.option("--seed", default=0, show_default=True, metavar="S", help="The same S draws the same sample.")
@click.option(
    "--abstain/--no-abstain",
    default=None,
    help="Whether an unsure reply counts as no answer; by default if the file has questions without one.",
)
@max_wrong_option
@library_option
@reader_option
@embedder_option
def evaluate_files(
    files: tuple[Path, ...],
    mode: Mode,
    as_json: bool,
    sample: int | None,
    seed: int,
    abstain: bool | None,
    max_wrong: float | None,
    library: str | None,
    reader: str | None,
    embedder: str | None,
) -> None:
    """Score test sets.

    They are SQuAD 1.1 or 2.0 JSON, or JSON Lines, plain or as .gz. With --json each file gets one object on a line
    of its own. A library is asked only in mode open, by questions that come without contexts.

    \b
    Example:
      qa eval questions.json --mode open
    """
    from qa.evaluation.evaluate import evaluate
    from ui.progress import progress_bar
    from ui.terminal import evaluation_text, print_text

    with _open(files, mode, library, reader, embedder) as assistant:
        for file in files:
            with progress_bar(printable(f"Evaluating {file.name}")) as update:
                result = evaluate(
                    assistant,
                    file,
                    mode=mode,
                    abstain=abstain,
                    max_wrong=max_wrong,
                    sample=sample,
                    seed=seed,
                    progress=update,
                )
            if as_json:
                click.echo(json.dumps({"file": str(file), **result.to_dict()}))
            else:
                print_text(evaluation_text(str(file), result.to_dict()))


def _open(
    files: tuple[Path, ...], mode: Mode, library: str | None, reader: str | None, embedder: str | None
) -> AbstractContextManager[Assistant]:
    """What the questions need; every file is read once before, as an error in the last must not cost hours."""
    from qa.evaluation.datasets import load_test_set
    from ui.opening import name_models, open_nothing, open_to_read

    test_sets = [load_test_set(file) for file in files]
    models = name_models(embedder, reader)
    if mode == "open" and any(all(example.context is None for example in examples) for examples in test_sets):
        return open_to_read(library, models)
    return open_nothing(models)
