"""Connections to IPs that were checked, under one time limit for all that is waited for."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore2

from index.web.addresses import IPAddress

Resolve = Callable[[str, int], Sequence[IPAddress]]
"""Told a name and a port: all IPs of it. Raises OSError where there is none."""


class Deadline:
    """So many seconds for everything together."""

    def __init__(self, seconds: float) -> None:
        """It begins now."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; raises TimeoutError where none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def resolve(host: str, port: int) -> list[IPAddress]:
    """Every IP of a name, by the system's resolver; raises OSError where there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def resolve_in_time(resolve: Resolve, host: str, port: int, deadline: Deadline) -> Sequence[IPAddress]:
    """The same within the limit, which the system's resolver does not know; raises TimeoutError, or its OSError."""
    answers: SimpleQueue[Sequence[IPAddress] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise answer
    return answer


class PinnedBackend(httpcore2.NetworkBackend):
    """Connects to the IPs it was given, whatever name is asked for; the name is only shown to the server."""

    def __init__(self, ips: Sequence[IPAddress], deadline: Deadline) -> None:
        """`ips` were checked; they are tried one after another."""
        self._ips = ips
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - looked up once already; a second answer could be another
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is what counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """A stream to the first IP that takes the connection; raises the error of the last that did not."""
        for number, ip in enumerate(self._ips, start=1):
            share = self._deadline.left() / (len(self._ips) - number + 1)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(str(ip), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(self._ips):
                    raise
                continue
            return _TimedStream(stream, self._deadline)
        raise httpcore2.ConnectError


class _TimedStream(httpcore2.NetworkStream):
    """A stream that waits no longer than the deadline: a server that sends a byte a second would keep others open."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
