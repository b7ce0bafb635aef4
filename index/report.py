"""What came of adding articles, and the line that a list shows of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from index.article import Article
from index.errors import InputRejected, RejectionReason


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One article as a list shows it; `characters` is the length of its text."""

    id: str
    title: str
    source: str
    url: str | None
    site: str | None
    published: str | None
    characters: int

    @classmethod
    def of(cls, article: Article) -> Self:
        """The line for an article."""
        return cls(
            article.id,
            article.title,
            article.source,
            article.url,
            article.site,
            article.published,
            len(article.text),
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that was not taken: where it came from, the reason for programs, the sentence for people."""

    source: str
    reason: RejectionReason
    message: str

    @classmethod
    def of(cls, source: str, error: InputRejected) -> Self:
        """The rejection that an error stands for."""
        return cls(source, error.reason, str(error))


class Change(StrEnum):
    """What storing an article changed."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of every input: stored as new, replaced an older version, was there already, or was not taken."""

    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[tuple[Change, ArticleSummary] | Rejection]) -> Self:
        """The report on outcomes in their order."""
        stored: dict[Change, list[ArticleSummary]] = {change: [] for change in Change}
        rejected: list[Rejection] = []
        for outcome in outcomes:
            if isinstance(outcome, Rejection):
                rejected.append(outcome)
            else:
                change, summary = outcome
                stored[change].append(summary)
        return cls(
            tuple(stored[Change.ADDED]), tuple(stored[Change.CHANGED]), tuple(stored[Change.UNCHANGED]), tuple(rejected)
        )


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What became of a feed or folder that is followed.

    Of a feed `seen` entries were known already, and `is_unchanged` says that all of it was. The articles whose files
    have `gone` from a folder were removed too, if `were_removed`.
    """

    place: str
    report: AddReport
    seen: int = 0
    is_unchanged: bool = False
    gone: tuple[ArticleSummary, ...] = ()
    were_removed: bool = False
