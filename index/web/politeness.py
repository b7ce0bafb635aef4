"""What keeps a site from being asked too often, by whatever thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_SECONDS = 1.0
"""Between two requests to one host."""
_MOST_HOSTS = 10_000


class Pace:
    """One request a second to each host; requests to several hosts do not wait for each other."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Tests bring a clock and a sleep of their own, in seconds."""
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Wait until `host` may be asked, and count what follows as a request to it."""
        with self._lock:
            now = self._clock()
            if len(self._next) >= _MOST_HOSTS:
                self._next = {known: moment for known, moment in self._next.items() if moment > now}
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + _SECONDS
        if turn > now:
            self._sleep(turn - now)
