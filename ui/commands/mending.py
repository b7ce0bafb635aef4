"""Commands that look after a library: `qa check`, `qa repair`, `qa compact`, `qa reembed`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.options import embedder_option, library_option
from ui.process import stopped_means

if TYPE_CHECKING:
    from index.integrity import Damage
    from index.repair import RepairReport
    from ui.opening import Models

_LOST = 3  # the exit code where a repair could not keep everything; 1 means that it failed, 2 a mistyped command


@click.command()
@library_option
def check(library: str | None) -> None:
    """Read all of a library, and name what is damaged.

    The exit code is 0 if everything is as it was written, and 1 if something is damaged.

    \b
    Example:
      qa check
    """
    from ui.opening import existing_library
    from ui.terminal import damage_text, print_text

    damages = _damages(existing_library(library))
    if damages:
        print_text(damage_text(damages))
        raise click.exceptions.Exit(1)
    click.echo("The library is whole: all that is stored is as it was written.")


def _damages(folder: Path) -> list[Damage]:
    """All that is damaged; where that is why the library does not even open, this alone."""
    from index.errors import LibraryCorrupt
    from index.integrity import Damage
    from index.upkeep import check as check_library
    from ui.progress import working

    try:
        with working("Checking"):
            return check_library(folder)
    except LibraryCorrupt as error:
        return [Damage(None, f"{error.what}.")]


@click.command()
@library_option
@embedder_option
def repair(library: str | None, embedder: str | None) -> None:
    """Make a damaged library anew from what is whole of it.

    The damaged file is kept beside the new one. The exit code is 0 if nothing was lost, and 3 if articles were or
    may be: they are named as far as they are known, so that you can add them again. Where no article is whole, nothing
    is changed.

    \b
    Example:
      qa repair
    """
    from index.upkeep import is_whole, mend_cache
    from ui.opening import existing_library, name_models
    from ui.progress import working
    from ui.terminal import print_text, repair_text

    folder = existing_library(library)
    with working("Checking"):
        needs_none = is_whole(folder)
    if needs_none:
        rest = "its cache of vectors was damaged and is made anew" if mend_cache(folder) else "nothing was changed"
        click.echo(f"All articles are whole; {rest}.")
        return
    report = _repair(folder, name_models(embedder))
    print_text(repair_text(report))
    if report.lost or report.unknown:
        raise click.exceptions.Exit(_LOST)


def _repair(folder: Path, models: Models) -> RepairReport:
    from index.repair import repair as repair_library
    from ui.progress import progress_bar

    with stopped_means("Stopped; the library is as it was before."), progress_bar("Repairing") as update:
        return repair_library(folder, models.embedder, progress=update)


@click.command()
@library_option
def compact(library: str | None) -> None:
    """Write a library's files anew, without a trace of removed articles.

    \b
    Example:
      qa compact
    """
    from index.files import folder_size
    from index.upkeep import compact as compact_library
    from ui.opening import existing_library
    from ui.progress import working
    from ui.terminal import compact_text, print_text

    folder = existing_library(library)
    before = folder_size(folder)
    with working("Compacting"):
        compact_library(folder)
    print_text(compact_text(before, folder_size(folder), _kept_files(folder)))


def _kept_files(folder: Path) -> list[Path]:
    """The damaged files that repairs kept: what was removed since may still be in them."""
    from index.replacing import DAMAGED_FILE

    return sorted(folder.glob(DAMAGED_FILE.format("*")))


@click.command()
@library_option
@embedder_option
def reembed(library: str | None, embedder: str | None) -> None:
    """Embed a library anew, with another model than it was.

    Until all is done the library answers as before. Stopped in the middle, the same command goes on.

    \b
    Example:
      qa reembed --embedder my-model
    """
    from index.reembed import reembed as reembed_library
    from ui.opening import existing_library, name_models
    from ui.progress import progress_bar

    folder, models = existing_library(library), name_models(embedder)
    with (
        stopped_means("Stopped; the same command goes on, and until then the library answers as before."),
        progress_bar("Embedding") as update,
    ):
        number = reembed_library(folder, models.embedder, progress=update)
    click.echo(f"{number} articles were embedded with {models.embedder.fingerprint.name}.")
