"""The command line in this process, with models that a person can compute by hand and folders of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from index.embedder import Embedder
from qa.reader import Reader
from ui.cli import qa
from ui.opening import Models


class CommandLine:
    """Runs commands as if nothing was set up on this machine yet: no library, no cache, no variable."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader) -> None:
        self.folder = folder
        self.named: list[tuple[str | None, ...]] = []
        self._models = Models(embedder, reader)
        monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        monkeypatch.delenv("QA_LIBRARY", raising=False)
        monkeypatch.setattr("ui.opening.name_models", self._name_models)

    def __call__(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(qa, list(map(str, arguments)), prog_name="qa", catch_exceptions=False)

    def json(self, *arguments: str | Path) -> Any:
        """What a command prints with --json; stdout must hold nothing else."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def write(self, name: str, content: str | bytes) -> Path:
        """A file with that content."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def _name_models(self, embedder: str | None = None, reader: str | None = None) -> Models:
        self.named.append((embedder, reader))
        return self._models
