"""What somebody wants added, in whatever form: articles, files and folders, web addresses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import RejectionReason
from index.loaders import load
from index.loaders.sandbox import Sandbox
from index.report import Rejection
from index.web.addresses import is_web_address

if TYPE_CHECKING:
    from index.web.visiting import Visitor


def incoming(inputs: Iterable[str | Path | Article], visitor: Callable[[], Visitor]) -> Generator[Article | Rejection]:
    """The articles of all inputs in their order, and a rejection for whatever cannot be taken.

    `visitor` is only called for a web address. Closing the generator ends the processes that parse.
    """
    with Sandbox() as sandbox:
        for are_paths, items in groupby(inputs, _is_path):
            if are_paths:  # those that follow each other are read ahead together
                yield from load(*(Path(item) for item in items if not isinstance(item, Article)), sandbox=sandbox)
            else:
                for item in items:
                    yield from _other(item, visitor, sandbox)


def _is_path(item: str | Path | Article) -> bool:
    return isinstance(item, Path) or (isinstance(item, str) and item != "" and not is_web_address(item))


def _other(
    item: str | Path | Article, visitor: Callable[[], Visitor], sandbox: Sandbox
) -> Iterator[Article | Rejection]:
    if isinstance(item, Article):
        yield item
    elif item == "":  # often an unset variable, and as a path the current folder
        yield Rejection("", RejectionReason.MISSING, "An empty path names nothing; give a file or a folder.")
    else:
        from index.web.pages import web_articles  # which questions need not wait for

        yield from web_articles(str(item), visitor(), sandbox.parse)
