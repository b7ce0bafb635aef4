"""The README is true: every command in it runs and prints what it shows; benchmarks are only parsed."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ui.cli import qa

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = "pip install -c constraints.txt . && qa chat"
TEST = "pip install -c constraints.txt '.[test]' && pytest"


@dataclass(frozen=True)
class Shown:
    """A command of the README and what it prints there, if anything is shown."""

    command: str
    output: str
    benchmark: bool


def shown_commands() -> Iterator[Shown]:
    for marker, block in re.findall(r"(<!-- benchmark -->\n)?```console\n(.*?)```", README, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Shown(command, output, bool(marker))


COMMANDS = list(shown_commands())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the reader of the README has it, with a home of its own."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "articles").mkdir()
    source = next((ROOT / "seeds" / "articles").glob("*putin-kim*"))
    (desk / "articles" / source.name).write_bytes(source.read_bytes())
    (desk / "notes.md").write_text("# The new bridge\n\nThe new bridge is 62 metres high.\n", encoding="utf-8")
    return desk


def environment(desk: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "GRADIO_"))}
    homes = {name: str(desk / "home" / name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME")}
    return kept | homes | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def run(desk: Path, *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=desk, env=environment(desk), capture_output=True, text=True, timeout=280
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def without_percent(text: str) -> str:
    """The text without how sure it is to the percent: processors differ in the last digits."""
    return re.sub(r"\d+% sure", "sure", text)


def test_first_screen_has_the_two_commands() -> None:
    first_screen = "\n".join(README.splitlines()[:40])
    assert f"$ {INSTALL}\n" in first_screen
    assert f"$ {TEST}\n" in first_screen
    assert len(README.splitlines()) <= 150


def test_checks_run_the_readmes_test_command() -> None:
    assert f"\n{TEST} || exit 1\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_commands_print_what_the_readme_shows(desk: Path) -> None:
    """In the order of the README: the first question goes to the starter library, later ones to the reader's own."""
    ran = 0
    for shown in COMMANDS:
        if shown.benchmark or shown.command in (INSTALL, TEST) or shown.command.startswith("qa chat"):
            continue
        program, *arguments = shlex.split(shown.command)
        assert program == "qa", shown.command
        printed = run(desk, "-m", "ui", *arguments)
        assert printed.strip(), shown.command
        if shown.output:
            assert without_percent(printed.strip()) == without_percent(shown.output.strip())
        ran += 1
    assert ran >= 4


def test_question_about_an_added_article_is_answered(desk: Path) -> None:
    run(desk, "-m", "ui", "add", "articles/", "notes.md")
    assert "**62 metres**" in run(desk, "-m", "ui", "ask", "how high is the new bridge?", "--top-k", "1")


def test_python_of_the_readme_runs(desk: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert "guarantees" in run(desk, "-c", block)


def test_chat_command_serves_the_page(desk: Path) -> None:
    (command,) = [shown.command for shown in COMMANDS if shown.command.startswith("qa chat --port")]
    arguments = shlex.split(command)[1:]
    arguments[-1] = "0"  # any free port
    with subprocess.Popen(
        [sys.executable, "-m", "ui", *arguments],
        cwd=desk,
        env=environment(desk),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            address = next(found for line in server.stdout if (found := re.search(r"http://\S+?:\d+", line)))
            with urllib.request.urlopen(address.group(), timeout=60) as page:
                assert "Article QA" in page.read().decode()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)


@pytest.mark.parametrize("shown", [shown for shown in COMMANDS if shown.benchmark], ids=lambda shown: shown.command)
def test_benchmarks_parse(shown: Shown) -> None:
    program, *arguments = shlex.split(shown.command)
    if program == "python":
        assert (ROOT / arguments[0]).is_file()
        return
    assert program == "qa"
    command = qa.commands[arguments[0]]
    context = command.make_context(arguments[0], arguments[1:])
    assert context.params
