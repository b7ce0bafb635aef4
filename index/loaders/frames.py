"""Messages between two processes over pipes: four bytes that say the length, then as many bytes."""

from __future__ import annotations

import os
import select
import struct
import time

_LENGTH = struct.Struct(">I")
_PIECE = 1_000_000


class TooMuchOutput(Exception):
    """The other side announced more bytes than it may still send."""


class Frames:
    """Both directions of a conversation with another process, which is not trusted to keep to anything.

    `deadline` is a time of `time.monotonic` and `allowance` the bytes that may still come. Without a deadline, both
    wait as long as it takes; with one, both pipes must not block, and only systems with `poll` keep to it.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        """Talk through two file descriptors, which stay the caller's to close."""
        self.deadline: float | None = None
        self.allowance: int | None = None
        self._incoming = incoming
        self._outgoing = outgoing

    def send(self, content: bytes) -> None:
        """Send one frame; raises TimeoutError past the deadline, and OSError where nobody reads any more."""
        for part in (_LENGTH.pack(len(content)), content):
            rest = memoryview(part)
            while rest:
                self._wait_for(self._outgoing, "POLLOUT")
                rest = rest[os.write(self._outgoing, rest) :]

    def receive(self) -> bytes:
        """The next frame; raises EOFError where no whole one comes, TimeoutError and TooMuchOutput."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        if self.allowance is not None:
            if length > self.allowance:
                raise TooMuchOutput
            self.allowance -= length
        return self._read(length)

    def _read(self, length: int) -> bytes:
        """So many bytes; memory is taken as they come, not as they are announced."""
        content = bytearray()
        while len(content) < length:
            self._wait_for(self._incoming, "POLLIN")
            piece = os.read(self._incoming, min(_PIECE, length - len(content)))
            if not piece:
                raise EOFError
            content += piece
        return bytes(content)

    def _wait_for(self, descriptor: int, event: str) -> None:
        if self.deadline is None or not hasattr(select, "poll"):
            return
        waiting = select.poll()
        waiting.register(descriptor, getattr(select, event))
        seconds = self.deadline - time.monotonic()
        if seconds <= 0 or not waiting.poll(seconds * 1000):  # also where something comes all the time
            raise TimeoutError
