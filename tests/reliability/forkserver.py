"""Other processes, ready in milliseconds: one that has imported everything forks a child for each request."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]


class Channel:
    """Messages between two processes. What was sent before the sender was killed still arrives.

    They are sent by `sendto`, not `write`, so that they never fall victim to a fault that is meant for the library.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("r", encoding="utf-8")

    def say(self, message: Any) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> Any:
        """The next message; None where the other process has ended."""
        try:
            line = self._lines.readline()
        except ConnectionResetError:  # it was killed before it had heard all that was said to it
            return None
        return json.loads(line) if line else None

    def is_spoken_to(self) -> bool:
        """Whether `hear` would return at once."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def close(self) -> None:
        self._lines.close()
        self._connection.close()


class Child:
    """A forked process, seen from the test."""

    def __init__(self, server: ForkServer, pid: int, channel: Channel) -> None:
        self._server = server
        self.pid = pid
        self._channel = channel
        self._status: int | None = None
        self.say = channel.say
        self.hear = channel.hear

    def hear_all(self) -> list[Any]:
        """What it says until it ends."""
        return list(iter(self.hear, None))

    def kill(self) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit status once it has ended; the number of the signal, negative, where one killed it."""
        if self._status is None:
            self._status = self._server.wait(self.pid)
        return self._status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.wait()
        self._channel.close()


class ForkServer:
    """Starts functions of `workloads` in processes of their own."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        path = os.pathsep.join(map(str, [ROOT, ROOT / "tests", ROOT / "tests" / "reliability"]))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "workloads", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                # The threads of FAISS would not survive the fork, and calls are counted for each thread.
                env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            )

    def start(self, workload: str, *arguments: Any) -> Child:
        """Run that function in a new process; its arguments travel as JSON."""
        ours, theirs = socket.socketpair()
        with theirs:
            request = json.dumps({"workload": workload, "arguments": arguments}).encode()
            socket.send_fds(self._control, [request], [theirs.fileno()])
            pid = self._answer()
        return Child(self, pid, Channel(ours))

    def wait(self, pid: int) -> int:
        self._control.sendall(json.dumps({"wait": pid}).encode())
        return self._answer()

    def close(self) -> None:
        self._control.close()
        self._process.wait()

    def _answer(self) -> int:
        answer = self._control.recv(100)
        assert answer, "the fork server has died"
        return int(answer)
