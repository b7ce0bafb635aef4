"""The writer's lock of a library: a file that one process at a time has locked, and that says which."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryLocked, LibraryReadOnly

LOCK_FILE = "library.lock"
_WAIT_SECONDS = 1.0  # an article is stored in less; who waits longer should be told for whom


class WriteLock:
    """The kernel frees the lock of a process that dies."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which need not exist yet."""
        self._folder = folder
        self._file = folder / LOCK_FILE
        self._lock = FileLock(self._file)

    @contextmanager
    def held(self, *, wait: float = _WAIT_SECONDS) -> Iterator[None]:
        """Hold the lock, which no other process has meanwhile; the same thread may take it again inside.

        Makes the folder, for its owner alone, where there is none. Raises LibraryLocked after `wait` seconds.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=wait)
        except Timeout as error:
            raise LibraryLocked(
                f"Another process{self._holder()} is writing to the library in {self._folder}; try again when it has "
                "finished."
            ) from error
        except OSError as error:
            raise LibraryReadOnly(f"The library in {self._folder} cannot be written ({error.strerror}).") from error
        try:
            if self._lock.lock_counter == 1:
                with suppress(OSError):  # on a full disk, say: others will not learn the number, which is all
                    self._file.write_text(str(os.getpid()), encoding="ascii")
            yield
        finally:
            self._lock.release()

    def _holder(self) -> str:
        """The number of the process that holds the lock, in words; nothing where it has not written it yet."""
        said = self._file.read_bytes()[:20]
        return f" (number {int(said)})" if said.isdigit() else ""
