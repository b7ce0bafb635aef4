"""Faults at a chosen system call of another process, by strace: a signal, or an error in the place of a result."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from forkserver import ForkServer
from operations import Operation

WRITING = "pwrite64,write,ftruncate,fsync,fdatasync"
"""Calls that can fail because of the disk."""
CHANGING = f"{WRITING},?rename,?renameat,?renameat2,?unlink,?unlinkat,?link,?linkat"
"""Calls that change files; those with a question mark exist on some processors only."""


@dataclass(frozen=True)
class Moment:
    """One system call among those of an operation, which makes the same ones each time."""

    call: str
    before: Counter[str]

    def once(self, fault: str) -> list[str]:
        """The fault at this call alone; strace counts each kind of call by itself."""
        return [f"{self.call}:{fault}:when={self.before[self.call] + 1}"]

    def lasting(self, fault: str) -> list[str]:
        """The fault at this call and at all that write after it."""
        return [f"{call}:{fault}:when={self.before[call] + 1}+" for call in WRITING.split(",")]


class Trace:
    """What strace says of the calls that are watched."""

    def __init__(self, stream: Iterable[str]) -> None:
        self.lines: list[str] = []
        self._new: SimpleQueue[str | None] = SimpleQueue()
        Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: Iterable[str]) -> None:
        """Read all the time: strace, and with it the process, would wait where its pipe is full."""
        for line in stream:
            self._new.put(line)
        self._new.put(None)

    def until(self, words: str) -> bool:
        """Wait for a line with those words, or for the end; whether it came."""
        while (line := self._new.get()) is not None:
            self.lines.append(line)
            if words in line:
                return True
        self._new.put(None)  # for the next one who waits
        return False

    def moments(self) -> list[Moment]:
        """All calls that were seen, in their order."""
        calls = [line.partition("(")[0] for line in self.lines if "(" in line]
        return [Moment(call, Counter(calls[:place])) for place, call in enumerate(calls)]

    @property
    def failed(self) -> list[str]:
        """The calls that failed by our doing, with the files that they name."""
        return [line for line in self.lines if "(INJECTED)" in line]


@contextmanager
def injected(pid: int, calls: str, faults: Sequence[str] = ()) -> Iterator[Trace]:
    """Watch those calls of a process and let it meet faults; the block must see to it that the process ends.

    Raises RuntimeError where processes cannot be traced.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise RuntimeError("there is no strace")
    options = [f"trace={calls}", "signal=STOP", *(f"inject={fault}" for fault in faults)]
    command = [strace, "-y", "-p", str(pid), *(word for option in options for word in ("-e", option))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        attached = process.stderr.readline()
        if "attached" not in attached:
            raise RuntimeError(attached)
        trace = Trace(process.stderr)
        try:
            yield trace
            trace.until("the end")
        finally:
            process.terminate()


@dataclass(frozen=True)
class Outcome:
    """How a process that was to do an operation fared: what it said, which calls it made, how it ended."""

    said: list[Any]
    trace: Trace
    status: int


def operate(
    server: ForkServer, folder: Path, operation: Operation, calls: str, faults: Sequence[str] = (), attempts: int = 1
) -> Outcome:
    """Let another process do an operation and meet faults."""
    with server.start("operate", str(folder), [asdict(operation)], attempts) as child:
        assert child.hear() == "ready"
        with injected(child.pid, calls, faults) as trace:
            child.say("go")
            said = child.hear_all()
        return Outcome(said, trace, child.wait())


def sample(moments: list[Moment], long: bool) -> list[Moment]:
    """All of them, or ten evenly spread."""
    return moments if long else moments[:: max(1, len(moments) // 10)]
