"""qa edit."""

from __future__ import annotations

from pathlib import Path

from commanding import CommandLine


def test_corrections_are_shown_and_kept(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    (article,) = qa.json("list")
    result = qa("edit", article["id"], "--title", "Chess", "--published", "2019-04-25", "--author", "Ann", "--tag", "x")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"corrected  Chess ({chess})\n"
    assert qa("add", chess).stdout.splitlines()[-1] == "0 added, 0 changed, 1 unchanged, 0 rejected."
    (article,) = qa.json("list")
    assert (article["title"], article["published"]) == ("Chess", "2019-04-25")
    assert qa("edit", article["id"], "--published", "").exit_code == 0
    assert qa.json("list")[0]["published"] is None


def test_nothing_to_correct_is_a_mistake(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    result = qa("edit", "0000")
    assert result.exit_code == 2
    assert "Nothing to correct was given" in result.stderr


def test_an_unknown_id_and_a_bad_date_change_nothing(qa: CommandLine, chess: Path) -> None:
    qa("add", chess)
    before = qa.json("list")
    assert qa("edit", "0000", "--title", "A").exit_code == 1
    result = qa("edit", before[0]["id"], "--published", "04/05/2019")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "is not ISO 8601" in result.stderr
    assert qa.json("list") == before
