"""Files and folders: what is found, in which order, and what is refused."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from processes import children, soon

from index.article import Article
from index.errors import RejectionReason, SandboxUnavailable
from index.loaders import _MOST_BYTES_AHEAD, _MOST_FILES_AHEAD, load
from index.loaders.limits import Limits
from index.loaders.sandbox import Sandbox
from index.report import Rejection


def outcome(path: Path) -> list[tuple[str, str]]:
    """What came of each file: its source, and the article's text or the reason of refusal."""
    return [(item.source, item.text if isinstance(item, Article) else item.reason) for item in load(path)]


def write(path: Path, text: str) -> str:
    """Write a file with its folders; the source that it will have."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path.resolve())


def test_one_file(tmp_path: Path) -> None:
    source = write(tmp_path / "Über Kim.txt", "Kim to visit\nHe comes.")
    assert list(load(tmp_path / "Über Kim.txt")) == [Article("Kim to visit", "Kim to visit\nHe comes.", source)]


def test_a_relative_path_has_an_absolute_source(tmp_path: Path) -> None:
    source = write(tmp_path / "a.txt", "One.")
    relative = Path(os.path.relpath(tmp_path)) / "a.txt"
    assert outcome(relative) == [(source, "One.")]


def test_a_mixed_folder_in_sorted_order(tmp_path: Path) -> None:
    sources = [
        write(tmp_path / "a.txt", "One."),
        write(tmp_path / "b" / "deep" / "x.md", "*Two.*"),
        write(tmp_path / "b" / "y.html", "<p>Three.</p>"),
        write(tmp_path / "b" / "z.docx", "no"),
        write(tmp_path / "c.jsonl", '{"text": "Four."}\nbad'),
        write(tmp_path / "d", "no ending"),
        write(tmp_path / "e.txt", ""),
    ]
    write(tmp_path / ".hidden.txt", "Hidden.")
    write(tmp_path / ".git" / "a.txt", "Hidden.")
    expected = ["One.", "Two.", "Three.", "type", "Four.", "type", "empty"]
    lines = [(sources[4] + "#1", "Four."), (sources[4] + "#2", "format")]
    whole = list(zip(sources, expected, strict=True))
    assert outcome(tmp_path) == [*whole[:4], *lines, *whole[5:]]


def test_hidden_paths_are_read_where_they_are_named(tmp_path: Path) -> None:
    source = write(tmp_path / ".notes" / "a.txt", "One.")
    assert outcome(tmp_path / ".notes") == [(source, "One.")]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert list(load(tmp_path)) == []


def test_a_missing_path(tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    message = f"There is no file or folder {path.resolve()}; check the path."
    assert list(load(path)) == [Rejection(str(path.resolve()), RejectionReason.MISSING, message)]


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "o.txt", "Outside.")
    inside = write(tmp_path / "news" / "n.txt", "Inside.")
    news = tmp_path / "news"
    (news / "again.txt").symlink_to(news / "n.txt")
    (news / "loop").symlink_to(news, target_is_directory=True)
    (news / "other").symlink_to(tmp_path / "outside", target_is_directory=True)
    (news / "self.txt").symlink_to(news / "self.txt")
    (news / "to-nothing.txt").symlink_to(tmp_path / "nothing.txt")
    assert outcome(news) == [
        (inside, "Inside."),
        (outside, "Outside."),
        (str(news.resolve() / "self.txt"), "unreadable"),
        (str(tmp_path.resolve() / "nothing.txt"), "missing"),
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert outcome(tmp_path) == [(str(tmp_path.resolve() / "pipe.txt"), "type")]


def test_a_name_that_is_not_utf8_is_refused_in_printable_words(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "w") as stream:  # noqa: PTH123 - a path of bytes
        stream.write("One.")
    (rejection,) = load(tmp_path)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.ENCODING
    assert rejection.source == f"{tmp_path.resolve()}/caf\\xe9.txt"
    assert rejection.message == f"The path {rejection.source} is not valid UTF-8; rename it."


def test_a_file_over_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(10**12)  # a sparse file; reading it all would end the test
    assert outcome(path) == [(str(path.resolve()), "too_large")]


def test_unknown_types_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.mp4"
    with path.open("wb") as stream:
        stream.truncate(10**12)
    assert outcome(path) == [(str(path.resolve()), "type")]


@pytest.mark.parametrize(("name", "shown"), [("a\0b.txt", r"a\0b.txt"), ("a\ud800b.txt", r"a\ud800b.txt")])
def test_a_name_that_no_file_can_have_is_missing(name: str, shown: str) -> None:
    message = f"There is no file or folder {shown}; check the path."
    assert list(load(Path(name))) == [Rejection(shown, RejectionReason.MISSING, message)]


def test_installed_software_in_a_folder_is_skipped(tmp_path: Path) -> None:
    for folder in ("venv", "node_modules"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "LICENSE.txt").write_text("Words of a licence.", encoding="utf-8")
    (tmp_path / "venv" / "pyvenv.cfg").write_text("home = /usr/bin", encoding="utf-8")
    (tmp_path / "note.txt").write_text("Words of a note.", encoding="utf-8")
    assert [Path(item.source).name for item in load(tmp_path)] == ["note.txt"]


def numbered(folder: Path, count: int, text: str = "Article {number}.") -> list[str]:
    return [write(folder / f"{number:04}.txt", text.format(number=number)) for number in range(count)]


def test_many_files_come_in_their_order(tmp_path: Path) -> None:
    sources = numbered(tmp_path, 300)
    assert outcome(tmp_path) == [(source, f"Article {number}.") for number, source in enumerate(sources)]


def test_several_paths_come_in_theirs(tmp_path: Path) -> None:
    first, second = write(tmp_path / "b.txt", "One."), write(tmp_path / "a.txt", "Two.")
    paths = [tmp_path / "b.txt", tmp_path / "none.txt", tmp_path / "a.txt", tmp_path / "b.txt"]
    assert [item.source for item in load(*paths)] == [first, str(tmp_path.resolve() / "none.txt"), second, first]


def test_a_bounded_number_of_files_is_read_ahead(tmp_path: Path) -> None:
    sources = numbered(tmp_path, 2 * _MOST_FILES_AHEAD)
    with Sandbox() as sandbox:
        items = load(tmp_path, sandbox=sandbox)
        for _ in range(3):
            next(items)
        assert soon(lambda: sandbox._threads._work_queue.empty())
        changed = [Path(source).write_text("Changed.", encoding="utf-8") for source in sources]
        assert len(changed) == len(sources)
        old = [item for item in items if isinstance(item, Article) and item.text != "Changed."]
    assert _MOST_FILES_AHEAD - 2 <= len(old) <= _MOST_FILES_AHEAD


def test_a_bounded_number_of_bytes_is_read_ahead(tmp_path: Path) -> None:
    size = 4_000_000
    sources = numbered(tmp_path, 20, "words " * (size // 6))
    with Sandbox() as sandbox:
        items = load(tmp_path, sandbox=sandbox)
        for _ in range(2):
            next(items)
        assert soon(lambda: sandbox._threads._work_queue.empty())
        time.sleep(1)  # for those that are being read
        for source in sources:
            Path(source).write_text("Changed.", encoding="utf-8")
        old = [item for item in items if isinstance(item, Article) and item.text != "Changed."]
    assert 1 <= len(old) <= _MOST_BYTES_AHEAD // size + 1


def test_closing_the_iterator_ends_the_processes(tmp_path: Path) -> None:
    numbered(tmp_path, 50)
    before = children()
    items = load(tmp_path)
    next(items)
    assert len(children()) > len(before)
    items.close()
    assert children() == before


def test_the_files_beside_one_that_hangs_are_read(tmp_path: Path) -> None:
    sources = [write(tmp_path / f"{number}.txt", deed) for number, deed in enumerate(["print", "loop", "segfault"] * 2)]
    with Sandbox(limits=Limits(seconds=1), worker="hostile_worker") as sandbox:
        found = [(item.source, isinstance(item, Article) or item.reason) for item in load(tmp_path, sandbox=sandbox)]
    assert found == list(zip(sources, [True, "timeout", "crash"] * 2, strict=True))


def test_without_processes_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt", "Words.")
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(SandboxUnavailable, match="could not be started"):
        list(load(tmp_path))
