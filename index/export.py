"""Export: every article of a library as a Markdown file of its own, which an add reads back to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index import records
from index.article import Article
from index.database import Database
from index.errors import InputRejected, RejectionReason
from index.files import flush, flush_folder, is_new_or_empty, open_private, told_as_ours
from index.folders import open_existing
from index.integrity import UNKNOWN_SOURCE, Damage, read_article
from index.library import Progress
from index.loaders.exported import to_markdown
from index.loaders.parsing import MAX_BYTES

_NAME_BYTES = 120  # of a title in a file's name, which may have 255 with all that is put around it
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How many files were written, and the sources of articles that no add will read back from them.

    A `damaged` article has no file; one that is `too_large` has a file that is larger than an add takes.
    """

    written: int
    damaged: tuple[str, ...] = ()
    too_large: tuple[str, ...] = ()


def export(library: Path, folder: Path, progress: Progress | None = None) -> ExportReport:
    """Write the articles of one snapshot of the library into `folder`, new or empty, as files for their owner alone.

    They are on the disk when this returns; stopped or failed, it leaves none of them. Raises LibraryNotFound,
    InputRejected where the folder holds something, LibraryCorrupt where not even the list of articles can be read,
    and DiskFull or LibraryError where the folder cannot be written.
    """
    database = open_existing(library)
    with told_as_ours(folder):
        return _export(database, folder, progress)


def _export(database: Database, folder: Path, progress: Progress | None) -> ExportReport:
    if not is_new_or_empty(folder):
        raise InputRejected(RejectionReason.OPTION, f"{folder} is there and not an empty folder; name a new one.")
    is_new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Path] = []
    damaged: list[str] = []
    too_large: list[str] = []
    try:
        for done, found in enumerate(_articles(database), 1):
            if isinstance(found, str):
                damaged.append(found)
            else:
                data = to_markdown(found).encode()
                with open(folder / file_name(found), "xb", opener=open_private) as stream:
                    written.append(folder / file_name(found))
                    stream.write(data)
                if len(data) > MAX_BYTES:
                    too_large.append(found.source)
            if progress is not None:
                progress(done)
        for file in written:  # not before, so that the system writes many at a time
            flush(file)
        flush_folder(folder)
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        if is_new:
            with suppress(OSError):  # somebody else's file may be in it
                folder.rmdir()
        raise
    finally:
        database.close()
    return ExportReport(len(written), tuple(damaged), tuple(too_large))


def file_name(article: Article) -> str:
    """A name that tells the title, that every system takes, and that is no other article's: it ends with the id."""
    title = _NO_LETTERS.sub("-", article.title.lower()).encode()[:_NAME_BYTES].decode("utf-8", "ignore").strip("-")
    return f"{title}-{article.id}.md" if title else f"{article.id}.md"


def _articles(database: Database) -> Iterator[Article | str]:
    """Every article that is whole, and the source of each that is not, in the order in which they were added."""
    with database.reading() as connection:
        for row in records.article_rows(connection):
            found = read_article(connection, row)
            yield found.source or UNKNOWN_SOURCE if isinstance(found, Damage) else found
