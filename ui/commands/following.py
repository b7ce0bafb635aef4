"""Commands that follow what sites publish: `qa follow`, `qa sync`, `qa unfollow`."""

from __future__ import annotations

import click

from ui.options import embedder_option, library_option
from ui.process import stopped_means


@click.command()
@click.argument("feed", required=False, metavar="[FEED]")
@library_option
@embedder_option
def follow(feed: str | None, library: str | None, embedder: str | None) -> None:
    """Follow a feed or sitemap, or list what is followed.

    FEED is its web address. Its articles are added by the next `qa sync`.

    \b
    Example:
      qa follow https://example.org/feed.xml
      qa sync
    """
    from ui.opening import name_models, open_to_add, open_to_change
    from ui.printable import printable
    from ui.progress import working
    from ui.terminal import followed_text, print_text

    models = name_models(embedder)
    if feed is not None:
        with open_to_add(library, models) as assistant, working("Fetching"):
            followed = assistant.follow(feed)
        click.echo(printable(f"{followed.address} is followed; fetch its articles with: qa sync"))
        return
    with open_to_change(library, models) as assistant:
        feeds = assistant.followed()
    if feeds:
        print_text(followed_text(feeds))
    else:
        click.echo("No feed is followed yet; follow one with: qa follow FEED", err=True)


@click.command()
@library_option
@embedder_option
def sync(library: str | None, embedder: str | None) -> None:
    """Fetch and add what is new in the feeds that are followed.

    What was fetched once is not fetched again, also if it was removed since. The exit code is 1 if anything was
    rejected.

    \b
    Example:
      qa sync
    """
    from ui.opening import name_models, open_to_change
    from ui.progress import progress_bar
    from ui.terminal import feed_text, print_text

    rejected, feeds = 0, 0
    with (
        open_to_change(library, name_models(embedder)) as assistant,
        stopped_means("Stopped; the same command adds the others."),
        progress_bar("Adding") as update,
    ):
        for report in assistant.sync(update):
            print_text(feed_text(report))
            feeds += 1
            rejected += len(report.report.rejected)
    if not feeds:
        click.echo("No feed is followed yet; follow one with: qa follow FEED", err=True)
    if rejected:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("feed", metavar="FEED")
@library_option
@embedder_option
def unfollow(feed: str, library: str | None, embedder: str | None) -> None:
    """No longer follow a feed; its articles stay.

    FEED is its address as `qa follow` lists it.

    \b
    Example:
      qa unfollow https://example.org/feed.xml
    """
    from ui.opening import name_models, open_to_change
    from ui.printable import printable

    with open_to_change(library, name_models(embedder)) as assistant:
        assistant.unfollow(feed)
    click.echo(printable(f"{feed} is no longer followed; its articles stay."))
