"""Finding the passages that a question is read in, within its limits, and saying what those left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.filters import EVERYTHING
from index.library import Library
from index.searching import FilteredHits, Hit
from qa.answer import Reason, Reply
from qa.asked import Asked


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages found, best first; `is_best_left_out` where a limit kept out the best of all, `note` says so."""

    hits: tuple[Hit, ...]
    is_best_left_out: bool = False
    note: str | None = None

    def limited(self, reply: Reply) -> Reply:
        """The reply to the question, told what its limits left out."""
        notes = [note for note in (reply.note, self.note) if note is not None]
        is_filtered = self.is_best_left_out and reply.reason is not None
        return replace(reply, reason=Reason.FILTERED if is_filtered else reply.reason, note=" ".join(notes) or None)


def retrieve(library: Library, asked: Sequence[Asked], passages: int) -> list[Retrieved]:
    """For each question its best passages: those without limits together, the others one by one."""
    free = [one.question for one in asked if one.wanted == EVERYTHING]
    found = iter(library.search_many(free, passages) if free else [])
    return [
        Retrieved(tuple(next(found)))
        if one.wanted == EVERYTHING
        else _limited(library.search_filtered(one.question, passages, one.wanted))
        for one in asked
    ]


def _limited(found: FilteredHits) -> Retrieved:
    best, notes = found.best_left_out, []
    if best is not None:
        title = best.article.title or best.article.source
        notes.append(f'The passage that fits best, in "{title}", is outside your limits.')
    if found.undated:
        notes.append(f"Articles without a date, which your limits leave out: {found.undated:,}.")
    return Retrieved(found.hits, best is not None, " ".join(notes) or None)
