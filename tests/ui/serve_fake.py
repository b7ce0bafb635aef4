"""Serves the page over fake assistants, in a process that can reach nothing but this machine; prints its address.

Usage: serve_fake.py ARTICLES.jsonl EXAMPLE... The articles are the starter library; the first add makes another one.
Every look-up of another host and every connection to one fails and is named on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_LOCAL = {None, "", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1"}


def _only_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in _LOCAL:
        sys.stderr.write(f"OUTSIDE {event} {host!r}\n")
        raise PermissionError(f"This process may not reach {host!r}.")


def _announce(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


sys.addaudithook(_only_this_machine)

from fake_assistant import FakeAssistant  # noqa: E402

from index.article import Article  # noqa: E402
from index.loaders import load  # noqa: E402
from ui.server import serve  # noqa: E402
from ui.session import ChatSession  # noqa: E402


def _session() -> ChatSession:
    articles = [article for article in load(Path(sys.argv[1])) if isinstance(article, Article)]
    starter = FakeAssistant(*articles, read_only=True)
    starter.go_on = starter.counted  # the question after `wait` ends its waiting
    return ChatSession(starter, FakeAssistant)


if __name__ == "__main__":
    serve(_session, port=0, examples=sys.argv[2:], announce=_announce)
