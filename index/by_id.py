"""Articles by the ids that a list shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import apsw

from index import records
from index.errors import InputRejected, RejectionReason
from index.report import ArticleSummary

Found = TypeVar("Found")


def summaries(connection: apsw.Connection | None, article_ids: Iterable[str]) -> list[ArticleSummary]:
    """The articles by those ids; raises InputRejected where there is none by one of them."""
    return [
        found_by_id(None if connection is None else records.load_summary(connection, article_id), article_id)
        for article_id in article_ids
    ]


def found_by_id(item: Found | None, article_id: str) -> Found:
    """The item, or InputRejected where there is none by that id."""
    if item is None:
        raise InputRejected(
            RejectionReason.MISSING, f"No article has the id {article_id!r}; the ids are those that a list shows."
        )
    return item
