"""What holds for the whole process of a command: libraries that stay quiet and offline, and how it is stopped."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


class Stopped(click.ClickException):
    """The user pressed Ctrl-C; the message says what that means for what was done so far."""

    exit_code = 130  # what shells report for a process that SIGINT ended

    def show(self, file: object = None) -> None:  # noqa: ARG002 - the signature is click's
        """Print the sentence below the `^C` that the terminal shows."""
        click.echo(f"\n{self.message}", err=True)


def with_notes(message: str, error: BaseException) -> str:
    """The message, then the notes on the error, such as how much was done before."""
    return " ".join([message, *getattr(error, "__notes__", ())])


@contextmanager
def stopped_means(message: str) -> Iterator[None]:
    """Ctrl-C within ends the command with this sentence and the notes on the interruption."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Stopped(with_notes(message, error)) from error


def quiet_libraries() -> None:
    """Leave stderr to our own warnings, one line each; call it before any model library is imported."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    for package in ("index", "qa", "ui"):
        logging.getLogger(package).addHandler(handler)
    logging.getLogger().addHandler(logging.NullHandler())  # where there is none, Python prints all warnings itself
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # transformers shows one for the weights it loads
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")  # unset, it warns at every fork
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character must not stop an answer


def stay_offline(*models: str | None) -> bool:
    """Keep the model libraries from the network unless one of `models` is a name for a hub; whether it is so.

    They read the variable when they are imported, so call this before. What the user set is left alone.
    """
    if not any(model is not None and not Path(model).exists() for model in models):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return os.environ.get("HF_HUB_OFFLINE") == "1"
