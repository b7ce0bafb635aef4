"""A zip archive is read like a folder, and holds no surprises."""

from __future__ import annotations

import io
import zipfile

import pytest
from documents import docx, zipped

from index.article import Article
from index.errors import RejectionReason
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/news/week.zip"


def outcome(data: bytes, *, max_bytes: int | None = None) -> list[tuple[str, str]]:
    """What came of each member: its name, and the article's text or the reason of refusal."""
    found = parse("week.zip", data, SOURCE, max_bytes=max_bytes)
    return [
        (item.source.removeprefix(f"{SOURCE}#"), item.text if isinstance(item, Article) else item.reason)
        for item in found
    ]


def test_every_visible_member_is_read_by_its_own_reader_in_sorted_order() -> None:
    data = zipped(
        {
            "b/page.html": "<html><p>Two.</p></html>",
            "a.txt": "One.",
            "b/": "",
            "c.docx": docx("<w:p><w:r><w:t>Three.</w:t></w:r></w:p>"),
            "d.jsonl": '{"text": "Four."}\nbad',
            "e.png": b"\x89PNG\0",
            "__MACOSX/a.txt": "Hidden.",
            ".hidden/a.txt": "Hidden.",
            "b/.DS_Store": "Hidden.",
        }
    )
    assert outcome(data) == [
        ("a.txt", "One."),
        ("b/page.html", "Two."),
        ("c.docx", "Three."),
        ("d.jsonl#1", "Four."),
        ("d.jsonl#2", "format"),
        ("e.png", "type"),
    ]


def test_the_stem_of_a_member_is_its_title_where_it_says_none() -> None:
    long = "word " * 100
    assert parse("week.zip", zipped({"b/Kim.txt": long}), SOURCE) == [Article("Kim", long, f"{SOURCE}#b/Kim.txt")]


@pytest.mark.parametrize("name", ["../a.txt", "b/../../a.txt", "/etc/a.txt", r"..\a.txt", r"C:\a.txt", "a\x1b[2J.txt"])
def test_names_that_lead_out_are_refused_and_their_neighbours_read(name: str) -> None:
    (taken,) = [found for found in outcome(zipped({"good.txt": "Good.", name: "Bad."})) if found[1] != "type"]
    assert taken == ("good.txt", "Good.")


def test_no_control_character_of_a_name_reaches_a_message() -> None:
    (rejection,) = parse("week.zip", zipped({"a\x1b[2J.txt": "Bad."}), SOURCE)
    assert isinstance(rejection, Rejection)
    assert "\x1b" not in rejection.source + rejection.message


def test_links_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert outcome(out.getvalue()) == [("link.txt", "type")]


def test_archives_in_archives_stay_closed() -> None:
    assert outcome(zipped({"inner.zip": zipped({"a.txt": "One."}), "b.txt": "Two."})) == [
        ("b.txt", "Two."),
        ("inner.zip", "type"),
    ]


@pytest.mark.parametrize("members", [{}, {"a.png": b"\x89PNG\0"}, {".a.txt": "One."}, {"a/": ""}])
def test_an_archive_without_anything_readable_is_one_refusal(members: dict[str, str | bytes]) -> None:
    (rejection,) = parse("week.zip", zipped(members), SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.source == SOURCE
    assert rejection.reason is RejectionReason.TYPE
    assert "holds no file of a type that can be read" in rejection.message


def test_the_limit_for_one_file_holds_for_members() -> None:
    data = zipped({"a.txt": "a" * 1_000, "b.txt": "Two."})
    assert outcome(data, max_bytes=500) == [("a.txt", "too_large"), ("b.txt", "Two.")]


@pytest.mark.parametrize(
    "members",
    [
        {"a.txt": b"a" * 50_000_000},
        {f"{number}.txt": b"a" for number in range(2_001)},
    ],
)
def test_an_archive_that_unpacks_to_too_much_is_refused(members: dict[str, str | bytes]) -> None:
    assert outcome(zipped(members)) == [(SOURCE, "too_large")]


def test_a_damaged_member_does_not_lose_the_others() -> None:
    data = bytearray(zipped({"a.txt": "One. " * 50, "b.txt": "Two."}))
    start = 30 + len("a.txt")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    assert outcome(bytes(data)) == [("a.txt", "unreadable"), ("b.txt", "Two.")]
