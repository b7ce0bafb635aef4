"""One process that parses, as its parent sees it: started, given one document after the other, ended."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from index.errors import RejectionReason, SandboxUnavailable
from index.loaders.frames import Frames, TooMuchOutput
from index.loaders.limits import Limits, reduced_environment
from index.loaders.messages import OUT_OF_MEMORY, READY, Document, Order, item_from_bytes, order_to_bytes
from index.loaders.parsing import Parsed
from index.report import Rejection

_SECONDS_TO_START = 60  # a fifth of one where nothing else runs
_SECONDS_TO_END = 0.5
_SHORTER = "split it into smaller files, or save it as plain text"


class WorkerProcess:
    """A process that parses documents, one at a time; after a breach of its limits it is gone."""

    def __init__(self, module: str, limits: Limits) -> None:
        """Start `module` and wait until it has given up its rights; raises SandboxUnavailable where it does not."""
        self._limits = limits
        self._left = limits.documents
        options = ["-P", "-X", "utf8", "-m", module, str(limits.memory), str(os.getpid())]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=os.path.abspath(os.sep),  # noqa: PTH100 - not the folder that happens to be the current one
                env=reduced_environment(os.environ),
                process_group=0,  # not a session, which Linux would give as much time as all of its parent
            )
        except OSError as error:
            raise _unavailable(error.strerror or str(error)) from error
        self._pipes = [pipe for pipe in (self._process.stdout, self._process.stdin) if pipe is not None]
        self._frames = Frames(*(pipe.fileno() for pipe in self._pipes))
        if os.name == "posix":
            for pipe in self._pipes:
                os.set_blocking(pipe.fileno(), False)
        self._await_ready()

    @property
    def usable(self) -> bool:
        """Whether it may be given one more document."""
        return self._left > 0 and self._process.poll() is None

    def parse(self, document: Document) -> Parsed:
        """What it makes of a document, or the Rejection that says which limit it broke."""
        seconds = self._limits.seconds_for(len(document.data))
        self._left -= 1
        try:
            with self._until(seconds):
                results = self._exchange(document, math.ceil(seconds))
        except TimeoutError:
            self.end()
            return [_too_slow(document, seconds)]
        except TooMuchOutput:
            self.end()
            message = f"{document.source} becomes more than {self._limits.output:,} bytes of text; {_SHORTER}."
            return [Rejection(document.source, RejectionReason.OUTPUT, message)]
        except (EOFError, OSError):
            return [self._ended(document, seconds)]
        except ValueError:  # what came back is no result
            self.end()
            return [_crashed(document)]
        if any(isinstance(item, Rejection) and item.reason is RejectionReason.MEMORY for item in results):
            self.end()
        return results

    def interrupt(self) -> None:
        """Kill it while another thread talks to it, to whom it looks like a crash."""
        if self._process.poll() is None:
            self._kill()

    def end(self) -> int:
        """Kill it with all that it started; its exit status, which is negative for a signal."""
        self._left = 0
        self._kill()
        for pipe in self._pipes:
            pipe.close()
        return self._process.wait()

    def _kill(self) -> None:
        if os.name != "posix":
            self._process.kill()
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a process that has ended
            os.killpg(self._process.pid, signal.SIGKILL)

    def _await_ready(self) -> None:
        try:
            with self._until(_SECONDS_TO_START):
                if self._frames.receive() != READY:
                    raise ValueError("Another program answers")
        except (OSError, EOFError, TooMuchOutput, ValueError) as error:
            status = self.end()
            raise _unavailable(f"it ended with status {status}") from error
        except BaseException:
            self.end()
            raise

    def _exchange(self, document: Document, processor_seconds: int) -> Parsed:
        order = Order(document.name, document.source, document.max_bytes, processor_seconds)
        self._frames.send(order_to_bytes(order))
        self._frames.send(document.data)
        results: Parsed = []
        while frame := self._frames.receive():
            results.append(item_from_bytes(frame))
        if not results:
            raise ValueError("A document without any result")
        return results

    @contextmanager
    def _until(self, seconds: float) -> Iterator[None]:
        """Let the conversation within last so long, by the pipes' own deadline or, on Windows, by a timer."""
        self._frames.deadline = time.monotonic() + seconds
        self._frames.allowance = self._limits.output
        if os.name == "posix":
            yield
            return
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            yield
        except (EOFError, OSError) as error:
            if time.monotonic() >= self._frames.deadline:
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()

    def _ended(self, document: Document, seconds: float) -> Rejection:
        """What it means that the process ended in the middle of a document."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)  # its own status tells more than that of our kill
        had_ended = self._process.returncode is not None
        status = self.end()
        if status == -getattr(signal, "SIGXCPU", 0):
            return _too_slow(document, seconds)
        # A kill that is not ours is the system's, which is out of memory.
        if status == OUT_OF_MEMORY or (had_ended and status == -getattr(signal, "SIGKILL", 0)):
            message = f"{document.source} needs more memory than is allowed for one file; {_SHORTER}."
            return Rejection(document.source, RejectionReason.MEMORY, message)
        return _crashed(document)


def _too_slow(document: Document, seconds: float) -> Rejection:
    message = f"{document.source} takes longer than {seconds:g} seconds to read; {_SHORTER}."
    return Rejection(document.source, RejectionReason.TIMEOUT, message)


def _crashed(document: Document) -> Rejection:
    message = f"{document.source} makes the program that reads it fail; open it and save it anew, or as plain text."
    return Rejection(document.source, RejectionReason.CRASH, message)


def _unavailable(detail: str) -> SandboxUnavailable:
    return SandboxUnavailable(
        f"The process that files are read in could not be started ({detail}); free memory and processes, or install "
        "article-qa anew."
    )
