"""The page in a browser. Every test also fails on an error message, a dialog or a request to another host."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import CAVE, SUMMIT, FakeAssistant
from hostile import PAYLOADS
from serving import Served

from index.article import Article

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]

OWN_TAGS = {"DIV", "ARTICLE", "H2", "H3", "P", "BLOCKQUOTE", "MARK", "A", "BDI", "SPAN", "TIME", "UL", "LI"} | {
    "DETAILS",
    "SUMMARY",
}


def ask(page: Any, question: str) -> Any:
    """Ask and wait for the answer; returns its turn."""
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    turn = page.locator(".qa-turn").last
    page.locator(".qa-turn:last-child[aria-busy=false]", has_text=question).wait_for()
    return turn


def open_adding(page: Any) -> None:
    page.get_by_role("tab", name="Add articles").click()


def paste(page: Any, title: str, text: str) -> str:
    """Add a pasted text; returns what the page says about it."""
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Add this text").click()
    page.locator(".qa-report", has_text=title or text[:10]).wait_for()
    return str(page.locator(".qa-report").inner_text())


def upload(page: Any, *files: Path | dict[str, Any]) -> str:
    """Upload files; returns what the page says about them."""
    page.locator("#files input[type=file]").set_input_files(list(files))
    page.locator(".qa-report").wait_for()
    return str(page.locator(".qa-report").inner_text())


def as_file(name: str, content: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/plain", "buffer": content.encode()}


def test_a_question_gets_its_marked_answer_and_source(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    assert page.locator(".qa-library").inner_text().startswith("Starter library, 2 articles, read-only.")
    turn = ask(page, "Where did the rescue happen?")
    assert turn.locator(".qa-question").inner_text() == "Where did the rescue happen?"
    quote = turn.locator(".qa-quote").first
    assert quote.inner_text() == "The rescue ended an ordeal of 18 days that had been followed around the world."
    assert quote.locator("mark").all_inner_texts() == ["rescue"]
    link = turn.get_by_role("link", name=CAVE.title)
    assert link.get_attribute("href") == "https://example.org/cave"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"
    assert turn.locator(".qa-facts").first.inner_text() == (
        "Example News · 10 July 2018 · about a third into the article (characters 142-148 of 439)"
    )
    further = turn.locator("details .qa-quote")
    assert not further.is_visible()
    turn.get_by_text("Further answers (1)").click()
    assert further.inner_text() == "The rescue of the talks was not discussed."


def test_an_abstention_says_why_and_shows_what_came_closest(visit: Visit, starter_page: Served) -> None:
    turn = ask(visit(starter_page), "Who composed symphonies?")
    assert turn.get_by_text("Some articles come close, but no words in them answer this question.").is_visible()
    assert turn.locator(".qa-quote").inner_text().startswith("Divers brought the last four of 12 boys")
    assert turn.locator("mark").count() == 0


def test_questions_stay_in_the_conversation(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    ask(page, "Where did the rescue happen?")
    ask(page, "What guarantees?")
    assert page.locator(".qa-question").all_inner_texts() == ["Where did the rescue happen?", "What guarantees?"]
    assert page.locator(".qa-turn > .qa-reply > .qa-quote mark").all_inner_texts() == ["rescue", "guarantees"]


def test_an_example_is_asked_by_keyboard_alone(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    page.locator("#question textarea:focus").wait_for()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".qa-turn[aria-busy=false]").wait_for()
    assert page.locator(".qa-question").inner_text() == "What guarantees?"
    assert page.locator("mark").first.inner_text() == "guarantees"
    assert not page.locator("#examples").is_visible()


def test_an_empty_question_is_not_asked(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    page.get_by_label("Your question").fill("   ")
    answered = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('/queue/data')).length"
    before = page.evaluate(answered)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_function(f"{answered} > {before}")
    ask(page, "What guarantees?")
    assert page.locator(".qa-turn").count() == 1


def test_asking_can_be_stopped(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    page.get_by_label("Your question").fill("wait")
    page.get_by_label("Your question").press("Enter")
    page.locator(".qa-sources").wait_for()
    assert page.locator(".qa-sources li").all_inner_texts() == [CAVE.title, SUMMIT.title]
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").wait_for()
    turn = ask(page, "What guarantees?")
    assert turn.locator("mark").first.inner_text() == "guarantees"
    assert page.locator(".qa-turn").first.inner_text().split() == ["wait", "Stopped."]


def test_a_known_error_is_one_sentence(visit: Visit, starter_page: Served) -> None:
    turn = ask(visit(starter_page), "locked")
    assert turn.locator(".qa-problem").inner_text() == (
        "Another process is writing to the library <news>; try again when it is done."
    )


def test_an_unforeseen_error_is_one_sentence_with_the_place_in_the_log(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    sentence = ask(page, "crash").locator(".qa-problem").inner_text()
    found = re.fullmatch(
        r"Something went wrong that should not; the server's log has the details under ([0-9a-f]{6})\.", sentence
    )
    assert found is not None
    log = starter_page.log.read_text()
    assert log.count(f"Incident {found[1]}\n") == 1
    assert "ZeroDivisionError: /secret/path" in log
    assert ask(page, "What guarantees?").locator("mark").count() == 1


def test_the_first_paste_makes_ones_own_library(visit: Visit, fresh_page: Served) -> None:
    page = visit(fresh_page)
    open_adding(page)
    said = paste(page, "New bridge", "The mayor opened the bridge. It cost 12 million euros.")
    assert said.split("\n") == ["Added (1)", "New bridge", "54 characters"]
    page.locator(".qa-library", has_text="Your library, 1 article.").wait_for()
    assert page.get_by_label("Text", exact=True).input_value() == ""
    page.get_by_role("tab", name="Ask").click()
    assert ask(page, "What cost euros?").locator(".qa-quote").inner_text() == "It cost 12 million euros."


def test_uploads_are_listed_with_what_became_of_them(visit: Visit, fresh_page: Served) -> None:
    page = visit(fresh_page)
    open_adding(page)
    old = as_file("old.txt", "Old harbour\n\nThe harbour closed.")
    upload(page, old, as_file("same.txt", "Same words\n\nNothing new here."))
    page.locator(".qa-report", has_text="Added (2)").wait_for()
    new = as_file("old.txt", "Old harbour\n\nThe harbour opened again.")
    upload(page, new, as_file("same.txt", "Same words\n\nNothing new here."), as_file("photo.png", "\x89PNG"))
    page.locator(".qa-report", has_text="Changed (1)").wait_for()
    said = page.locator(".qa-report").inner_text()
    assert "Changed (1)\nOld harbour" in said
    assert "Unchanged (1)\nSame words" in said
    assert "Rejected (1)\nphoto.png (uploaded) is not of a type that can be read" in said
    assert "Added" not in said
    assert page.locator(".qa-library").inner_text() == "Your library, 2 articles."


def test_a_paste_without_words_is_rejected_and_kept_to_be_mended(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    open_adding(page)
    assert paste(page, "Empty", "...").split("\n") == ["Rejected (1)", "No words were found in Empty (pasted)."]
    assert page.get_by_label("Title").input_value() == "Empty"


def test_hostile_articles_are_shown_as_text(visit: Visit, serve: Callable[..., Served]) -> None:
    articles = [
        Article(payload, f"canary {payload}", f"{number}.txt", site=payload) for number, payload in enumerate(PAYLOADS)
    ]
    expected = FakeAssistant(*articles).ask("canary").answers
    page = visit(serve(articles, PAYLOADS[:5]))
    assert page.locator("#examples button").all_inner_texts() == list(PAYLOADS[:5])
    turn = ask(page, "canary")
    turn.get_by_text(f"Further answers ({len(PAYLOADS) - 1})").click()
    assert turn.locator(".qa-quote").all_text_contents() == [answer.sentence for answer in expected]
    assert turn.locator(".qa-title").all_text_contents() == list(PAYLOADS)
    assert turn.locator("mark").all_text_contents() == ["canary"] * len(PAYLOADS)
    assert all(
        text.startswith(f"{payload} · ")
        for text, payload in zip(turn.locator(".qa-facts").all_text_contents(), PAYLOADS, strict=True)
    )
    assert set(page.evaluate("[...document.querySelectorAll('.qa-turns *')].map(e => e.tagName)")) <= OWN_TAGS


def test_hostile_questions_are_shown_as_text(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    for payload in PAYLOADS[:8]:
        ask(page, payload)
    assert page.locator(".qa-question").all_text_contents() == list(PAYLOADS[:8])
    assert set(page.evaluate("[...document.querySelectorAll('.qa-turns *')].map(e => e.tagName)")) <= OWN_TAGS


def test_hostile_pastes_and_file_names_are_shown_as_text(visit: Visit, fresh_page: Served) -> None:
    page = visit(fresh_page)
    open_adding(page)
    for payload in PAYLOADS[:4]:
        assert payload in paste(page, payload, "Some words.")
    for payload in PAYLOADS[:4]:
        assert f"No words were found in {payload} (pasted)." in paste(page, payload, "...")
    names = [payload.replace("/", "_") for payload in PAYLOADS if "/" not in payload or "<img" in payload]
    upload(page, *(as_file(f"{name}.png", "x") for name in names))
    page.locator(".qa-report", has_text=f"Rejected ({len(names)})").wait_for()
    said = page.locator(".qa-report li").all_text_contents()
    assert len(said) == len(names)
    assert sum("onerror=alert(1)" in line for line in said) == sum("onerror=alert(1)" in name for name in names)
    inside = page.evaluate("[...document.querySelectorAll('#outcome .html-container *')].map(e => e.tagName)")
    assert set(inside) <= OWN_TAGS


def test_a_file_that_is_too_long_is_rejected_with_the_reason(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    open_adding(page)
    said = upload(page, as_file("long.txt", "x" * (5 * 1024 * 1024 + 1)))
    assert "long.txt (uploaded) is larger than 5,242,880 bytes" in said


def test_a_phone_shows_everything_without_scrolling_sideways(visit: Visit, serve: Callable[..., Served]) -> None:
    article = replace(CAVE, title="T" * 300, text="canary " + "x" * 300, site="s" * 200)
    page = visit(serve([article], ["e" * 200]), viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ask(page, "canary " + "q" * 300)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    open_adding(page)
    paste(page, "p" * 300, "...")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit: Visit, starter_page: Served, scheme: str) -> None:
    page = visit(starter_page, color_scheme=scheme)
    ask(page, "Where did the rescue happen?")
    ratios = page.evaluate((Path(__file__).parent / "contrast.js").read_text(), list(CONTRASTS))
    assert {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5} == {}
    assert set(ratios) == set(CONTRASTS)


CONTRASTS = (
    ".qa-library",
    ".qa-question",
    ".qa-quote",
    ".qa-quote mark",
    ".qa-title a",
    ".qa-facts",
    ".qa-answers .qa-facts",
    ".qa-further summary",
    "#question .submit-button",
    "[role=tab].selected",
    "[role=tab]:not(.selected)",
)


def test_the_page_keeps_nothing_in_the_browser(visit: Visit, starter_page: Served) -> None:
    page = visit(starter_page)
    ask(page, "Where did the rescue happen?")
    kept = json.dumps(page.evaluate("({...localStorage, ...sessionStorage})"))
    assert "rescue" not in kept
    assert page.evaluate("indexedDB.databases().then(all => all.map(database => database.name))") == []
