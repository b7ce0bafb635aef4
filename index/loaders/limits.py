"""What a process that parses may use, and how it gives up the rest before it sees a byte from outside.

                    Linux               macOS               Windows
    memory          yes                 no                  no
    processor time  yes                 yes                 no
    wall time       yes                 yes                 yes, by a timer of the parent
    output          yes                 yes                 yes
    no processes    yes (*)             yes (*)             where Python starts them
    no files        yes                 yes                 where Python writes them
    no sockets      where Python opens them
    lower priority  yes                 yes                 no
    ends with its   always              where it waits      where it waits
    parent                              for work            for work

(*) for root too where Python starts them; else the parent kills all that the process started, with it.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_LARGE = 5_000_000
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
_NICENESS = 5
_MOST_PROCESSOR_SECONDS = 3600
"""In the whole life of a process, whatever it does with the limit of one document."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

_FORBIDDEN = ("socket.", "subprocess.", "shutil.", "tempfile.", "ftplib.", "http.client.", "urllib.", "smtplib.")
_FORBIDDEN_IN_OS = frozenset(
    f"os.{name}"
    for name in (
        *("system", "exec", "fork", "forkpty", "posix_spawn", "spawn", "startfile", "kill", "killpg"),
        *("remove", "rename", "mkdir", "rmdir", "link", "symlink", "truncate", "chmod", "chown", "utime"),
    )
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of one document, bytes of memory of its process, bytes of all its results, documents of one process."""

    seconds: float = 10
    seconds_if_large: float = 20
    memory: int = 512_000_000
    output: int = 200_000_000
    documents: int = 100

    def seconds_for(self, size: int) -> float:
        """The seconds that a document of `size` bytes may take."""
        return self.seconds_if_large if size > _LARGE else self.seconds


def reduced_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a parser needs: no tokens, no proxies, and the same modules as here."""
    kept = {name: environment[name] for name in _KEPT_VARIABLES if name in environment}
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - a Path would drop nothing else
    return kept | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def end_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends, where the system can."""
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os._exit(0)


def be_modest() -> None:
    """Let everything else on the machine go first."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def give_up_rights(memory: int) -> None:
    """Take from this process, for good, what parsing does not need, and all memory beyond `memory` bytes."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"RLIMIT_AS": memory, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NPROC": 0}
    limits["RLIMIT_CPU"] = _MOST_PROCESSOR_SECONDS
    for name, limit in limits.items():
        with suppress(AttributeError, ValueError, OSError):  # a system that lacks it, or allows less already
            resource.setrlimit(getattr(resource, name), (limit, limit))


def allow_processor_seconds(seconds: int) -> None:
    """End this process by a signal when it has used so many seconds of the processor more."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = math.ceil(time.process_time()) + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (allowed if most < 0 else min(allowed, most), most))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook, which cannot be taken away again."""
    if event == "open":
        _, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wxa+")) or (isinstance(flags, int) and flags & _WRITING):
            raise PermissionError("A parser may not write files")
    elif event.startswith(_FORBIDDEN) or event in _FORBIDDEN_IN_OS:
        raise PermissionError(f"A parser may not use {event}")
