"""The writer's lock of a library: a file that one process at a time has locked, and that says which."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryLocked, LibraryReadOnly

LOCK_FILE = "library.lock"
_WAIT_SECONDS = 1.0  # an article is stored in less; who waits longer for one holder should be told for whom
_WAIT_FOR_TURNS_SECONDS = 60.0  # while others store one article after the other, and take turns with us
_POLL_SECONDS = 0.005
_TURN_SECONDS = 4 * _POLL_SECONDS  # in which somebody who waits takes the lock
_WAITING = b" waiting"


class WriteLock:
    """The kernel frees the lock of a process that dies.

    The file says who holds it since when. Who waits writes so behind it, and the holder then pauses before it takes
    the lock again.
    """

    def __init__(self, folder: Path, name: str = LOCK_FILE, doing: str = "writing to") -> None:
        """Name the folder, which need not exist yet, and say what it is that the holder does with the library."""
        self._folder = folder
        self._file = folder / name
        self._doing = doing
        self._lock = FileLock(self._file)

    @contextmanager
    def held(self, *, wait: float = _WAIT_SECONDS) -> Iterator[None]:
        """Hold the lock, which no other process has meanwhile; the same thread may take it again inside.

        Makes the folder, for its owner alone, where there is none. Raises LibraryLocked where one holder keeps it for
        `wait` seconds.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._acquire(wait)
        except OSError as error:
            raise LibraryReadOnly(f"The library in {self._folder} cannot be written ({error.strerror}).") from error
        others_wait = False
        try:
            if self._lock.lock_counter == 1:
                with suppress(OSError):  # on a full disk, say: others will not learn the number, which is all
                    self._file.write_text(f"{os.getpid()} {time.time_ns()}", encoding="ascii")
            yield
        finally:
            others_wait = self._lock.lock_counter == 1 and _WAITING in self._said()
            self._lock.release()
            if others_wait:
                time.sleep(_TURN_SECONDS)

    def _acquire(self, wait: float) -> None:
        began = since = time.monotonic()
        holder: list[bytes] = []
        while True:
            try:
                self._lock.acquire(blocking=False)
                return
            except Timeout as error:
                now, said = time.monotonic(), self._said()
                if said.split()[:2] != holder:  # another one, or the same one again
                    holder, since = said.split()[:2], now
                if now - since >= wait or now - began >= _WAIT_FOR_TURNS_SECONDS:
                    raise LibraryLocked(
                        f"Another process{_number(said)} is {self._doing} the library in {self._folder}; try again "
                        "when it has finished."
                    ) from error
            if _WAITING not in said:
                self._ask()
            time.sleep(_POLL_SECONDS)

    def _ask(self) -> None:
        """Let the holder know that somebody waits."""
        with suppress(OSError), self._file.open("ab") as file:
            file.write(_WAITING)

    def _said(self) -> bytes:
        """What the file says; nothing where the holder has not written it yet."""
        try:
            return self._file.read_bytes()[:200]
        except OSError:
            return b""


def _number(said: bytes) -> str:
    """The number of the process that holds the lock, in words, where it is known."""
    first = said.split()[:1]
    return f" (number {int(first[0])})" if first and first[0].isdigit() else ""
