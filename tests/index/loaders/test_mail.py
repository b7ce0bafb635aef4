"""Saved messages and mailboxes give their texts, and the documents that were attached."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from documents import docx, zipped

from index.article import Article
from index.errors import RejectionReason
from index.loaders.kinds import Kind, kind_of
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/news/kim.eml"
HEADERS = """Return-Path: <jane@example.org>
From: =?utf-8?q?J=C3=A4ne_Doe?= <jane@example.org>, roe@example.org
To: all@example.org
Subject: =?utf-8?q?Kim_=C3=BCbt?=
 again
Date: Thu, 25 Apr 2019 10:30:00 +0200
Message-ID: <kim-1@example.org>
MIME-Version: 1.0
"""


def message(text: str | None = "He comes on Wednesday.", page: str | None = None) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "Jane Doe <jane@example.org>", "Kim to visit"
    if text is not None:
        made.set_content(text)
    if page is not None:
        made.add_alternative(page, subtype="html")
    return made


def attach(made: EmailMessage, name: str, data: bytes) -> None:
    made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)


def outcome(made: EmailMessage) -> list[tuple[str, str]]:
    found = parse("kim.eml", bytes(made), SOURCE)
    return [
        (item.source.removeprefix(SOURCE), item.text if isinstance(item, Article) else item.reason) for item in found
    ]


def test_what_a_message_says_of_itself() -> None:
    data = HEADERS.encode() + b"Content-Type: text/plain; charset=iso-8859-1\n\nEr kommt sp\xe4t.\r\nHeute.\n"
    assert parse("kim.eml", data, SOURCE) == [
        Article(
            "Kim übt again",
            "Er kommt spät.\nHeute.",
            SOURCE,
            published="2019-04-25T10:30:00+02:00",
            authors=("Jäne Doe",),
            published_from="message",
        )
    ]


def test_headers_beyond_ascii_are_read_and_a_date_that_is_none_stays_unknown() -> None:
    data = "From: Jäne Doe <j@example.org>\nSubject: Über Kim\nDate: soon\n\nText."
    for encoding in ("utf-8", "cp1252"):
        assert parse("a.eml", data.encode(encoding), SOURCE) == [
            Article("Über Kim", "Text.", SOURCE, authors=("Jäne Doe",))
        ]


def test_text_around_a_picture_is_all_taken() -> None:
    made = message("Before.")
    made.add_attachment(b"\x89PNG\0", maintype="image", subtype="png", filename="a.png", disposition="inline")
    made.add_attachment("After.", disposition="inline")
    assert outcome(made) == [("", "Before.\n\nAfter.")]


def test_the_plain_text_comes_before_the_page_unless_it_says_nothing() -> None:
    page = "<html><body><p>From the page.</p></body></html>"
    assert outcome(message("From the text.", page)) == [("", "From the text.")]
    assert outcome(message(" \n--\n", page)) == [("", "From the page.")]


def test_attached_documents_are_articles_and_pictures_are_passed_over() -> None:
    made = message()
    attach(made, "../plan.docx", docx("<w:p><w:r><w:t>The plan.</w:t></w:r></w:p>"))
    attach(made, "logo.png", b"\x89PNG\0")
    attach(made, "notes.txt", b"One.")
    attach(made, "notes.txt", b"Two.")
    attach(made, "all.zip", zipped({"a.txt": "Zipped."}))
    assert outcome(made) == [
        ("", "He comes on Wednesday."),
        ("#plan.docx", "The plan."),
        ("#notes.txt", "One."),
        ("#notes.txt (2)", "Two."),
        ("#all.zip", "type"),
    ]


def test_a_message_in_a_message_is_an_article_without_its_attachments() -> None:
    inner = message("The inner one.")
    attach(inner, "deep.txt", b"Deep.")
    made = message("The outer one.")
    made.add_attachment(inner)
    assert outcome(made) == [("", "The outer one."), ("#message.eml", "The inner one.")]


def test_an_envelope_without_words_gives_what_is_in_it() -> None:
    made = message("\n")
    assert outcome(made) == [("", "no_text")]
    attach(made, "notes.txt", b"One.")
    assert outcome(made) == [("#notes.txt", "One.")]


def test_no_more_than_fifty_attached_documents() -> None:
    made = message()
    for number in range(51):
        attach(made, f"{number}.txt", b"One.")
    found = outcome(made)
    assert len(found) == 52
    assert found[-2:] == [("#49.txt", "One."), ("", "too_large")]


def mailbox(*messages: str) -> bytes:
    return "".join(f"From jane@example.org Thu Apr 25 10:30:00 2019\n{text}\n" for text in messages).encode()


def test_a_mailbox_is_split_where_messages_begin() -> None:
    data = mailbox(
        "Message-ID: <one@x.org>\nSubject: One\n\nIt began.\n\nFrom here on it rains.\n>From Kim.\n",
        ">From kim Thu Apr 25 10:30:00 2019\nSubject: Two\n\nSecond.\n",
        "Message-ID: <one@x.org>\nSubject: Three\n\nThird.\n",
        "Subject: Four\n\n\n",
    )
    found = parse("all.mbox", data, "/m")
    assert [(item.source, item.text) for item in found if isinstance(item, Article)] == [
        ("/m#one@x.org", "It began.\n\nFrom here on it rains.\nFrom Kim."),
        ("/m#2", "Second."),
        ("/m#3", "Third."),
    ]
    assert [(item.source, item.reason) for item in found if isinstance(item, Rejection)] == [
        ("/m#4", RejectionReason.NO_TEXT)
    ]


def test_line_ends_of_windows_split_a_mailbox_too() -> None:
    data = mailbox("Subject: One\n\nFirst.\n", "Subject: Two\n\nSecond.\n").replace(b"\n", b"\r\n")
    assert [item.text for item in parse("Inbox", data, "/m") if isinstance(item, Article)] == ["First.", "Second."]


def test_messages_in_a_mailbox_in_an_archive_keep_their_attachments() -> None:
    made = message()
    attach(made, "notes.txt", b"One.")
    data = zipped({"all.mbox": mailbox(bytes(made).decode())})
    assert [item.source for item in parse("a.zip", data, "/a.zip")] == [
        "/a.zip#all.mbox#1",
        "/a.zip#all.mbox#1#notes.txt",
    ]


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("kim", HEADERS.encode(), Kind.MAIL),
        ("kim.eml", b"Words.", Kind.MAIL),
        ("Inbox", mailbox("Subject: One\n\nFirst."), Kind.MAILBOX),
        ("kim.txt", HEADERS.encode(), Kind.TEXT),
        ("kim", b"From here on, it rains.\nAnd rains.", None),
        ("kim", b"Note: this\nis no message.", None),
    ],
)
def test_the_beginning_tells_mail(name: str, head: bytes, kind: Kind | None) -> None:
    assert kind_of(name, head) is kind


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.eml", b"Words without a header.", "format"),
        ("a.mbox", b"Words.", "format"),
        ("a.eml", b"Subject: A\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 300, "too_large"),
        ("a.eml", b"Subject: A\n\n" + b"--\n" * 30_000, "too_large"),
    ],
)
def test_refusals(name: str, data: bytes, reason: str) -> None:
    (rejection,) = parse(name, data, "/news/a")
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason(reason)


@pytest.mark.parametrize(
    "header", ["From: " + "<a@b>," * 100_000, "Subject: " + "=?utf-8?q?a?= " * 50_000, "From: " + "(" * 9_000]
)
def test_endless_headers_take_no_time_and_lose_no_text(header: str) -> None:
    began = time.perf_counter()
    (article,) = parse("a.eml", f"{header}\nTo: b@c\n\nText.".encode(), SOURCE)
    assert isinstance(article, Article)
    assert article.text == "Text."
    assert time.perf_counter() - began < 5
