"""The command line as a whole: its help, its errors, and the few things that only real processes can show."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ui.cli import qa

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "gradio", "faiss", "transformers", "sentence_transformers", "rich", "uvicorn"}


def environment(folder: Path) -> dict[str, str]:
    """No library yet, and nothing that quiets the libraries but what the command does itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "QA_", "PYTHONWARN"))}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui", *map(str, arguments)]
    return subprocess.run(command, env=environment(folder), cwd=folder, capture_output=True, text=True, timeout=240)


@pytest.mark.parametrize("name", list(qa.commands))
def test_help_has_an_example_to_copy(name: str) -> None:
    result = CliRunner().invoke(qa, [name, "--help"], prog_name="qa")
    assert result.exit_code == 0
    assert f"  qa {name}" in result.stdout.partition("Example:")[2]


def test_the_commands_are_those_of_a_first_day() -> None:
    keeping = ["list", "remove", "edit", "check", "repair", "compact", "reembed", "backup", "restore", "export"]
    assert list(qa.commands) == ["add", "ask", "chat", "sync", "watch", "follow", "unfollow", *keeping, "eval", "train"]


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", {"article-qa": "1.2.3"}.__getitem__)
    assert CliRunner().invoke(qa, ["--version"], prog_name="qa").stdout == "qa, version 1.2.3\n"


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from ui.cli import qa\n"
        "for name in [[], *([name] for name in qa.commands)]:\n"
        "    qa.main([*name, '--help'], prog_name='qa', standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert HEAVY & set(ran.stdout.splitlines()[-1].split()) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask"],
        ["ask", "one", "two"],
        ["ask", "who?", "--top-k", "many"],
        ["eval", "a.json", "--mode", "closed"],
        ["search"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(qa, arguments, prog_name="qa")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: qa")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device", "/library"), "No space left on device: /library."),
        (OSError(28, "No space left on device"), "No space left on device."),
        (OSError("The disk is gone"), "The disk is gone."),
    ],
)
def test_an_error_of_the_machine_is_one_sentence_too(
    error: OSError, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("ui.opening.name_models", full)
    result = CliRunner().invoke(qa, ["list"], prog_name="qa")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {sentence}\n")


def test_ctrl_c_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ui.opening.name_models", interrupted)
    result = CliRunner().invoke(qa, ["ask", "who?"], prog_name="qa")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "\nStopped; what was stored before stays as it is.\n"


# From here on with the real models, in processes of their own: seconds each, so keep them few.


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which one article was added to the user's own library."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "summit.txt").write_text(
        "Summit in Vladivostok\n\nVladimir Putin and Kim Jong Un held their first summit on 25 April 2019.\n"
    )
    added = run(folder, "add", "summit.txt")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.endswith("1 added, 0 changed, 0 unchanged, 0 rejected.\n")
    return folder


def test_ask_prints_the_json_and_nothing_else(home: Path) -> None:
    asked = run(home, "ask", "When did Putin and Kim hold their first summit?", "--json")
    assert (asked.returncode, asked.stderr) == (0, "")
    best = json.loads(asked.stdout)["answers"][0]
    assert best["text"] == "25 April 2019"
    assert (home / "summit.txt").read_text()[best["start"] : best["end"]] == "25 April 2019"


def test_a_model_that_is_none_is_one_sentence(home: Path) -> None:
    (home / "no model").mkdir()
    reader = run(home, "ask", "who?", "--reader", "no model")
    assert (reader.returncode, reader.stdout) == (1, "")
    assert reader.stderr == "Error: The folder no model holds no model: config.json is missing.\n"
    embedder = run(home, "list", "--embedder", "no model")
    assert (embedder.returncode, embedder.stdout) == (1, "")
    assert embedder.stderr == ("Error: The model in no model has no model.safetensors; only such weights are loaded.\n")


def test_a_reader_that_has_gone_is_quiet(home: Path) -> None:
    command = [sys.executable, "-m", "ui", "list"]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_ctrl_c_while_adding_keeps_the_library_whole(home: Path) -> None:
    (home / "many.jsonl").write_text("".join(json.dumps({"text": f"Number {n}."}) + "\n" for n in range(5000)))
    library = ["--library", str(home / "stopped")]
    command = [sys.executable, "-m", "ui", "add", "many.jsonl", *library]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(home), cwd=home, text=True, **pipes) as process:
        _wait_for(home / "stopped" / "library.sqlite")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, stdout) == (130, "")
    said = re.fullmatch(  # on a busy machine a line tells how far it is
        r"(?:Adding: .*\n)*\nStopped; the same command adds the others\. Articles stored before that: ([\d,]+)\.\n",
        stderr,
    )
    listed = json.loads(run(home, "list", "--json", *library).stdout)
    assert said is not None, stderr
    assert int(said[1].replace(",", "")) <= len(listed) < 5000  # it may have come between the storing and the counting
    assert [article["source"].rpartition("#")[2] for article in listed] == [str(n + 1) for n in range(len(listed))]


def _wait_for(path: Path) -> None:
    """Until another process has made the file; nothing tells of it."""
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
