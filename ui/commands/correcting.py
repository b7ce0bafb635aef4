"""Correcting what is known about articles: `qa edit`."""

from __future__ import annotations

import click

from ui.options import embedder_option, library_option


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--title", help="The right title.")
@click.option("--published", metavar="DATE", help='The right date: 2019, 2019-04 or 2019-04-25; "" for none.')
@click.option("--site", help='The right publisher; "" for none.')
@click.option("--author", "authors", multiple=True, help='An author; once for each, or "" for none.')
@click.option("--tag", "tags", multiple=True, help='A tag to find it by; once for each, or "" for none.')
@library_option
@embedder_option
def edit(
    ids: tuple[str, ...],
    title: str | None,
    published: str | None,
    site: str | None,
    authors: tuple[str, ...],
    tags: tuple[str, ...],
    library: str | None,
    embedder: str | None,
) -> None:
    """Correct what is known about articles, by their ids.

    A correction also holds for every newer version of an article. The text itself never changes.

    \b
    Example:
      qa edit 3f8a90c2d41b7e65 --published 2019-04-25 --tag summit
    """
    from index.corrections import Corrections
    from ui.opening import name_models, open_to_change
    from ui.terminal import edited_text, print_text

    corrections = Corrections(title, published, site, _listed(authors), _listed(tags))
    if corrections == Corrections():
        raise click.UsageError("Nothing to correct was given: add --title, --published, --site, --author or --tag.")
    with open_to_change(library, name_models(embedder)) as assistant:
        print_text(edited_text(assistant.edit(*ids, corrections=corrections)))


def _listed(values: tuple[str, ...]) -> tuple[str, ...] | None:
    """None where the option was not given; nothing where it was given as empty."""
    return tuple(value for value in values if value) if values else None
