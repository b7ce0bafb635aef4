"""Commands that follow feeds and folders: `qa follow`, `qa sync`, `qa watch`, `qa unfollow`."""

from __future__ import annotations

import click

from ui.options import embedder_option, library_option
from ui.process import stopped_means

_NOTHING = "Nothing is followed yet; follow a feed with: qa follow FEED, or a folder with: qa sync FOLDER"


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
        click.echo(_NOTHING, err=True)


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]")
@click.option("--remove", is_flag=True, help="Remove the articles whose files have gone from FOLDER.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change; for FOLDER.")
@library_option
@embedder_option
def sync(folder: str | None, remove: bool, dry_run: bool, library: str | None, embedder: str | None) -> None:
    """Add what is new in a folder, or in all folders and feeds that are followed.

    A folder is followed from then on. Of a feed, what was fetched once is not fetched again, also if it was removed
    since. The exit code is 1 if anything was rejected.

    \b
    Example:
      qa sync articles --dry-run
      qa sync
    """
    from ui.opening import name_models, open_to_add, open_to_change
    from ui.progress import progress_bar
    from ui.terminal import print_text, sync_text

    if folder is None and (remove or dry_run):
        raise click.UsageError("--remove and --dry-run are for one folder: name it.")
    models = name_models(embedder)
    reports = []
    with (
        open_to_change(library, models) if folder is None else open_to_add(library, models) as assistant,
        stopped_means("Stopped; the same command adds the others."),
        progress_bar("Adding") as update,
    ):
        if folder is not None:
            reports.append(assistant.sync_folder(folder, remove=remove, dry_run=dry_run, progress=update))
            print_text(sync_text(reports[0]))
        else:
            for report in assistant.sync(update):
                print_text(sync_text(report))
                reports.append(report)
    if not reports:
        click.echo(_NOTHING, err=True)
    if any(report.report.rejected for report in reports):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", metavar="FOLDER")
@library_option
@embedder_option
def watch(folder: str, library: str | None, embedder: str | None) -> None:
    """Keep a library equal to a folder, until you press Ctrl-C.

    What is new or changed there is added a second or two after it was saved. What has gone stays, as with `qa sync`.

    \b
    Example:
      qa watch articles
    """
    from watchfiles import watch as changes

    from ui.opening import name_models, open_to_add
    from ui.printable import printable
    from ui.terminal import print_text, sync_text

    with open_to_add(library, name_models(embedder)) as assistant, stopped_means("Stopped watching."):
        print_text(sync_text(assistant.sync_folder(folder)))
        click.echo(printable(f"{folder} is watched until you press Ctrl-C."), err=True)
        began = False
        for changed in changes(folder, yield_on_timeout=True):
            if changed or not began:  # once more in the beginning, for what came before the watch had begun
                report = assistant.sync_folder(folder)
                if changed or report.report.added or report.report.changed:
                    print_text(sync_text(report))
            began = True


@click.command()
@click.argument("feed", metavar="FEED")
@library_option
@embedder_option
def unfollow(feed: str, library: str | None, embedder: str | None) -> None:
    """No longer follow a feed; its articles stay.

    FEED is its address, or the path of a folder, as `qa follow` lists it.

    \b
    Example:
      qa unfollow https://example.org/feed.xml
    """
    from ui.opening import name_models, open_to_change
    from ui.printable import printable

    with open_to_change(library, name_models(embedder)) as assistant:
        assistant.unfollow(feed)
    click.echo(printable(f"{feed} is no longer followed; its articles stay."))
