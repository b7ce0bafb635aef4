"""qa check, qa repair, qa compact, qa reembed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from commanding import CommandLine

from index.article import Article
from index.database import DATABASE_FILE
from index.library import Library
from index.opening import WHAT_TO_DO_WITHOUT_FILE as WITHOUT_FILE
from index.page_checksums import checked_files
from index.passages import PassageSettings
from index.salvage import Places
from index.vector_cache import VECTORS_FILE
from tests.conftest import FakeEmbedder

WHOLE = "The library is whole: all that is stored is as it was written.\n"
COMMANDS = ["check", "repair", "compact", "reembed"]


@pytest.fixture
def news(qa: CommandLine, chess: Path) -> Path:
    """The folder of a library of two articles."""
    qa.write("articles/bakery.txt", "Bakery\n\nBruno bakes bread.\n")
    assert qa("add", chess.parent, "--library", qa.folder / "news").exit_code == 0
    return qa.folder / "news"


def change(folder: Path, statement: str) -> None:
    """Change what is stored, as damage that no page's checksum shows."""
    connection = apsw.Connection(str(folder / DATABASE_FILE), vfs=checked_files())
    connection.execute(statement)
    connection.close()


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def test_a_whole_library(qa: CommandLine, news: Path) -> None:
    result = qa("check", "--library", news)
    assert (result.exit_code, result.stdout, result.stderr) == (0, WHOLE, "")


def test_a_whole_library_is_not_repaired(qa: CommandLine, news: Path) -> None:
    before = (news / DATABASE_FILE).read_bytes()
    result = qa("repair", "--library", news)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "All articles are whole; nothing was changed.\n"
    assert (news / DATABASE_FILE).read_bytes() == before
    assert not list(news.glob("library.damaged*"))


def test_a_damaged_cache_is_named_and_written_anew(qa: CommandLine, news: Path) -> None:
    flip(news / VECTORS_FILE, 100)
    result = qa("check", "--library", news)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"damaged    {news / VECTORS_FILE} is not what was saved")
    assert qa("repair", "--library", news).stdout == (
        "All articles are whole; its cache of vectors was damaged and is made anew.\n"
    )
    assert (news / VECTORS_FILE).exists()
    assert not list(news.glob("library.damaged*"))
    assert qa("check", "--library", news).stdout == WHOLE


def test_a_folder_in_the_place_of_the_cache_is_named(qa: CommandLine, news: Path) -> None:
    (news / VECTORS_FILE).unlink()
    (news / VECTORS_FILE).mkdir()
    result = qa("check", "--library", news)
    assert result.exit_code == 1
    assert f"{news / VECTORS_FILE} is no file, but has the place of a cache; delete it." in result.stdout
    repaired = qa("repair", "--library", news)
    assert (repaired.exit_code, repaired.stderr) == (
        1,
        f"Error: {news / VECTORS_FILE} cannot be removed (Is a directory); remove it yourself.\n",
    )


@pytest.mark.parametrize("command", [*COMMANDS, "list", "add"])
def test_a_library_that_lost_its_file_is_not_begun_anew(qa: CommandLine, news: Path, chess: Path, command: str) -> None:
    (news / DATABASE_FILE).unlink()
    result = qa(command, *([chess] if command == "add" else []), "--library", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: The library in {news} lacks its file, library.sqlite; {WITHOUT_FILE}.\n"
    assert not (news / DATABASE_FILE).exists()


@pytest.mark.parametrize("command", [*COMMANDS, "list", "add"])
def test_a_library_whose_file_is_empty_is_not_begun_anew(
    qa: CommandLine, news: Path, chess: Path, command: str
) -> None:
    (news / DATABASE_FILE).write_bytes(b"")
    result = qa(command, *([chess] if command == "add" else []), "--library", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: The file of the library in {news}, {DATABASE_FILE}, is empty; {WITHOUT_FILE}.\n"
    assert (news / DATABASE_FILE).read_bytes() == b""


def test_a_damaged_article_is_named_and_repaired(qa: CommandLine, news: Path, chess: Path) -> None:
    change(news, "UPDATE articles SET text = replace(text, 'Ada', 'Eve')")
    result = qa("check", "--library", news)
    assert (result.exit_code, result.stderr) == (1, "")
    damage, summary = result.stdout.splitlines()
    assert damage == f"damaged    {chess} is not whole."
    assert summary == "1 damaged; keep what is whole with: qa repair"
    repaired = qa("repair", "--library", news)
    assert (repaired.exit_code, repaired.stderr) == (3, "")
    assert repaired.stdout.splitlines() == [
        f"lost       {chess}",
        "1 kept, 1 lost.",
        f"The damaged file is kept: {news / 'library.damaged-1.sqlite'}",
    ]
    assert (news / "library.damaged-1.sqlite").is_file()
    assert qa("check", "--library", news).stdout == WHOLE
    assert [article["title"] for article in qa.json("list", "--library", news)] == ["Bakery"]
    assert qa("add", chess, "--library", news).exit_code == 0


def test_a_library_that_does_not_open_is_a_finding(qa: CommandLine, news: Path) -> None:
    flip(news / DATABASE_FILE, 20)  # how many bytes of each page are its checksum
    result = qa("check", "--library", news)
    assert (result.exit_code, result.stderr) == (1, "")
    damage, summary = result.stdout.splitlines()
    assert damage.startswith(f"damaged    The library in {news} is damaged (")
    assert summary == "1 damaged; keep what is whole with: qa repair"


def test_a_repair_that_loses_nothing(qa: CommandLine, news: Path, fake_embedder: Any) -> None:
    change(news, "UPDATE passages SET vector = zeroblob(256)")
    assert qa("check", "--library", news).exit_code == 1
    embedded = fake_embedder.embedded
    result = qa("repair", "--library", news)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "2 kept, 0 lost."
    assert fake_embedder.embedded > embedded
    assert qa("check", "--library", news).stdout == WHOLE


def test_a_repair_says_that_it_does_not_know_all(qa: CommandLine, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(news, "UPDATE passages SET vector = zeroblob(256)")
    monkeypatch.setattr("index.repair.find_places", lambda _: Places({1: None, 2: None}, are_all=False))
    result = qa("repair", "--library", news)
    assert (result.exit_code, result.stderr) == (3, "")
    assert result.stdout.splitlines()[0] == "2 kept, 0 lost, and an unknown number more may be lost."


def test_a_repair_never_starts_empty(qa: CommandLine, news: Path) -> None:
    change(news, "UPDATE articles SET text = 'Nothing that was written.'")
    before = (news / DATABASE_FILE).read_bytes()
    result = qa("repair", "--library", news)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: No article in {news} is whole, so nothing was changed; restore it from a backup.\n"
    )
    assert (news / DATABASE_FILE).read_bytes() == before


def test_ctrl_c_leaves_a_repair_undone(
    qa: CommandLine, news: Path, fake_embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(news, "UPDATE passages SET vector = zeroblob(256)")

    def interrupted(titles: list[str], texts: list[str]) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(fake_embedder, "embed_passages", interrupted)
    result = qa("repair", "--library", news)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "\nStopped; the library is as it was before.\n"
    assert len(qa.json("list", "--library", news)) == 2


def test_compacting_leaves_no_trace_and_tells_the_size(qa: CommandLine, news: Path) -> None:
    secret = qa.write("secret.txt", "Secret\n\n" + "Xylophone plans of Quentin. " * 500)
    qa("add", secret, "--library", news)
    ids = {article["title"]: article["id"] for article in qa.json("list", "--library", news)}
    qa("remove", ids["Secret"], "--library", news)
    before = sum(path.stat().st_size for path in news.iterdir())
    result = qa("compact", "--library", news)
    after = sum(path.stat().st_size for path in news.iterdir())
    assert result.exit_code == 0
    assert result.stdout == f"The library's files had {before:,} bytes, and now have {after:,}.\n"
    assert after < before
    assert not list(news.glob("*-shm"))
    for path in news.iterdir():
        assert b"ylophon" not in path.read_bytes().lower(), path
    assert qa("check", "--library", news).stdout == WHOLE


def test_compacting_names_what_a_repair_kept(qa: CommandLine, news: Path) -> None:
    change(news, "UPDATE passages SET vector = zeroblob(256)")
    qa("repair", "--library", news)
    kept = news / "library.damaged-1.sqlite"
    lines = qa("compact", "--library", news).stdout.splitlines()
    assert lines[1:] == [f"Removed articles may still be in {kept}, which a repair kept; delete it."]


def test_embedding_anew_with_another_model(
    qa: CommandLine, news: Path, fake_embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_embedder, "fingerprint", replace(fake_embedder.fingerprint, weights_sha256="other"))
    assert "qa reembed" in qa("list", "--library", news).stderr
    result = qa("reembed", "--library", news)
    assert (result.exit_code, result.stdout) == (0, "2 articles were embedded with fake.\n")
    assert len(qa.json("list", "--library", news)) == 2
    assert qa("check", "--library", news).stdout == WHOLE


@pytest.mark.parametrize("command", ["check", "compact", "repair"])
def test_a_library_made_in_python_with_another_model_is_looked_after(
    qa: CommandLine, fake_embedder: Any, command: str
) -> None:
    folder = qa.folder / "python"
    other = FakeEmbedder(32, weights="other")
    with Library.open(folder, other, settings=PassageSettings(24, 6)) as library:
        library.add([Article("Chess", "Ada chairs the chess club. " * 30, "chess.txt")])
        found = library.search("Who chairs the chess club?", 3)
    result = qa(command, "--library", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    assert fake_embedder.embedded == 0
    with Library.open(folder, other, settings=PassageSettings(24, 6)) as library:
        assert library.search("Who chairs the chess club?", 3) == found
        assert library.check() == []


@pytest.mark.parametrize("command", COMMANDS)
def test_there_must_be_a_library(qa: CommandLine, chess: Path, command: str) -> None:
    result = qa(command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: You have no library yet; qa add PATH makes one.\n"
    result = qa(command, "--library", qa.folder / "none")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: There is no library at {qa.folder / 'none'}")
    assert qa(command, "--library", chess.parent).exit_code == 1
    assert [path.name for path in chess.parent.iterdir()] == ["chess.txt"]


@pytest.mark.parametrize("command", ["repair", "reembed"])
def test_the_model_can_be_named(qa: CommandLine, news: Path, command: str) -> None:
    if command == "repair":
        change(news, "UPDATE passages SET vector = zeroblob(256)")
    assert qa(command, "--library", news, "--embedder", "other/model").exit_code == 0
    assert qa.named[-1] == ("other/model", None)
