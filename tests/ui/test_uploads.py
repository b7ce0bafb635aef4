"""Uploads and pastes as articles or rejections."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from processes import children

from index.article import Article
from index.errors import RejectionReason
from index.loaders.limits import Limits
from index.loaders.sandbox import Sandbox
from index.report import Rejection
from ui.uploads import MAX_FILE_BYTES, read_files, read_paste


def test_files_become_articles_whose_source_is_their_name(tmp_path: Path) -> None:
    bakery, chess = tmp_path / "bakery.txt", tmp_path / "chess.jsonl"
    bakery.write_text("Bruno bakes bread in Bremen.")
    chess.write_text('{"title": "Chess", "text": "Ada plays."}\n{"title": "Go", "text": "Bo plays."}\n')
    items = read_files([str(bakery), str(chess)])
    assert all(isinstance(item, Article) for item in items)
    assert [(item.source, item.text) for item in items if isinstance(item, Article)] == [
        ("bakery.txt (uploaded)", "Bruno bakes bread in Bremen."),
        ("chess.jsonl (uploaded)#1", "Ada plays."),
        ("chess.jsonl (uploaded)#2", "Bo plays."),
    ]


def test_a_file_that_cannot_be_taken_does_not_stop_the_others(tmp_path: Path) -> None:
    photo, long, good = tmp_path / "photo.png", tmp_path / "long.txt", tmp_path / "good.txt"
    photo.write_bytes(b"\x89PNG")
    long.write_bytes(b"a" * (MAX_FILE_BYTES + 1))
    good.write_text("Ada plays.")
    rejected_photo, rejected_long, article = read_files([photo, long, good])
    assert rejected_photo.reason is RejectionReason.TYPE
    assert rejected_photo.source == "photo.png (uploaded)"
    assert rejected_long.reason is RejectionReason.TOO_LARGE
    assert article.text == "Ada plays."


def test_files_are_parsed_in_a_process_that_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("loop")
    (tmp_path / "b.txt").write_text("print")
    hostile = partial(Sandbox, limits=Limits(seconds=1), worker="hostile_worker")
    monkeypatch.setattr("ui.uploads.Sandbox", hostile)
    before = children()
    rejection, article = read_files([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.TIMEOUT
    assert isinstance(article, Article)
    assert children() == before


def test_a_paste_becomes_an_article_unaltered() -> None:
    text = "  Ada plays.\n\nBo <b>watches</b>. "
    assert read_paste(" Chess ", text) == [Article("Chess", text, "Chess (pasted)")]


def test_without_a_title_the_first_line_serves() -> None:
    (article,) = read_paste("", "\nAda plays.\nBo watches.")
    assert article.title == "Ada plays."
    (article,) = read_paste(" ", "word " * 100)
    assert article.title == ("word " * 16)[:80]


def test_a_paste_without_words_is_rejected() -> None:
    (rejection,) = read_paste("Chess", " \n")
    assert (rejection.reason, rejection.message) == (RejectionReason.NO_TEXT, "No words were found in Chess (pasted).")
