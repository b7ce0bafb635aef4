"""A folder that is followed: what is new, changed, gone, or cannot be read just now."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import loaders
from index.errors import InputRejected
from index.folder_sync import sync_folder
from index.library import Library
from index.loaders import load
from index.report import SyncReport


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "deep").mkdir(parents=True)
    (folder / "storm.txt").write_text("The harbour closed after the storm.")
    (folder / "chess.txt").write_text("Ada chairs the chess club.")
    (folder / "deep" / "bakery.txt").write_text("Bruno bakes bread.")
    (folder / "all.jsonl").write_text('{"id": "one", "text": "One."}\n{"id": "two", "text": "Two."}\n')
    return folder


def told(report: SyncReport) -> dict[str, list[str]]:
    names = {
        "added": report.report.added,
        "changed": report.report.changed,
        "unchanged": report.report.unchanged,
        "rejected": report.report.rejected,
        "gone": report.gone,
    }
    return {name: [Path(item.source).name for item in items] for name, items in names.items() if items}


ALL = ["all.jsonl#one", "all.jsonl#two", "chess.txt", "bakery.txt", "storm.txt"]


def test_a_change_of_each_kind(library: Library, news: Path) -> None:
    assert told(sync_folder(library, news)) == {"added": ALL}
    assert told(sync_folder(library, news)) == {"unchanged": ALL}
    (news / "chess.txt").write_text("Bea chairs the chess club.")
    (news / "storm.txt").unlink()
    (news / "new.txt").write_text("A new ferry.")
    (news / "deep" / "bakery.txt").write_bytes(b"\x7fELF\0")
    expected = {
        "added": ["new.txt"],
        "changed": ["chess.txt"],
        "unchanged": ["all.jsonl#one", "all.jsonl#two"],
        "rejected": ["bakery.txt"],
        "gone": ["storm.txt"],
    }
    held = library.articles()
    assert told(sync_folder(library, news, dry_run=True, remove=True)) == expected
    assert library.articles() == held
    report = sync_folder(library, news)
    assert (told(report), report.were_removed) == (expected, False)
    assert len(library) == 6
    expected["unchanged"][2:] = ["chess.txt", "new.txt"]
    report = sync_folder(library, news, remove=True)
    assert told(report) == {name: expected[name] for name in ("unchanged", "rejected", "gone")}
    assert report.were_removed
    assert [Path(summary.source).name for summary in library.articles()] == [
        *["all.jsonl#one", "all.jsonl#two", "bakery.txt", "chess.txt", "new.txt"]
    ]


def test_lines_that_have_gone_and_lines_that_cannot_be_read(library: Library, news: Path) -> None:
    sync_folder(library, news)
    (news / "all.jsonl").write_text('{"id": "one", "text": "One."}\n')
    assert told(sync_folder(library, news, dry_run=True))["gone"] == ["all.jsonl#two"]
    (news / "all.jsonl").write_text('{"id": "one", "text": "One."}\n{"id": "two", "te')
    assert "gone" not in told(sync_folder(library, news, dry_run=True))
    (news / "all.jsonl").write_bytes(b"\0")
    assert "gone" not in told(sync_folder(library, news, dry_run=True))


def test_a_hidden_file_that_was_named_has_not_gone(library: Library, news: Path) -> None:
    (news / ".notes").mkdir()
    (news / ".notes" / "a#1.txt").write_text("A note.")
    library.add(load(news / ".notes"))
    assert "gone" not in told(sync_folder(library, news, remove=True))
    (news / ".notes" / "a#1.txt").unlink()
    assert told(sync_folder(library, news, remove=True))["gone"] == ["a#1.txt"]


def test_a_folder_within_that_cannot_be_read_has_not_gone(
    library: Library, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_folder(library, news)
    visible = loaders._visible

    def locked(folder: Path) -> list[Path]:
        if folder.name == "deep":
            raise PermissionError(13, "Permission denied", str(folder))
        return visible(folder)

    monkeypatch.setattr(loaders, "_visible", locked)
    report = told(sync_folder(library, news, remove=True))
    assert (report["rejected"], "gone" in report) == (["deep"], False)
    assert len(library) == 5


def test_what_is_elsewhere_is_left_alone(library: Library, news: Path, tmp_path: Path) -> None:
    (tmp_path / "news-2").mkdir()
    (tmp_path / "news-2" / "other.txt").write_text("Another one.")
    sync_folder(library, tmp_path / "news-2")
    sync_folder(library, news)
    assert told(sync_folder(library, news, remove=True)) == {"unchanged": ALL}
    assert len(library) == 6


def test_an_empty_folder_and_one_that_has_gone(library: Library, news: Path, tmp_path: Path) -> None:
    sync_folder(library, news)
    news.rename(tmp_path / "elsewhere")
    with pytest.raises(InputRejected, match="There is no folder"):
        sync_folder(library, news, remove=True)
    news.mkdir()
    with pytest.raises(InputRejected, match="is empty"):
        sync_folder(library, news, remove=True)
    assert len(sync_folder(library, news).gone) == len(library) == 5
    (news / "new.txt").write_text("A new ferry.")
    sync_folder(library, news, remove=True)
    assert len(library) == 1


def test_a_dry_run_makes_no_library(library: Library, news: Path) -> None:
    assert told(sync_folder(library, news, dry_run=True)) == {"added": ALL}
    assert not library.folder.exists()
