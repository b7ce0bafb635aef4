"""Replies as HTML: what they say, and that nothing in them is markup but our own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hostile import PAYLOADS, Elements

from index.article import Article
from qa.answer import Answer, Reason, Reply
from qa.markup import label, readable_date, readable_place, reply_html, safe_link

TEXT = "The bell rang. Ada chairs the chess club. The club meets on Friday."
ARTICLE = Article(
    "Chess club", TEXT, "chess.txt", url="https://example.org/chess?a=1&b=2", site="The Gazette", published="2019-04-25"
)
ADA = Answer(ARTICLE, 15, 18, 15, 41, 0.9, 5.0)
FRIDAY = Answer(ARTICLE, 60, 66, 42, 67, 0.8, 3.0)


def test_the_answer_is_marked_inside_its_sentence() -> None:
    assert '<blockquote class="qa-quote"><mark>Ada</mark> chairs the chess club.</blockquote>' in reply_html(
        Reply("Who chairs the club?", (ADA,))
    )


def test_the_source_card_says_what_is_known() -> None:
    markup = reply_html(Reply("Who chairs the club?", (ADA,)))
    assert (
        '<div class="qa-source"><p class="qa-title"><a href="https://example.org/chess?a=1&amp;b=2" target="_blank"'
        ' rel="noopener noreferrer"><bdi>Chess club</bdi></a></p><p class="qa-facts"><bdi>The Gazette</bdi> · '
        '<time datetime="2019-04-25">25 April 2019</time> · <span class="qa-place">about a quarter into the article '
        '<span class="qa-offsets">(characters 15-18 of 67)</span></span></p></div>'
    ) in markup


def test_what_is_not_known_is_left_out() -> None:
    article = Article(" ", TEXT, "/home/ada/chess.txt")
    elements = Elements(reply_html(Reply("Who?", (replace(ADA, article=article),))))
    assert elements.text.startswith("Ada chairs the chess club.Untitled/home/ada/chess.txt · about a quarter")
    assert elements.all("a") == []
    assert elements.all("time") == []


def test_without_a_site_the_host_of_the_link_stands_in() -> None:
    answer = replace(ADA, article=replace(ARTICLE, site=None))
    assert "<bdi>example.org</bdi>" in reply_html(Reply("Who?", (answer,)))


def test_speaker_and_confidence_are_shown_where_they_are_set() -> None:
    plain, full = Reply("Who?", (ADA,)), Reply("Who?", (replace(ADA, speaker="Bo <b>", confidence=0.874),))
    assert "said by" not in reply_html(plain)
    assert "sure" not in reply_html(plain)
    assert '<p class="qa-facts">said by <bdi>Bo &lt;b&gt;</bdi> · ' in reply_html(full)
    assert reply_html(full).endswith(" · 87% sure</p></div></div>")


def test_further_answers_are_folded_away() -> None:
    markup = reply_html(Reply("Who?", (ADA, FRIDAY)))
    first, further = markup.split('<details class="qa-further">')
    assert "<mark>Ada</mark>" in first
    assert further.startswith("<summary>Further answers (1)</summary>")
    assert "The club meets on <mark>Friday</mark>." in further
    assert "<details" not in reply_html(Reply("Who?", (ADA,)))


def test_a_note_is_shown_with_an_answer_and_without() -> None:
    note = '<p class="qa-note">This asks for a yes &amp; no.</p>'
    assert note in reply_html(Reply("Is it?", (ADA,), note="This asks for a yes & no."))
    assert note in reply_html(Reply("Is it?", reason=Reason.UNSURE, note="This asks for a yes & no."))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_to_abstain_has_its_own_sentence(reason: Reason) -> None:
    texts = {each: Elements(reply_html(Reply("Who?", reason=each))).text for each in Reason}
    assert texts[reason].endswith(".")
    assert len(set(texts.values())) == len(Reason)


def test_an_abstention_shows_the_three_nearest_sentences_unmarked() -> None:
    nearest = [replace(ADA, article=replace(ARTICLE, title=f"Club {number}")) for number in range(4)]
    elements = Elements(reply_html(Reply("Who?", tuple(nearest), reason=Reason.NO_SPAN)))
    assert elements.all("mark") == []
    assert elements.text.count("Ada chairs the chess club.") == 3
    assert "Club 0" in elements.text
    assert "Club 3" not in elements.text
    assert "(characters 15-41 of 67)" in elements.text


def test_an_endless_sentence_is_cut_around_the_answer() -> None:
    text = "a" * 1000 + "ANSWER" + "b" * 1000
    answer = Answer(Article("Long", text, "long.txt"), 1000, 1006, 0, 2006, 0.9, 5.0)
    quote = "…" + "a" * 400 + "<mark>ANSWER</mark>" + "b" * 400 + "…"
    assert f'<blockquote class="qa-quote">{quote}</blockquote>' in reply_html(Reply("What?", (answer,)))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("reason", [None, Reason.UNSURE])
def test_whatever_comes_from_outside_is_text(payload: str, reason: Reason | None) -> None:
    text = f"{payload} ANSWER {payload}"
    start = len(payload) + 1
    article = Article(payload, text, payload, url=payload, site=payload, authors=(payload,))
    answer = Answer(article, start, start + 6, 0, len(text), 0.9, 5.0, speaker=payload)
    elements = Elements(reply_html(Reply(payload, (answer, answer), reason=reason, note=payload)))
    own = {"div", "p", "blockquote", "mark", "bdi", "span", "details", "summary", "ul", "li", "h3"}
    assert {tag for tag, _ in elements.found} <= own
    assert {name for _, attributes in elements.found for name in attributes} == {"class"}
    assert elements.text.count(payload) >= 5


@pytest.mark.parametrize("url", ["https://example.org/a", "http://example.org", "HTTPS://EXAMPLE.ORG/a"])
def test_addresses_of_the_web_become_links(url: str) -> None:
    assert safe_link(url) == url.replace("HTTPS", "https")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "//example.org",
        "/path",
        "https:",
        "https:///path",
        "http://[::1",
    ],
)
def test_no_other_address_becomes_a_link(url: str | None) -> None:
    assert safe_link(url) is None


def test_a_link_cannot_end_its_attribute() -> None:
    article = replace(ARTICLE, url='https://example.org/"onmouseover="alert(1)')
    (link,) = Elements(reply_html(Reply("Who?", (replace(ADA, article=article),)))).all("a")
    assert link == {
        "href": 'https://example.org/"onmouseover="alert(1)',
        "target": "_blank",
        "rel": "noopener noreferrer",
    }


def test_a_label_cannot_turn_the_words_around() -> None:
    assert label("photo\u202egpj.exe") == "<bdi>photogpj.exe</bdi>"


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2019", "2019"),
        ("2019-04", "April 2019"),
        ("2019-04-05", "5 April 2019"),
        ("2019-04-25T10:30:00+02:00", "25 April 2019"),
        ("20190425", "25 April 2019"),
        ("2019W17", "22 April 2019"),
    ],
)
def test_dates_are_as_precise_as_they_are_known(published: str, words: str) -> None:
    assert readable_date(published) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0, 2, "at the start of the article"),
        (8, 12, "near the start of the article"),
        (30, 40, "about a third into the article"),
        (50, 52, "about halfway through the article"),
        (60, 70, "about two thirds into the article"),
        (96, 100, "at the end of the article"),
        (0, 100, "about halfway through the article"),
    ],
)
def test_places_are_told_in_words(start: int, end: int, words: str) -> None:
    assert readable_place(start, end, Article("", "x" * 100, "s")) == words


@pytest.mark.parametrize(("start", "page"), [(0, 1), (9, 1), (10, 2), (29, 2), (30, 4), (99, 4)])
def test_a_page_is_named_where_there_are_pages(start: int, page: int) -> None:
    """The third one has no text."""
    assert readable_place(start, start + 1, Article("", "x" * 100, "s", pages=(0, 10, 30, 30))) == f"page {page} of 4"
