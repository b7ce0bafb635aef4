"""qa backup, qa restore, qa export."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import CommandLine

from index.database import DATABASE_FILE


@pytest.fixture
def news(qa: CommandLine, chess: Path) -> Path:
    """The folder of a library of two articles."""
    qa.write("articles/bakery.md", "---\ndate: 2024-05-01\nauthors: ['Doe, Jane']\n---\n# Bakery\n\nBruno *bakes*.\n")
    assert qa("add", chess.parent, "--library", qa.folder / "news").exit_code == 0
    return qa.folder / "news"


def test_a_backup_is_restored_as_it_was(qa: CommandLine, news: Path) -> None:
    file, again = qa.folder / "news.backup", qa.folder / "again"
    result = qa("backup", file, "--library", news)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"2 articles copied to {file}.\n", "")
    result = qa("restore", file, again)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"2 articles restored to {again}.\n", "")
    assert qa.json("list", "--library", again) == qa.json("list", "--library", news)
    assert qa("check", "--library", again).exit_code == 0
    assert qa.json("ask", "who chairs?", "--library", again)["answered"]


def test_a_backup_overwrites_nothing(qa: CommandLine, news: Path, chess: Path) -> None:
    before = chess.read_bytes()
    result = qa("backup", chess, "--library", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {chess} is there already; name a new file.\n"
    assert chess.read_bytes() == before


def test_a_restore_replaces_no_library(qa: CommandLine, news: Path) -> None:
    qa("backup", qa.folder / "news.backup", "--library", news)
    result = qa("restore", qa.folder / "news.backup", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {news} is there and not an empty folder; name a new one.\n"


def test_a_damaged_backup_makes_no_library(qa: CommandLine, news: Path) -> None:
    file = qa.folder / "news.backup"
    qa("backup", file, "--library", news)
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    result = qa("restore", file, qa.folder / "again")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: The backup {file} is damaged, so nothing was restored (")
    assert result.stderr.endswith("; take another one.\n")
    assert result.stderr.count("\n") == 1
    assert not (qa.folder / "again").exists()


def test_an_export_is_added_again_as_it_was(qa: CommandLine, news: Path) -> None:
    out, again = qa.folder / "out", qa.folder / "again"
    result = qa("export", out, "--library", news)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"2 articles written to {out}.\n", "")
    assert qa("add", out, "--library", again).exit_code == 0
    articles = qa.json("list", "--library", news)
    assert qa.json("list", "--library", again) == articles
    unchanged = qa("add", out, "--library", news).stdout.splitlines()[-1]
    assert unchanged == "0 added, 0 changed, 2 unchanged, 0 rejected."
    assert {path.name for path in out.iterdir()} == {
        f"bakery-{articles[0]['id']}.md",
        f"chess-club-{articles[1]['id']}.md",
    }


def test_an_export_tells_what_cannot_be_read_back(
    qa: CommandLine, news: Path, chess: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.export.MAX_BYTES", 500)
    qa.write("articles/chess.txt", "Chess club\n\n" + "Ada chairs committees. " * 30)
    qa("add", chess, "--library", news)
    result = qa("export", qa.folder / "out", "--library", news)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"too large  {chess} has more than qa add takes in one file",
        f"2 articles written to {qa.folder / 'out'}.",
    ]


def test_an_export_of_a_damaged_library_tells_what_is_lost(qa: CommandLine, news: Path, chess: Path) -> None:
    file = news / DATABASE_FILE
    data = file.read_bytes()
    assert data.count(b"Ada chairs") == 1
    file.write_bytes(data.replace(b"Ada chairs", b"Eve chairs"))
    result = qa("export", qa.folder / "out", "--library", news)
    assert result.exit_code == 1
    assert "damaged" in result.stdout + result.stderr


def test_an_export_needs_an_empty_folder(qa: CommandLine, news: Path, chess: Path) -> None:
    result = qa("export", chess.parent, "--library", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {chess.parent} is there and not an empty folder; name a new one.\n"


@pytest.mark.parametrize("command", ["backup", "export"])
def test_there_must_be_a_library(qa: CommandLine, chess: Path, command: str) -> None:
    new = qa.folder / "new"
    result = qa(command, new)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: You have no library yet; qa add PATH makes one.\n"
    result = qa(command, new, "--library", chess.parent)
    assert (
        result.stderr == f"Error: There is no library in {chess.parent}; name one that exists, or add articles first.\n"
    )
    assert not new.exists()


@pytest.mark.parametrize(
    ("command", "work", "said"),
    [
        (["backup", "new", "--library", "news"], "index.backup.backup", "no backup was made"),
        (["restore", "file", "new"], "index.backup.restore", "nothing was restored"),
        (["export", "new", "--library", "news"], "index.export.export", "nothing was exported"),
    ],
)
def test_ctrl_c_tells_what_was_not_done(
    qa: CommandLine, news: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], work: str, said: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, stop)
    monkeypatch.chdir(qa.folder)
    result = qa(*command)
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", f"\nStopped; {said}.\n")
