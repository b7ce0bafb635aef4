"""Bookmarks are no articles; the addresses in them can be had."""

from __future__ import annotations

import time

import pytest

from index.errors import RejectionReason
from index.loaders.bookmarks import bookmarked_addresses
from index.loaders.kinds import Kind, kind_of
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/home/bookmarks.html"
START = (
    '<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=ISO-8859-1">\n'
)
BOOKMARKS = f"""{START}<TITLE>Bookmarks</TITLE>
<H1>Bookmarks Menu</H1>
<DL><p>
    <DT><A HREF="https://b.org/?a=1&amp;b=2" ADD_DATE="1556181000" ICON="data:image/png;base64,AAAA">Bücher</A>
    <DT><H3 ADD_DATE="1">News</H3>
    <DL><p>
        <DT><A HREF="http://a.org/über">One</A>
        <DT><A HREF="https://b.org/?a=1&amp;b=2">Again</A>
        <DT><A HREF="javascript:alert(1)">A script</A>
        <DT><A HREF="place:sort=8">Most visited</A>
        <DT><A>Nothing</A>
        <DD>A note with https://no.link.org
    </DL><p>
</DL><p>
"""


def test_addresses_of_the_web_come_in_order_and_once_each() -> None:
    assert bookmarked_addresses(BOOKMARKS) == ["https://b.org/?a=1&b=2", "http://a.org/über"]


@pytest.mark.parametrize("text", ["", " ", START, "Words."])
def test_no_bookmarks_give_no_addresses(text: str) -> None:
    assert bookmarked_addresses(text) == []


@pytest.mark.parametrize(
    ("text", "pages"), [(BOOKMARKS, "2 pages"), (START, "0 pages"), (f'{START}<A HREF="http://a.org">A</A>', "1 page")]
)
def test_a_file_of_bookmarks_is_refused_with_their_number(text: str, pages: str) -> None:
    assert parse("bookmarks.html", text.encode(), SOURCE) == [
        Rejection(
            SOURCE,
            RejectionReason.NO_ARTICLE,
            f"{SOURCE} holds the bookmarks of {pages} and no article; add the pages themselves.",
        )
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("b.html", Kind.BOOKMARKS), ("b.HTM", Kind.BOOKMARKS), ("b", Kind.BOOKMARKS), ("b.md", Kind.MARKDOWN)],
)
def test_the_beginning_tells_bookmarks(name: str, kind: Kind) -> None:
    assert kind_of(name, b"\xef\xbb\xbf\n" + BOOKMARKS.encode()) is kind


def test_twenty_thousand_bookmarks_in_deep_folders_take_no_time() -> None:
    began = time.perf_counter()
    text = START + "<DL><p>" * 200 + "".join(f'<DT><A HREF="http://a.org/{n}">{n}</A>\n' for n in range(20_000))
    assert len(bookmarked_addresses(text)) == 20_000
    assert time.perf_counter() - began < 5
