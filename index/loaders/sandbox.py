"""Every file is parsed here: in a few processes under limits, which are used again and again until one breaks a limit.

    with Sandbox() as sandbox:
        futures = [sandbox.submit(read) for read in readers]  # each gives a Document
        results = [future.result() for future in futures]

A parser that hangs, eats memory or crashes costs its own file, and nothing else. The processes are started afresh, as
a fork of a process with threads may hang; none is left when the sandbox is closed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from index.errors import SandboxUnavailable
from index.loaders.limits import Limits
from index.loaders.messages import Document
from index.loaders.parsing import Parsed
from index.loaders.worker_process import WorkerProcess

_MOST_PROCESSES = 4
WORKER = "index.loaders.sandbox_worker"


class Sandbox:
    """Parses documents in up to `processes` processes; the first is started with the first document."""

    def __init__(self, *, processes: int | None = None, limits: Limits | None = None, worker: str = WORKER) -> None:
        """Run the module `worker`, in as many processes as half of the machine's cores, though in four at most."""
        self._limits = limits or Limits()
        self._worker = worker
        # A process belongs to one thread: Linux ends it with the thread that started it.
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(
            processes or min(_MOST_PROCESSES, max(1, (os.cpu_count() or 1) // 2)), "parsing", initializer=self._prepare
        )
        self._started: set[WorkerProcess] = set()
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, read: Callable[[], Document]) -> Future[Parsed]:
        """Read a document and parse it when its turn comes, so that few are in memory at once.

        The future gives what `parsing.parse` gives, or a Rejection for what broke a limit. It raises what `read`
        raises, and SandboxUnavailable where no process can be started.
        """
        return self._threads.submit(self._parse, read)

    def parse(self, document: Document) -> Parsed:
        """Parse one document now; raises SandboxUnavailable where no process can be started."""
        return self.submit(lambda: document).result()

    def close(self) -> None:
        """End all processes at once, also in the middle of a document."""
        with self._lock:
            self._closed = True
            for process in self._started:
                process.interrupt()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.end()
        self._started.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        """Start a thread's process before it takes a document, which another one may parse meanwhile."""
        with suppress(SandboxUnavailable):  # said again when a document is there to say it of
            self._process()

    def _parse(self, read: Callable[[], Document]) -> Parsed:
        document = read()
        return self._process().parse(document)

    def _process(self) -> WorkerProcess:
        """The process of this thread, a new one where the old one is used up or gone."""
        process: WorkerProcess | None = getattr(self._own, "process", None)
        if process is not None and process.usable:
            return process
        if process is not None:
            self._own.process = None
            with self._lock:
                self._started.discard(process)
            process.end()
        if self._closed:
            raise SandboxUnavailable("The sandbox was closed before all files were read; read them again.")
        process = WorkerProcess(self._worker, self._limits)
        with self._lock:
            self._started.add(process)
            if self._closed:
                process.interrupt()
        self._own.process = process
        return process
