"""Progress on stderr while a command works: moving on a terminal, elsewhere a line in half a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from time import monotonic
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_SECONDS = 30.0  # between two lines where stderr is a file or a pipe


class Update(Protocol):
    """Told how much is done and, where that is known, of how much; `note` stands at the end of the line."""

    def __call__(self, done: int, total: int | None = None, *, note: str = "") -> None:
        """Show it."""


@contextmanager
def progress_bar(doing: str) -> Iterator[Update]:
    """A bar that `doing` labels, gone when the work is done; it pulses while the total is not known."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _seldom(doing)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns,
        TextColumn("{task.fields[note]}", markup=False),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(doing, total=None, note="")

        def update(done: int, total: int | None = None, *, note: str = "") -> None:
            progress.update(task, completed=done, total=total, note=note)

        yield update


def _seldom(doing: str) -> Update:
    """Lines for a log of what takes long."""
    told = monotonic()

    def update(done: int, total: int | None = None, *, note: str = "") -> None:
        nonlocal told
        if monotonic() - told >= _SECONDS:
            told = monotonic()
            with suppress(OSError):  # whoever read it has gone, which must not end the work
                click.echo(f"{doing}: {done:,}{'' if total is None else f' of {total:,}'} {note}".rstrip(), err=True)

    return update


def working(doing: str) -> AbstractContextManager[object]:
    """A sign of life for work whose length nobody knows."""
    console = Console(stderr=True)
    return console.status(f"{doing}…") if console.is_terminal else nullcontext()
