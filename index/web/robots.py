"""What sites say in their robots.txt about what programs may read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.robotparser import RobotFileParser

from index.errors import InputRejected, RejectionReason
from index.web.addresses import Address
from index.web.fetching import AGENT, Fetched

MOST_BYTES = 500_000
"""Of a robots.txt."""

_SECONDS = 3_600.0
"""So long an answer counts."""
_MOST_SITES = 100
_PATH = "/robots.txt"

Rules = RobotFileParser | InputRejected
"""What a site allows, or why that is not known."""


class Robots:
    """The rules of the sites that were asked, each for an hour."""

    def __init__(self, read: Callable[[str], Fetched], clock: Callable[[], float] = time.monotonic) -> None:
        """`read` fetches an address whatever its status; `clock` counts seconds."""
        self._read = read
        self._clock = clock
        self._known: dict[str, tuple[float, Rules]] = {}
        self._lock = threading.RLock()

    def refuse_unwanted(self, address: Address) -> None:
        """Raise InputRejected: `address` where the site does not want it to be read, `network` where it cannot say."""
        if address.path == _PATH:
            return
        with self._lock:
            rules = self._rules(address)
        if isinstance(rules, InputRejected):
            raise InputRejected(rules.reason, f"{address} is not fetched, as its site cannot be asked: {rules}")
        if not rules.can_fetch(AGENT, str(address)):
            raise InputRejected(
                RejectionReason.ADDRESS,
                f"{address} is not fetched: its site does not want programs to read it; save the page and add its "
                "file.",
            )

    def _rules(self, address: Address) -> Rules:
        site = str(Address(address.scheme, address.host, address.port, _PATH))
        asked, rules = self._known.get(site, (0.0, None))
        if rules is None or self._clock() - asked >= _SECONDS:
            rules = self._asked(site)
            self._known.pop(site, None)
            if len(self._known) >= _MOST_SITES:
                del self._known[next(iter(self._known))]  # the one that was asked first
            self._known[site] = self._clock(), rules
        return rules

    def _asked(self, site: str) -> Rules:
        """As RFC 9309 has it: without a file all is allowed, and with a site in trouble nothing is."""
        try:
            fetched = self._read(site)
        except InputRejected as error:
            # One that lies where nothing may be fetched is none; the page itself is refused with a better reason.
            return _parsed("") if error.reason is RejectionReason.ADDRESS else error
        if fetched.status >= 500:
            return InputRejected(RejectionReason.NETWORK, f"{site} is at a site that has a fault of its own.")
        return _parsed(fetched.data.decode("utf-8-sig", "replace") if fetched.status == 200 else "")


def _parsed(text: str) -> RobotFileParser:
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    return rules
