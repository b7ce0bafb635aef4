"""The page's own parts as escaped HTML: its head, the conversation with its stages, and what came of adding."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from index.report import AddReport, ArticleSummary
from qa.answer import Reply
from qa.markup import label, reply_html
from ui.session import Adding, Reading, Searching

# A list longer than this says how many more there are.
_LISTED = 50

_WELCOME = (
    '<div class="qa-welcome"><h2>What would you like to know?</h2>'
    "<p>Ask in plain words. You get the exact words of an article with the place they stand, "
    "or an honest no.</p></div>"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and the HTML that answers it; `pending` until the answer stands."""

    question: str
    body: str = ""
    pending: bool = False


def head(articles: int, *, starter: bool) -> str:
    """The title of the page and which articles are asked."""
    count = plural(articles, "article")
    if starter:
        state = f"<strong>Starter library</strong>, {count}, read-only. Add your own and questions go to those."
    else:
        state = f"<strong>Your library</strong>, {count}."
    return f'<header class="qa-head"><h1>Article QA</h1><p class="qa-library" role="status">{state}</p></header>'


def conversation(turns: Sequence[Turn]) -> str:
    """All questions with their answers, the newest last; a welcome while there are none."""
    if not turns:
        return _WELCOME
    return f'<div class="qa-turns" role="log" aria-label="Conversation">{"".join(map(_turn, turns))}</div>'


def stage(reached: Searching | Reading | Reply) -> str:
    """How far an answer has come, or the whole reply."""
    match reached:
        case Searching(articles):
            return f'<p class="qa-stage">Searching {plural(articles, "article")}…</p>'
        case Reading(titles):
            sources = "".join(f"<li>{label(title)}</li>" for title in titles)
            return f'<p class="qa-stage">Reading…</p><ul class="qa-sources">{sources}</ul>'
        case Reply():
            return reply_html(reached)


def problem(message: str) -> str:
    """One plain sentence about what went wrong."""
    return f'<p class="qa-problem" role="alert">{html.escape(message)}</p>'


def stopped() -> str:
    """What stands under a question that was cancelled."""
    return '<p class="qa-stage">Stopped.</p>'


def adding_hint() -> str:
    """What people should know before they add."""
    return (
        '<p class="qa-hint">Everything stays on this machine. '
        "A file or title that is added again replaces the one before.</p>"
    )


def reading() -> str:
    """The first stage of adding."""
    return '<p class="qa-stage" role="status">Reading…</p>'


def adding(reached: Adding) -> str:
    """How far the adding of articles has come."""
    done, total = reached.done, reached.total
    return (
        f'<p class="qa-stage">Adding article {done + 1:,} of {total:,}…</p>'
        f'<progress class="qa-progress" max="{total}" value="{done}" aria-label="Articles added"></progress>'
    )


def report(outcome: AddReport) -> str:
    """What became of everything that was to be added."""
    lists = "".join(
        (
            _listed("Added", [_article(summary) for summary in outcome.added]),
            _listed("Changed", [_article(summary) for summary in outcome.changed]),
            _listed("Unchanged", [_article(summary) for summary in outcome.unchanged]),
            _listed("Rejected", [label(rejection.message) for rejection in outcome.rejected]),
        )
    )
    return f'<div class="qa-report" role="status">{lists or "<p>There was nothing to add.</p>"}</div>'


def plural(count: int, noun: str) -> str:
    """A count with its noun: `1 article`, `1,200 articles`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _turn(turn: Turn) -> str:
    question = f'<h2 class="qa-question"><bdi>{html.escape(turn.question)}</bdi></h2>'
    return f'<article class="qa-turn" aria-busy="{str(turn.pending).lower()}">{question}{turn.body}</article>'


def _listed(heading: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    shown = "".join(f"<li>{item}</li>" for item in items[:_LISTED])
    more = f"<li>and {len(items) - _LISTED:,} more</li>" if len(items) > _LISTED else ""
    return f'<h3 class="qa-heading qa-{heading.lower()}">{heading} ({len(items):,})</h3><ul>{shown}{more}</ul>'


def _article(summary: ArticleSummary) -> str:
    return f'{label(summary.title)} <span class="qa-facts">{plural(summary.characters, "character")}</span>'
