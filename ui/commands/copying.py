"""Commands that copy a library: `qa backup`, `qa restore`, `qa export`."""

from __future__ import annotations

from pathlib import Path

import click

from ui.options import library_option
from ui.process import stopped_means


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@library_option
def backup(file: Path, library: str | None) -> None:
    """Copy a library into one new file, while others use it.

    Only you can read the file; `qa restore` makes a library of it.

    \b
    Example:
      qa backup news.backup
    """
    from index.backup import backup as back_up
    from ui.opening import existing_library
    from ui.progress import progress_bar
    from ui.terminal import counted, print_text

    folder = existing_library(library)
    with stopped_means("Stopped; no backup was made."), progress_bar("Copying") as update:
        articles = back_up(folder, file, update)
    print_text(counted(articles, f"copied to {file}."))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def restore(file: Path, folder: Path) -> None:
    """Make a library of a backup, in a new or an empty folder.

    All of the backup is read and checked first; a damaged one makes no library.

    \b
    Example:
      qa restore news.backup news
      qa list --library news
    """
    from index.backup import restore as restore_library
    from ui.progress import working
    from ui.terminal import counted, print_text

    with stopped_means("Stopped; nothing was restored."), working("Checking and copying"):
        articles = restore_library(file, folder)
    print_text(counted(articles, f"restored to {folder}."))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@library_option
def export(folder: Path, library: str | None) -> None:
    """Write every article as a Markdown file, into a new or an empty folder.

    `qa add` reads these files back as the same articles, to the letter. The exit code is 1 if it could not read all
    of them back.

    \b
    Example:
      qa export articles-of-mine
    """
    from index.export import export as export_library
    from ui.opening import existing_library
    from ui.progress import progress_bar
    from ui.terminal import export_text, print_text

    source = existing_library(library)
    with stopped_means("Stopped; nothing was exported."), progress_bar("Exporting") as update:
        report = export_library(source, folder, update)
    print_text(export_text(report, folder))
    if report.damaged or report.too_large:
        raise click.exceptions.Exit(1)
