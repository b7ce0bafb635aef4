"""Commands that keep a library: `qa add`, `qa list`, `qa remove`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ui.options import embedder_option, json_option, library_option
from ui.process import stopped_means

if TYPE_CHECKING:
    from index.report import AddReport
    from qa.assistant import Assistant


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="PATH|ADDRESS...")
@library_option
@embedder_option
def add(inputs: tuple[str, ...], library: str | None, embedder: str | None) -> None:
    """Add articles from files and folders, and from the web.

    Takes text, Markdown, HTML, saved pages, PDF, Word, OpenDocument, RTF, EPUB, mail, RIS, CSL-JSON, tables of articles
    (.csv, .jsonl), and zip archives of them. Of a web address it takes the page, or all articles that the feed or
    sitemap there lists, as far as the site lets programs read them. A newer version of an article replaces the older
    one, and one that is there already costs no time. The exit code is 1 if anything was rejected.

    \b
    Example:
      qa add articles/ notes.md
      qa add https://example.org/news/bridge.html
    """
    from ui.opening import name_models, open_to_add
    from ui.terminal import print_text, report_text

    with open_to_add(library, name_models(embedder)) as assistant:
        report = _add(assistant, inputs)
    print_text(report_text(report))
    if report.rejected:
        raise click.exceptions.Exit(1)


def _add(assistant: Assistant, paths: Sequence[str]) -> AddReport:
    from ui.progress import progress_bar

    with (
        stopped_means("Stopped; the same command adds the others."),
        progress_bar("Adding") as update,
    ):
        return assistant.add(*paths, progress=update)


@click.command("list")
@json_option
@library_option
@embedder_option
def list_articles(as_json: bool, library: str | None, embedder: str | None) -> None:
    """List the articles with their ids.

    \b
    Example:
      qa list --json
    """
    from ui.opening import name_models, open_to_read
    from ui.terminal import list_text, print_text

    with open_to_read(library, name_models(embedder)) as assistant:
        articles = assistant.articles()
    if as_json:
        click.echo(json.dumps([asdict(article) for article in articles]))
    elif articles:
        print_text(list_text(articles))
    else:
        click.echo("The library has no articles yet; add some with: qa add PATH", err=True)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@library_option
@embedder_option
def remove(ids: tuple[str, ...], library: str | None, embedder: str | None) -> None:
    """Remove articles, by their ids.

    If there is no article by one of them, none is removed; `qa list` shows the ids.

    \b
    Example:
      qa remove 3f8a90c2d41b7e65
    """
    from ui.opening import name_models, open_to_change
    from ui.terminal import print_text, removed_text

    with open_to_change(library, name_models(embedder)) as assistant:
        print_text(removed_text(assistant.remove(*ids)))
