"""Replies as HTML for the page and the notebook; what comes from articles or people is escaped, never interpreted."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from index.article import Article
from qa.abstentions import ABSTENTIONS
from qa.answer import Answer, Reason, Reply

# A text without full stops is one endless "sentence"; the page shows this many characters on each side of the answer.
_CONTEXT = 400
_NEAREST = 3

_PLACES = (
    (0.0, "at the start of"),
    (0.1, "near the start of"),
    (1 / 4, "about a quarter into"),
    (1 / 3, "about a third into"),
    (1 / 2, "about halfway through"),
    (2 / 3, "about two thirds into"),
    (3 / 4, "about three quarters into"),
    (0.9, "near the end of"),
    (1.0, "at the end of"),
)

# Invisible characters that reverse the text after them: "gpj.exe" would read as "exe.jpg".
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


def reply_html(reply: Reply) -> str:
    """A whole reply: the answer in its sentence with its source, or why there is none and what came closest."""
    note = f'<p class="qa-note">{html.escape(reply.note)}</p>' if reply.note else ""
    if reply.reason is not None:
        return f'<div class="qa-reply qa-abstained">{_abstention(reply.reason, reply.answers)}{note}</div>'
    return f'<div class="qa-reply">{_answer(reply.answers[0])}{note}{_further(reply.answers[1:])}</div>'


def label(text: str) -> str:
    """A title, name or source as escaped text that cannot turn around the words beside it."""
    return f"<bdi>{html.escape(text.translate(_BIDI_CONTROLS))}</bdi>"


def safe_link(url: str | None) -> str | None:
    """The address, if it is one of the web (http or https, with a host); None for every other scheme."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in {"http", "https"} and parts.hostname else None


def readable_date(published: str) -> str:
    """An ISO 8601 date in words, as precise as it is: `2019-04-25` is "25 April 2019", `2019-04` "April 2019"."""
    if len(published) == len("2019"):
        return published
    if len(published) == len("2019-04") and published[4] == "-":
        return f"{datetime.fromisoformat(published + '-01'):%B %Y}"
    moment = datetime.fromisoformat(published)
    return f"{moment.day} {moment:%B %Y}"


def readable_place(start: int, end: int, article: Article) -> str:
    """Where `[start, end)` stands in words: "page 3 of 12", or "about a third into the article"."""
    page = article.page_at(start)
    if page is not None:
        return f"page {page} of {len(article.pages)}"
    middle = (start + end) / 2 / len(article.text)
    _, words = min(_PLACES, key=lambda place: abs(place[0] - middle))
    return f"{words} the article"


def _abstention(reason: Reason, candidates: Sequence[Answer]) -> str:
    """Why there is no answer, and the sentences that came closest; unmarked, since no words in them are an answer."""
    text = f'<p class="qa-abstention">{ABSTENTIONS[reason]}</p>'
    if not candidates:
        return text
    nearest = "".join(f"<li>{_candidate(candidate)}</li>" for candidate in candidates[:_NEAREST])
    return f'{text}<h3 class="qa-heading">What comes closest</h3><ul class="qa-answers">{nearest}</ul>'


def _further(answers: Sequence[Answer]) -> str:
    if not answers:
        return ""
    items = "".join(f"<li>{_answer(answer)}</li>" for answer in answers)
    return (
        f'<details class="qa-further"><summary>Further answers ({len(answers)})</summary>'
        f'<ul class="qa-answers">{items}</ul></details>'
    )


def _answer(answer: Answer) -> str:
    """The sentence with the answer marked in it, and where the answer stands."""
    text = answer.article.text
    before = text[answer.sentence_start : answer.start]
    after = text[answer.end : answer.sentence_end]
    if len(before) > _CONTEXT:
        before = "…" + before[-_CONTEXT:]
    sentence = f"{html.escape(before)}<mark>{html.escape(answer.text)}</mark>{_cut(after)}"
    return f'<blockquote class="qa-quote">{sentence}</blockquote>{_source(answer, answer.start, answer.end)}'


def _candidate(answer: Answer) -> str:
    """The sentence that came closest, and where it stands."""
    source = _source(answer, answer.sentence_start, answer.sentence_end)
    return f'<blockquote class="qa-quote">{_cut(answer.sentence)}</blockquote>{source}'


def _cut(text: str) -> str:
    return html.escape(text if len(text) <= _CONTEXT else text[:_CONTEXT] + "…")


def _source(answer: Answer, start: int, end: int) -> str:
    article = answer.article
    title = label(article.title.strip() or "Untitled")
    link = safe_link(article.url)
    if link is not None:
        title = f'<a href="{html.escape(link)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    return (
        f'<div class="qa-source"><p class="qa-title">{title}</p>'
        f'<p class="qa-facts">{" · ".join(_facts(answer, link, start, end))}</p></div>'
    )


def _facts(answer: Answer, link: str | None, start: int, end: int) -> list[str]:
    """What is known of an answer, each as escaped HTML: speaker, publisher, date, where `[start, end)` is, how sure."""
    article = answer.article
    facts = [f"said by {label(answer.speaker)}"] if answer.speaker else []
    facts.append(label(article.site or (urlsplit(link).hostname if link else None) or article.source))
    if article.published:
        facts.append(f'<time datetime="{html.escape(article.published)}">{readable_date(article.published)}</time>')
    characters = f"characters {start:,}-{end:,} of {len(article.text):,}"
    place = readable_place(start, end, article)
    facts.append(f'<span class="qa-place">{place} <span class="qa-offsets">({characters})</span></span>')
    if answer.confidence is not None:
        facts.append(f"{answer.confidence:.0%} sure")
    return facts
