"""qa add, qa list, qa remove."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from commanding import CommandLine
from processes import children

from index.article import Article
from index.errors import DiskFull
from index.library import Library
from index.preparing import PreparedArticle
from index.report import Change


def ids(qa: CommandLine, *options: str | Path) -> list[str]:
    return [article["id"] for article in qa.json("list", *options)]


def test_add_tells_what_became_of_each_article(qa: CommandLine, chess: Path) -> None:
    first = qa("add", chess)
    assert first.exit_code == 0
    assert first.stdout.splitlines() == [
        f"added      Chess club ({chess})",
        "1 added, 0 changed, 0 unchanged, 0 rejected.",
    ]
    assert qa("add", chess.parent).stdout.splitlines() == [
        f"unchanged  Chess club ({chess})",
        "0 added, 0 changed, 1 unchanged, 0 rejected.",
    ]
    chess.write_text("Chess club\n\nBob chairs committees.\n")
    assert qa("add", chess).stdout.splitlines() == [
        f"changed    Chess club ({chess})",
        "0 added, 1 changed, 0 unchanged, 0 rejected.",
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "is empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0", "holds a PNG image, not text"),
        ("utf16.txt", b"\xff\xfe\x00\xd8 \x00", "cannot be told for sure; save it as UTF-8"),
        ("archive.zip", b"PK\x03\x04", "is a damaged archive; open it and save it anew"),
        ("article.pdf", gzip.compress(b"words"), "is not a PDF document, as its name says, but a gzip archive"),
        ("film.mp4", b"\0\0\0\x18ftypmp42", "is not of a type that can be read"),
        ("damaged.jsonl", b'{"text": "Words."}\n{"text": \n', "Line 2 of"),
    ],
)
def test_what_cannot_be_taken_is_one_line_and_the_rest_is_stored(
    qa: CommandLine, chess: Path, name: str, content: bytes, reason: str
) -> None:
    bad = qa.write(name, content)
    result = qa("add", bad, chess)
    assert result.exit_code == 1
    (rejected,) = [line for line in result.stdout.splitlines() if line.startswith("rejected")]
    assert reason in rejected
    assert str(bad) in rejected
    assert Article("Chess club", "x", str(chess)).id in ids(qa)


def test_a_missing_path_and_an_address_are_rejected(qa: CommandLine, chess: Path) -> None:
    result = qa("add", "https://127.0.0.1/a", qa.folder / "none.txt", chess)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"added      Chess club ({chess})",
        "rejected   https://127.0.0.1/a is not fetched: it leads to 127.0.0.1, which is no public machine; save the page and "
        "add its file.",
        f"rejected   There is no file or folder {qa.folder / 'none.txt'}; check the path.",
        "1 added, 0 changed, 0 unchanged, 2 rejected.",
    ]


def test_what_is_rejected_makes_no_library(qa: CommandLine) -> None:
    assert qa("add", "https://127.0.0.1/a", "--library", qa.folder / "new").exit_code == 1
    assert not (qa.folder / "new").exists()


def test_names_and_titles_cannot_write_to_the_terminal(qa: CommandLine) -> None:
    taken = qa.write("calm\x1b[2J.txt", "Calm \u202egpj.exe\n\nWords.\n")
    refused = qa.write("calm\x1b]0;owned\x07.mp4", "")
    added = qa("add", taken, refused).stdout.splitlines()
    assert added[0] == f"added      Calm gpj.exe ({qa.folder}/calm.txt)"
    assert added[1].startswith(f"rejected   {qa.folder}/calm.mp4 is not of a type")
    assert qa("list").stdout.endswith(f"  Calm gpj.exe  {qa.folder}/calm.txt\n")
    assert qa("remove", *ids(qa)).stdout == f"removed    Calm gpj.exe ({qa.folder}/calm.txt)\n"


def test_the_option_goes_over_the_variable_over_the_own_library(
    qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(text: str, *options: str | Path) -> str:
        source = qa.write(f"{text}.txt", f"{text}\n")
        qa("add", source, *options)
        return Article(text, text, str(source)).id

    own = add("own")
    monkeypatch.setenv("QA_LIBRARY", str(qa.folder / "by variable"))
    by_variable = add("variable")
    by_option = add("option", "--library", qa.folder / "by option")
    assert ids(qa) == [by_variable]
    assert ids(qa, "--library", qa.folder / "by option") == [by_option]
    monkeypatch.delenv("QA_LIBRARY")
    assert ids(qa) == [own]
    assert (qa.folder / "data" / "article-qa" / "library").is_dir()


def test_list_shows_id_date_title_and_source(qa: CommandLine) -> None:
    lines = (
        '{"title": "Quake", "text": "Words.", "source": "q", "published": "2024-05-01T10:00:00"}\n{"text": "Words."}\n'
    )
    source = qa.write("news.jsonl", lines)
    qa("add", source)
    quake, untitled = Article("", "x", "q").id, Article("", "x", f"{source}#2").id
    assert qa("list").stdout.splitlines() == [
        f"{quake}  2024-05-01  Quake  q",
        f"{untitled}              news  {source}#2",
    ]
    assert qa.json("list")[0] == {
        "id": quake,
        "title": "Quake",
        "source": "q",
        "url": None,
        "site": None,
        "published": "2024-05-01T10:00:00",
        "characters": 6,
    }


def test_list_of_an_empty_library(qa: CommandLine) -> None:
    (qa.folder / "empty").mkdir()
    result = qa("list", "--library", qa.folder / "empty")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "The library has no articles yet; add some with: qa add PATH\n"
    assert qa.json("list", "--library", qa.folder / "empty") == []


def test_remove_takes_all_or_none(qa: CommandLine, chess: Path) -> None:
    bakery = qa.write("articles/bakery.txt", "Bakery\n\nBruno bakes bread.\n")
    qa("add", chess.parent)
    first, second = ids(qa)
    refused = qa("remove", first, "0000")
    assert refused.exit_code == 1
    assert refused.stderr == "Error: No article has the id '0000'; the ids are those that a list shows.\n"
    assert ids(qa) == [first, second]
    removed = qa("remove", first, first)
    assert (removed.exit_code, removed.stdout) == (0, f"removed    Bakery ({bakery})\n")
    assert ids(qa) == [second]


def test_remove_without_a_library_leaves_the_starter_library_alone(qa: CommandLine) -> None:
    result = qa("remove", "0000")
    assert (result.exit_code, result.stderr) == (1, "Error: You have no library yet; qa add PATH makes one.\n")


@pytest.mark.parametrize("command", [["list"], ["ask", "who chairs?"], ["remove", "0000"]])
def test_a_mistyped_library_is_an_error_and_is_not_made(qa: CommandLine, chess: Path, command: list[str]) -> None:
    qa("add", chess, "--library", qa.folder / "news")
    result = qa(*command, "--library", qa.folder / "newts")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: There is no library at {qa.folder / 'newts'} (libraries there: news)")
    assert result.stderr.count("\n") == 1
    assert not (qa.folder / "newts").exists()


@pytest.mark.parametrize("command", [["list"], ["ask", "who chairs?"], ["remove", "0000"], ["add", "."]])
def test_what_is_no_library_is_left_as_it_is(qa: CommandLine, chess: Path, command: list[str]) -> None:
    in_folder = qa(*command, "--library", chess.parent)
    assert (in_folder.exit_code, in_folder.stdout) == (1, "")
    other = "a new or an empty folder" if command[0] in ("add", "remove") else "one that exists"
    assert in_folder.stderr == f"Error: The folder {chess.parent} holds other things and no library; name {other}.\n"
    on_file = qa(*command, "--library", chess)
    assert (on_file.exit_code, on_file.stdout) == (1, "")
    assert on_file.stderr == f"Error: {chess} is a file; a library is a folder.\n"
    assert [path.name for path in chess.parent.iterdir()] == ["chess.txt"]


def test_an_empty_path_is_not_the_current_folder(qa: CommandLine) -> None:
    result = qa("add", "")
    assert result.exit_code == 1
    assert "An empty path names nothing; give a file or a folder." in result.stdout
    assert "1 rejected" in result.stdout


def test_a_disk_that_fills_tells_how_much_was_added(qa: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        qa.write(f"many/{number}.txt", f"Article {number}.\n")
    store, stored = Library.store, []

    def filling(self: Library, prepared: PreparedArticle) -> Change:
        if len(stored) == 2:
            raise DiskFull("The disk is full; make room and try again.")
        stored.append(prepared)
        return store(self, prepared)

    monkeypatch.setattr(Library, "store", filling)
    result = qa("add", qa.folder / "many")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: The disk is full; make room and try again. Articles stored before that: 2.\n"


def test_ctrl_c_leaves_no_process_that_parses(
    qa: CommandLine, fake_embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        qa.write(f"many/{number}.txt", f"Article {number}.\n")
    before, during = children(), []

    def interrupted(titles: list[str], texts: list[str]) -> Any:
        during.extend(children())
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(fake_embedder, "embed_passages", interrupted)
        assert qa("add", qa.folder / "many").exit_code == 130
    assert len(during) > len(before)
    assert children() == before
    assert qa("add", qa.folder / "many").stdout.endswith("300 added, 0 changed, 0 unchanged, 0 rejected.\n")


def test_without_a_process_to_parse_in_the_command_says_so(
    qa: CommandLine, chess: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    result = qa("add", chess)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The process that files are read in could not be started (No such file")


def test_ctrl_c_keeps_what_was_added(qa: CommandLine, fake_embedder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):  # one more than are embedded together at first, and then
        qa.write(f"many/{number}.txt", f"Article {number}.\n")
    embed, calls = fake_embedder.embed_passages, []

    def interrupted(titles: list[str], texts: list[str]) -> Any:
        calls.append(len(texts))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return embed(titles, texts)

    monkeypatch.setattr(fake_embedder, "embed_passages", interrupted)
    result = qa("add", qa.folder / "many")
    assert calls == [1, 2]
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "\nStopped; the same command adds the others. Articles stored before that: 1.\n"
    assert [article["title"] for article in qa.json("list")] == [f"Article {number}." for number in range(1)]
