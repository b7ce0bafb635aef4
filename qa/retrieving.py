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


def retrieve(
    library: Library, asked: Sequence[Asked], passages: int, languages: frozenset[str] | None = None
) -> list[Retrieved]:
    """For each question its best passages: those without limits together, the others one by one.

    Passages of articles in other `languages` are found and left out; where those are None all are kept.
    """
    free = [one.question for one in asked if one.wanted == EVERYTHING]
    found = iter(library.search_many(free, passages) if free else [])
    return [
        _readable(
            Retrieved(tuple(next(found)))
            if one.wanted == EVERYTHING
            else _limited(library.search_filtered(one.question, passages, one.wanted)),
            languages,
        )
        for one in asked
    ]


def _readable(found: Retrieved, languages: frozenset[str] | None) -> Retrieved:
    hits = tuple(hit for hit in found.hits if languages is None or hit.article.language in (None, *languages))
    left_out = {hit.article.id for hit in found.hits} - {hit.article.id for hit in hits}
    if not left_out:
        return found
    note = f"Articles in languages that are not read, and that were found by their words: {len(left_out):,}."
    return replace(found, hits=hits, note=note if found.note is None else f"{found.note} {note}")


def _limited(found: FilteredHits) -> Retrieved:
    best, notes = found.best_left_out, []
    if best is not None:
        title = best.article.title or best.article.source
        notes.append(f'The passage that fits best, in "{title}", is outside your limits.')
    if found.undated:
        notes.append(f"Articles without a date, which your limits leave out: {found.undated:,}.")
    return Retrieved(found.hits, best is not None, " ".join(notes) or None)
