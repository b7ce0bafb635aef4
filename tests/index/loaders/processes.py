"""Which processes of this machine are whose, by Linux's own list."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def children(parent: int | None = None) -> list[int]:
    """The processes that a process has started, this one by default, dead ones that nobody waited for among them."""
    parent = parent or os.getpid()
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def is_running(process: int) -> bool:
    """Whether it is there and not a zombie that waits for somebody to ask after it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def soon(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
