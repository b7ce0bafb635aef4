"""Progress moves on terminals, and elsewhere only says now and then how far it is."""

from __future__ import annotations

import pytest

from ui.progress import progress_bar, working


def test_a_log_gets_a_line_now_and_then(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0, 29.9, 30, 30, 31, 60, 60])
    monkeypatch.setattr("ui.progress.monotonic", lambda: next(now))
    with progress_bar("Adding") as update:
        for done in (1, 1000, 1001):
            update(done)
        update(1002, 2000, note="loss 1.00")
    assert capfd.readouterr() == ("", "Adding: 1,000\nAdding: 1,002 of 2,000 loss 1.00\n")


def test_short_work_leaves_nothing_in_a_log(capfd: pytest.CaptureFixture[str]) -> None:
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
