"""The page's own parts: what they say, and that names and questions in them are text."""

from __future__ import annotations

import pytest
from fake_assistant import CAVE, FakeAssistant
from hostile import PAYLOADS, Elements

from index.errors import RejectionReason
from index.report import AddReport, ArticleSummary, Rejection
from ui import panels
from ui.panels import Turn
from ui.session import Adding, Reading, Searching


def summary(title: str, characters: int = 1200) -> ArticleSummary:
    return ArticleSummary("id", title, "source", None, None, None, characters)


def test_the_head_says_which_library_is_asked() -> None:
    assert "<strong>Starter library</strong>, 25 articles, read-only." in panels.head(25, starter=True)
    assert "<strong>Your library</strong>, 1 article.<" in panels.head(1, starter=False)
    assert "<strong>Your library</strong>, 1,234,567 articles.<" in panels.head(1234567, starter=False)


def test_an_empty_conversation_welcomes() -> None:
    assert "What would you like to know?" in panels.conversation([])


def test_a_conversation_keeps_its_questions_in_order() -> None:
    markup = panels.conversation([Turn("First?", "<p>one</p>"), Turn("Second?", "<p>two</p>", pending=True)])
    assert markup == (
        '<div class="qa-turns" role="log" aria-label="Conversation">'
        '<article class="qa-turn" aria-busy="false"><h2 class="qa-question"><bdi>First?</bdi></h2><p>one</p></article>'
        '<article class="qa-turn" aria-busy="true"><h2 class="qa-question"><bdi>Second?</bdi></h2><p>two</p></article>'
        "</div>"
    )


def test_stages_say_how_far_an_answer_has_come() -> None:
    assert panels.stage(Searching(1)) == '<p class="qa-stage">Searching 1 article…</p>'
    assert "<li><bdi>A &amp; B</bdi></li><li><bdi>C</bdi></li>" in panels.stage(Reading(("A & B", "C")))
    assert "<mark>rescue</mark>" in panels.stage(FakeAssistant(CAVE).ask("Which rescue?"))


def test_adding_counts_from_one() -> None:
    markup = panels.adding(Adding(done=16, total=40))
    assert "Adding article 17 of 40…" in markup
    assert '<progress class="qa-progress" max="40" value="16"' in markup


def test_a_report_lists_what_became_of_everything() -> None:
    rejection = Rejection("a.png", RejectionReason.TYPE, "a.png is not of a type that can be read.")
    markup = panels.report(AddReport((summary("New"), summary("Newer", 1)), (summary("Other"),), (), (rejection,)))
    assert (
        '<h3 class="qa-heading qa-added">Added (2)</h3><ul>'
        '<li><bdi>New</bdi> <span class="qa-facts">1,200 characters</span></li>'
        '<li><bdi>Newer</bdi> <span class="qa-facts">1 character</span></li></ul>'
        '<h3 class="qa-heading qa-changed">Changed (1)</h3>'
    ) in markup
    assert "Unchanged" not in markup
    assert "<li><bdi>a.png is not of a type that can be read.</bdi></li>" in markup


def test_a_long_report_is_cut() -> None:
    markup = panels.report(AddReport(added=tuple(summary(f"Title {number}") for number in range(1060))))
    assert "Added (1,060)" in markup
    assert "Title 49<" in markup
    assert "Title 50<" not in markup
    assert "<li>and 1,010 more</li>" in markup


def test_an_empty_report_says_so() -> None:
    assert "There was nothing to add." in panels.report(AddReport())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_comes_from_outside_is_text(payload: str) -> None:
    rejection = Rejection(payload, RejectionReason.TYPE, payload)
    markups = [
        panels.conversation([Turn(payload)]),
        panels.stage(Reading((payload,))),
        panels.problem(payload),
        panels.report(AddReport((summary(payload),), rejected=(rejection,))),
    ]
    for elements in map(Elements, markups):
        assert {tag for tag, _ in elements.found} <= {"div", "article", "h2", "h3", "p", "ul", "li", "bdi", "span"}
        assert payload in elements.text
