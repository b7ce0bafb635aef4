"""A library that follows a folder: what is new or changed there is stored, what has gone is named, or removed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from index import records
from index.article import Article
from index.corrections import corrected
from index.database import Database
from index.errors import InputRejected, RejectionReason
from index.following import FollowedFeed, with_feed
from index.library import Library, Progress
from index.loaders import load
from index.report import AddReport, ArticleSummary, Change, Rejection, SyncReport
from index.web.addresses import is_web_address


class _Seen:
    """The sources that a folder gives, noted on their way into the library."""

    def __init__(self) -> None:
        self.sources: set[str] = set()
        self.rejected: set[str] = set()
        self._read: set[str] = set()  # files of which something came

    def noted(self, items: Iterable[Article | Rejection]) -> Iterator[Article | Rejection]:
        for item in items:
            if isinstance(item, Rejection):
                self.rejected |= {item.source, *_files(item.source)}
            else:
                self.sources.add(item.source)
                self._read |= {item.source, *_files(item.source)}
            yield item

    def lacks(self, source: str) -> bool:
        """Whether the file that gave this source has gone, or was read and gives it no more.

        A file or folder that cannot be read just now has not gone, nor has a hidden file that was named once.
        """
        files = {source, *_files(source)}
        if source in self.sources or files & self.rejected:
            return False
        if any(str(folder) in self.rejected for file in files for folder in Path(file).parents):
            return False
        return not any(os.path.lexists(file) for file in files - self._read)


def _files(source: str) -> list[str]:
    """The files that a source may be a part of: `#` stands before a line, a member or a message, or in a name."""
    return [source[:place] for place, character in enumerate(source) if character == "#"]


def sync_folder(
    library: Library, folder: Path, *, remove: bool = False, dry_run: bool = False, progress: Progress | None = None
) -> SyncReport:
    """Make a library follow a folder, from now on; with `dry_run` only tell what that would change.

    An article has gone where its source lies in the folder and no file gives it any more; without `remove` it stays.
    Where the folder cannot be read nothing has gone. Raises InputRejected where it is no folder, or is to remove all
    because it is empty, and the errors of `Library.add`.
    """
    place = os.path.realpath(folder)
    if not Path(place).is_dir():
        raise InputRejected(RejectionReason.MISSING, f"There is no folder {place}; check the path.")
    seen = _Seen()
    with closing(load(Path(place))) as found:  # else its files would be parsed on after an error or Ctrl-C
        items = seen.noted(found)
        files = _compared(library, items, progress) if dry_run else library.add(items, progress)
    if remove and not seen.sources | seen.rejected:
        raise InputRejected(
            RejectionReason.EMPTY,
            f"The folder {place} is empty, as one is whose disk is not there; nothing was removed.",
        )
    inside = (summary for summary in library.articles() if summary.source.startswith(f"{place.rstrip(os.sep)}{os.sep}"))
    gone = [] if place in seen.rejected else [summary for summary in inside if seen.lacks(summary.source)]
    if remove and gone and not dry_run:
        library.remove([summary.id for summary in gone])
    if not dry_run:
        library.change_followed(lambda known: with_feed(known, FollowedFeed(place)))
    return SyncReport(place, files, gone=tuple(gone), were_removed=remove and not dry_run)


def sync_folders(library: Library, progress: Progress | None = None) -> Iterator[SyncReport]:
    """Add what is new in every folder that a library follows; what has gone stays."""
    for followed in library.followed():
        if is_web_address(followed.address):
            continue
        try:
            yield sync_folder(library, Path(followed.address), progress=progress)
        except InputRejected as error:
            rejection = Rejection.of(followed.address, error)
            yield SyncReport(followed.address, AddReport(rejected=(rejection,)))


def _compared(library: Library, items: Iterable[Article | Rejection], progress: Progress | None) -> AddReport:
    """The report that adding the items would give."""
    database = Database(library.folder)
    outcomes: list[tuple[Change, ArticleSummary] | Rejection] = []
    for item in items:
        outcomes.append(item if isinstance(item, Rejection) else (_change(database, item), ArticleSummary.of(item)))
        if progress is not None:
            progress(len(outcomes))
    database.close()
    return AddReport.of(outcomes)


def _change(database: Database, article: Article) -> Change:
    if not database.exists:
        return Change.ADDED
    with database.reading() as connection:
        stored = records.content_hash(connection, article.id)
        if stored is None:
            return Change.ADDED
        return Change.UNCHANGED if stored == corrected(connection, article).content_hash else Change.CHANGED
