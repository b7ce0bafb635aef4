"""The page, served by a process of its own that can reach nothing but this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index.article import Article

_HERE = Path(__file__).parent

EXAMPLES = ("Where did the rescue happen?", "What guarantees?")

# Variables that would open the page to others, or switch on what should be off, if they had any effect.
HOSTILE_ENVIRONMENT = {
    "GRADIO_SHARE": "True",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_VIBE_MODE": "1",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_ROOT_PATH": "https://outside.example",
    "GRADIO_WATCH_DIRS": "/",
    "GRADIO_LOCAL_DEV_MODE": "1",
    "GRADIO_RUN_HISTORY": "True",
    "FORWARDED_ALLOW_IPS": "*",
}


@dataclass(frozen=True)
class Served:
    """A page that is being served, and the file with what its process wrote on stderr."""

    address: str
    log: Path


@contextmanager
def serving(folder: Path, articles: Sequence[Article], examples: Sequence[str] = EXAMPLES) -> Iterator[Served]:
    """Serve `articles` as the starter library.

    At the end, fail if the process tried to reach another host or leaves anything behind.
    """
    starter, log, temporary = folder / "starter.jsonl", folder / "stderr.txt", folder / "temporary"
    temporary.mkdir()
    starter.write_text("".join(json.dumps(asdict(article)) + "\n" for article in articles), encoding="utf-8")
    command = [sys.executable, str(_HERE / "serve_fake.py"), str(starter), *examples]
    environment = os.environ | HOSTILE_ENVIRONMENT | {"PYTHONPATH": str(_HERE.parents[1]), "TMPDIR": str(temporary)}
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address, log.read_text()
            yield Served(address, log)
        finally:
            process.terminate()
    assert "OUTSIDE" not in log.read_text()
    assert list(temporary.iterdir()) == []
