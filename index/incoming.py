"""What somebody wants added, in whatever form: articles, files and folders, web addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import RejectionReason
from index.loaders import load
from index.report import Rejection
from index.web.addresses import is_web_address

if TYPE_CHECKING:
    from index.web.visiting import Visitor


def incoming(inputs: Iterable[str | Path | Article], visitor: Callable[[], Visitor]) -> Iterator[Article | Rejection]:
    """The articles of all inputs in their order, and a rejection for whatever cannot be taken.

    `visitor` is only called for a web address.
    """
    for item in inputs:
        if isinstance(item, Article):
            yield item
        elif item == "":  # often an unset variable, and as a path the current folder
            yield Rejection("", RejectionReason.MISSING, "An empty path names nothing; give a file or a folder.")
        elif isinstance(item, str) and is_web_address(item):
            from index.web.pages import web_articles  # which questions need not wait for

            yield from web_articles(item, visitor())
        else:
            yield from load(Path(item))
