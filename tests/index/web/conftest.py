"""Fixtures: a site on this machine, and a watch over every attempt to connect."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from local_site import Site, served


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that answers whatever a test tells it to."""
    with served() as site:
        yield site


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that something connects to or looks up, none of which is reached."""
    seen: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        seen.append(address)
        raise ConnectionRefusedError

    def look_up(host: str, *arguments: Any, **options: Any) -> list[Any]:
        if host.replace(".", "").replace(":", "").isalnum() and host[0].isdigit():  # as connecting to an IP does
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, arguments[0]))]
        seen.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return seen
