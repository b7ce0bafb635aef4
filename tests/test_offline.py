"""Nothing leaves the machine: the real models answer with every socket to another host forbidden."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# An audit hook sees every connection and look-up that Python code makes, in whatever library.
PROGRAM = """
import os
import sys

def guard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print(event, arguments, file=sys.stderr, flush=True)
        os._exit(3)  # an exception could be swallowed, in a thread above all

sys.addaudithook(guard)
from ui.cli import main
main()
"""


def test_question_is_answered_without_a_single_connection(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("QA_LIBRARY", "HF_HUB_OFFLINE")}
    article = tmp_path / "bridge.txt"
    article.write_text("The new bridge\n\nThe new bridge is 62 metres high.", encoding="utf-8")
    environment |= {"PYTHONPATH": str(ROOT), "QA_LIBRARY": str(tmp_path / "library")}
    for arguments in (["add", str(article)], ["ask", "how high is the new bridge?"]):
        finished = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert finished.returncode == 0, finished.stderr
    assert "**62 metres**" in finished.stdout
