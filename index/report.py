"""What came of adding articles, and the line that a list shows of each."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that was not taken: where it came from, the reason for programs, the sentence for people."""

    source: str
    reason: RejectionReason
    message: str

    @classmethod
    def of(cls, source: str, error: InputRejected) -> Rejection:
        """The rejection that an error stands for."""
        return cls(source, error.reason, str(error))


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of every input: stored as new, replaced an older version, was there already, or was not taken."""

    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    rejected: tuple[Rejection, ...] = ()
