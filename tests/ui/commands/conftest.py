"""The command line over fakes, and a file for it to add."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import CommandLine

from index.embedder import Embedder
from qa.reader import Reader


@pytest.fixture
def qa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_embedder: Embedder, fake_reader: Reader) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, fake_embedder, fake_reader)


@pytest.fixture
def chess(qa: CommandLine) -> Path:
    """A file whose question is "who chairs?", answered by "committees"."""
    return qa.write(
        "articles/chess.txt", "Chess club\n\nAda chairs committees on Friday. The club was founded in 1987.\n"
    )
