"""Replies, as people see them on a terminal and in a file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.text import Text

from index.article import Article
from index.errors import RejectionReason
from index.report import AddReport, Rejection
from qa.answer import Answer, Reason, Reply
from ui.terminal import print_text, reply_text, report_text

SUMMIT = Article(
    title="Summit in Vladivostok",
    text="Putin and Kim met on 25 April 2019.\nThey spoke for hours.",
    source="summit.md",
    url="https://example.org/summit",
    site="Example News",
    published="2019-04-25",
)
DATE = Answer(SUMMIT, 21, 34, 0, 35, 0.9, 5.0)


def hours(article: Article = SUMMIT) -> Answer:
    return Answer(article, 51, 56, 36, 57, 0.9, 5.0, confidence=0.87, speaker="Kim")


def bold(text: Text) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans if span.style == "bold"]


def test_an_answer_is_bold_in_its_sentence_and_has_its_source() -> None:
    text = reply_text(Reply("when?", (DATE,)))
    assert text.plain.splitlines() == [
        "Putin and Kim met on 25 April 2019.",
        "  Summit in Vladivostok",
        "  Example News · 25 April 2019 · about halfway through the article (characters 21 to 34 of 57)",
        "  https://example.org/summit",
    ]
    assert bold(text) == ["25 April 2019"]


def test_further_answers_follow_with_all_that_is_known() -> None:
    bare = hours(replace(SUMMIT, url="javascript:alert(1)", site=None, published=None, title=" "))
    text = reply_text(Reply("when?", (DATE, bare), note="A word more."))
    assert text.plain.splitlines()[4:] == [
        "",
        "A word more.",
        "",
        "Further answers:",
        "",
        "They spoke for hours.",
        "  Untitled",
        "  said by Kim · summit.md · near the end of the article (characters 51 to 56 of 57) · 87% sure",
    ]
    assert bold(text) == ["25 April 2019", "hours"]


def test_abstaining_gives_the_reason_and_what_comes_closest_without_bold() -> None:
    text = reply_text(Reply("why?", (DATE,) * 4, reason=Reason.UNSURE, note="A word more."))
    lines = text.plain.splitlines()
    assert lines[:5] == [
        "The articles do not answer this clearly enough to quote them.",
        "",
        "A word more.",
        "",
        "What comes closest:",
    ]
    assert lines.count("Putin and Kim met on 25 April 2019.") == 3
    assert bold(text) == []


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    assert len(reply_text(Reply("why?", reason=reason)).plain.split()) > 5


def test_nothing_from_an_article_controls_the_terminal() -> None:
    hostile = "\x1b[2J\u202e\x07"
    article = Article(
        title=f"Ti{hostile}tle",
        text=f"Be{hostile}fore an{hostile}swer af{hostile}ter.",
        source=f"so{hostile}urce",
        url=f"https://example.org/{hostile}x",
        site=f"Si{hostile}te",
    )
    end = article.text.index(" af")
    answer = Answer(article, article.text.index("an"), end, 0, len(article.text), 0.9, 5.0, speaker=f"Spea{hostile}ker")
    lines = reply_text(Reply("?", (answer, answer))).plain.split("\n")
    assert lines[:2] == ["Before answer after.", "  Title"]
    assert lines[2].startswith("  said by Speaker · Site · ")
    assert lines[3] == "  https://example.org/x"
    assert bold(reply_text(Reply("?", (answer,)))) == ["answer"]


def test_a_text_without_stops_is_cut_around_the_answer() -> None:
    article = Article("Title", "a" * 1000 + " word " + "b" * 1000, "source")
    answer = Answer(article, 1001, 1005, 0, len(article.text), 0.9, 5.0)
    first = reply_text(Reply("?", (answer,))).plain.splitlines()[0]
    assert first == "…" + "a" * 399 + " word " + "b" * 399 + "…"
    nearest = reply_text(Reply("?", (answer,), reason=Reason.UNSURE)).plain.splitlines()[4]
    assert nearest == "a" * 400 + "…"


def test_in_a_file_bold_words_stand_between_asterisks_and_lines_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(Text.assemble("long " * 40, ("bold", "bold"), " and ", ("dim", "dim"), " [red]text"))
    assert capsys.readouterr().out == "long " * 40 + "**bold** and dim [red]text\n"


def test_on_a_terminal_bold_is_bold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_text(Text.assemble("a ", ("bold", "bold"), " word"))
    assert capsys.readouterr().out == "a \x1b[1mbold\x1b[0m word\n"


def rejections(*reasons: str) -> AddReport:
    return AddReport(rejected=tuple(Rejection("a", RejectionReason(reason), f"It is {reason}.") for reason in reasons))


def test_few_rejections_are_listed() -> None:
    assert report_text(rejections("type", "empty", "type", "type", "type")).plain.splitlines() == [
        "rejected   It is type.",
        "rejected   It is empty.",
        *["rejected   It is type."] * 3,
        "0 added, 0 changed, 0 unchanged, 5 rejected.",
    ]


def test_many_rejections_are_also_counted_by_reason() -> None:
    many = rejections(*["timeout"] * 2, *["type"] * 1200, "empty")
    assert report_text(many).plain.splitlines()[1203:] == [
        "",
        "Rejected, by reason:",
        "    1,200  of a type that is not read",
        "        2  too slow to read",
        "        1  empty",
        "",
        "0 added, 0 changed, 0 unchanged, 1,203 rejected.",
    ]


@pytest.mark.parametrize("reason", list(RejectionReason))
def test_every_reason_for_a_rejection_has_words(reason: RejectionReason) -> None:
    assert len(report_text(rejections(*[reason] * 6)).plain.splitlines()[8].split()) > 1
