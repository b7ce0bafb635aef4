"""What commands show to people: replies, reports and results as text for a terminal, or plain where there is none.

All that comes from articles goes through `printable`: a title could otherwise clear the screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from index.export import ExportReport
from index.following import FollowedFeed
from index.integrity import Damage
from index.repair import RepairReport
from index.report import AddReport, ArticleSummary, Rejection, SyncReport
from qa.abstentions import ABSTENTIONS
from qa.answer import Answer, Reason, Reply
from qa.markup import readable_date, readable_place, safe_link
from qa.training import TrainingResult
from ui.printable import printable
from ui.rejections import REJECTIONS

# A text without full stops is one endless "sentence": so many characters of it are shown on each side of the answer.
_CONTEXT = 400
_NEAREST = 3

_ABSTENTIONS = ABSTENTIONS | {Reason.EMPTY_LIBRARY: "The library has no articles yet; add some with: qa add PATH"}

_FEW = 5
_RATES = ("recall@1", "recall@5", "recall@20", "mrr")


def print_text(text: Text) -> None:
    """Print to stdout: wrapped and styled on a terminal, else line by line with bold words between two asterisks."""
    console = Console(highlight=False)
    if console.color_system is None:
        text = _with_asterisks(text)
    console.print(text, soft_wrap=not console.is_terminal)


def reply_text(reply: Reply) -> Text:
    """The answer, bold in its sentence, with its source and further ones; or why there is none, and what is nearest."""
    note = [Text(reply.note)] if reply.note else []
    if reply.reason is not None:
        nearest = [_candidate(candidate) for candidate in reply.answers[:_NEAREST]]
        heading = [Text("What comes closest:", style="italic")] if nearest else []
        return _blocks([Text(_ABSTENTIONS[reply.reason]), *note, *heading, *nearest])
    first, *further = [_answer(answer) for answer in reply.answers]
    heading = [Text("Further answers:", style="italic")] if further else []
    return _blocks([first, *note, *heading, *further])


def report_text(report: AddReport, *, list_unchanged: bool = True) -> Text:
    """A line for each article and rejection, where these are many also how many for which reason, and a summary."""
    lines = [
        *_changes("added", "green", report.added),
        *_changes("changed", "yellow", report.changed),
        *_changes("unchanged", "dim", report.unchanged if list_unchanged else ()),
        *(_line("rejected", "red", rejection.message) for rejection in report.rejected),
        *_by_reason(report.rejected),
    ]
    counts = ", ".join(
        f"{len(items):,} {name}"
        for name, items in (
            ("added", report.added),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("rejected", report.rejected),
        )
    )
    return _lines([*lines, Text(f"{counts}.")])


def sync_text(synced: SyncReport) -> Text:
    """The address of a feed or a folder that is followed, and below it what became of its articles."""
    heading = Text(printable(synced.place), style="bold")
    if synced.is_unchanged:
        return _lines([heading, Text("Nothing changed since the last time.")])
    known = [Text(f"{synced.seen:,} known from before.")] if synced.seen else []
    gone = _changes("removed" if synced.were_removed else "gone", "yellow", synced.gone)
    if gone and not synced.were_removed:
        gone.append(Text(f"{len(gone):,} gone from the folder and still in the library; --remove takes them out."))
    return _lines([heading, report_text(synced.report, list_unchanged=False), *known, *gone])


def followed_text(feeds: Iterable[FollowedFeed]) -> Text:
    """A line for each feed that is followed: when it was last asked, and its address."""
    return _lines(Text.assemble((f"{_asked(feed):19}  ", "dim"), printable(feed.address)) for feed in feeds)


def list_text(articles: Iterable[ArticleSummary]) -> Text:
    """A line for each article: id, day of publication as far as known, title, source."""
    return _lines(
        Text.assemble(
            f"{article.id}  {(article.published or '')[: len('2019-04-25')]:10}  {printable(article.title)}  ",
            (printable(article.source), "dim"),
        )
        for article in articles
    )


def removed_text(articles: Sequence[ArticleSummary]) -> Text:
    """A line for each article that was removed."""
    return _lines(_changes("removed", "yellow", articles))


def edited_text(articles: Sequence[ArticleSummary]) -> Text:
    """A line for each article that was corrected."""
    return _lines(_changes("corrected", "yellow", articles))


def damage_text(damages: Sequence[Damage]) -> Text:
    """A line for each damage, and what to do."""
    lines = [_line("damaged", "red", damage.message) for damage in damages]
    return _lines([*lines, Text(f"{len(damages):,} damaged; keep what is whole with: qa repair")])


def repair_text(report: RepairReport) -> Text:
    """A line for each article that was lost, how many were kept, and where the damaged file is."""
    lost = [_line("lost", "red", source) for source in report.lost]
    counts = f"{report.kept:,} kept, {len(report.lost):,} lost."
    if report.unknown:
        counts = f"{counts[:-1]}, and an unknown number more may be lost."
    kept = f"The damaged file is kept: {printable(str(report.damaged))}"
    return _lines([*lost, Text(counts), Text(kept)])


def compact_text(before: int, after: int, kept: Sequence[Path]) -> Text:
    """The bytes of the library's folder before and after, and what may still hold removed articles."""
    sizes = f"The library's files had {before:,} bytes, and now have {after:,}."
    notes = [f"Removed articles may still be in {path}, which a repair kept; delete it." for path in kept]
    return _lines([Text(sizes), *(Text(printable(note)) for note in notes)])


def export_text(report: ExportReport, folder: Path) -> Text:
    """A line for each article that an add would not read back, and how many files were written."""
    lines = [
        *(
            _line("damaged", "red", f"{source} was not written; qa repair keeps what is whole")
            for source in report.damaged
        ),
        *(
            _line("too large", "yellow", f"{source} has more than qa add takes in one file")
            for source in report.too_large
        ),
    ]
    return _lines([*lines, counted(report.written, f"written to {folder}.")])


def counted(articles: int, what: str) -> Text:
    """So many articles, and what became of them."""
    return Text(printable(f"{articles:,} {'article' if articles == 1 else 'articles'} {what}"))


def evaluation_text(file: str, summary: Mapping[str, object]) -> Text:
    """The names and numbers of `qa eval --json` in two columns, the file above them."""
    width = max(map(len, summary)) + 2
    rows = [f"  {name.replace('_', ' '):{width}}{_number(name, value)}" for name, value in summary.items()]
    return _lines([Text(printable(file)), *map(Text, rows)])


def training_text(result: TrainingResult) -> Text:
    """What was trained, how fast, and how to use it."""
    folder = printable(str(result.folder))
    rate = result.tokens / max(result.seconds, 1e-9)
    return _lines(
        [
            Text(
                f"Trained on {result.questions:,} questions ({result.windows:,} windows) in {result.steps:,} steps, "
                f"{result.seconds:,.0f} seconds, {rate:,.0f} tokens a second."
            ),
            Text(f'The reader is in {folder}; use it with: qa ask "..." --reader {folder}'),
        ]
    )


def _asked(feed: FollowedFeed) -> str:
    return "not asked yet" if feed.last is None else feed.last.removesuffix("+00:00").replace("T", " ")


def _answer(answer: Answer) -> Text:
    text = answer.article.text
    before, after = text[answer.sentence_start : answer.start], text[answer.end : answer.sentence_end]
    if len(before) > _CONTEXT:
        before = "…" + before[-_CONTEXT:]
    sentence = Text.assemble(printable(before), (printable(answer.text), "bold"), printable(_cut(after)))
    return _lines([sentence, *_source(answer, answer.start, answer.end)])


def _candidate(answer: Answer) -> Text:
    """The sentence that came near, without bold: no words in it are an answer."""
    sentence = Text(printable(_cut(answer.sentence)))
    return _lines([sentence, *_source(answer, answer.sentence_start, answer.sentence_end)])


def _cut(text: str) -> str:
    return text if len(text) <= _CONTEXT else text[:_CONTEXT] + "…"


def _source(answer: Answer, start: int, end: int) -> list[Text]:
    """Where `[start, end)` stands: the title; speaker, publisher, date, place and how sure; the link."""
    article = answer.article
    facts = [f"said by {printable(answer.speaker)}"] if answer.speaker else []
    facts.append(printable(article.site or article.source))
    if article.published:
        facts.append(readable_date(article.published))
    place = readable_place(start, end, article)
    facts.append(f"{place} (characters {start:,} to {end:,} of {len(article.text):,})")
    if answer.confidence is not None:
        facts.append(f"{answer.confidence:.0%} sure")
    link = safe_link(article.url)
    lines = [printable(article.title).strip() or "Untitled", " · ".join(facts), *([printable(link)] if link else [])]
    return [Text(f"  {line}", style="dim") for line in lines]


def _changes(change: str, style: str, articles: Iterable[ArticleSummary]) -> list[Text]:
    return [_line(change, style, f"{article.title} ({article.source})") for article in articles]


def _by_reason(rejected: Sequence[Rejection]) -> list[Text]:
    """A table of how many were rejected for which reason, the commonest first; none where one can count oneself."""
    if len(rejected) <= _FEW:
        return []
    counts = Counter(rejection.reason for rejection in rejected).most_common()
    rows = [Text(f"{count:9,}  {REJECTIONS[reason]}") for reason, count in counts]
    return [Text(), Text("Rejected, by reason:"), *rows, Text()]


def _line(word: str, style: str, text: str) -> Text:
    return Text.assemble((f"{word:11}", style), printable(text))


def _number(name: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if name in _RATES else f"{value:.1f}"
    return "-" if value is None else str(value)


def _lines(lines: Iterable[Text]) -> Text:
    return Text("\n").join(lines)


def _blocks(blocks: Iterable[Text]) -> Text:
    return Text("\n\n").join(blocks)


def _with_asterisks(text: Text) -> Text:
    """The same with `**` around what is bold, for where nothing else could show it."""
    marks = sorted(place for span in text.spans if span.style == "bold" for place in (span.start, span.end))
    return Text("**").join(text.divide(marks))
