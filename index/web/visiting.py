"""Fetching as a guest: what a site does not want is left alone, and nobody is asked too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from index.web.addresses import Address, canonical
from index.web.fetching import Fetched, FetchSettings, fetch
from index.web.politeness import Pace
from index.web.robots import MOST_BYTES, Robots


class Visitor:
    """Fetches public addresses as robots.txt allows, one a second from each host. Safe to use from several threads."""

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Only tests bring settings, a clock and a sleep of their own."""
        self._settings = settings or FetchSettings()
        self._pace = Pace(clock, sleep)
        self._robots = Robots(self._fetch_robots, clock)

    def fetch(self, address: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """As `fetching.fetch`; raises InputRejected (`address`) also for what the site does not want to be read."""
        return fetch(address, etag=etag, modified=modified, settings=self._settings, before_request=self._before)

    def canonical(self, address: str) -> str:
        """The address as an article's source has it; raises InputRejected (`address`) where it may not be fetched."""
        return canonical(self._settings.rules.parse(address))

    def _before(self, address: Address) -> None:
        self._robots.refuse_unwanted(address)
        self._pace.wait(address.host)

    def _fetch_robots(self, address: str) -> Fetched:
        return fetch(
            address,
            settings=replace(self._settings, most_bytes=MOST_BYTES),
            before_request=lambda hop: self._pace.wait(hop.host),
            whatever_status=True,
        )
