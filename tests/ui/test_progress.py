"""Progress is for terminals only."""

from __future__ import annotations

import pytest

from ui.progress import progress_bar, working


def test_nothing_is_written_where_stderr_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Adding") as update, working("Waiting"):
        update(1)
        update(2, 10, note="loss 1.00")
    assert capfd.readouterr() == ("", "")


def test_a_name_is_no_markup(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Evaluating a[/b].json") as update:
        update(2, 10, note="[/c]")
    shown = capfd.readouterr().err
    assert [words in shown for words in ("a[/b].json", "[/c]")] == [True, True]


def test_a_terminal_shows_how_much_is_done(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Training") as update:
        update(2, 10, note="loss 1.00")
    shown = capfd.readouterr()
    assert shown.out == ""
    assert [words in shown.err for words in ("Training", "2/10", "loss 1.00")] == [True, True, True]
