"""Frames over pipes: whole, in order, in time, and no more than was allowed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from index.loaders.frames import Frames, TooMuchOutput


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    incoming, outgoing = os.pipe()
    os.set_blocking(incoming, False)
    os.set_blocking(outgoing, False)
    yield incoming, outgoing
    for end in (incoming, outgoing):
        try:
            os.close(end)
        except OSError:
            assert end == outgoing


@pytest.fixture
def frames(pipe: tuple[int, int]) -> Frames:
    frames = Frames(*pipe)
    frames.deadline = time.monotonic() + 5
    return frames


def test_frames_larger_than_a_pipe_holds_come_whole_and_in_order(frames: Frames) -> None:
    contents = [b"", b"a" * 3_000_000, b"b"]
    sending = threading.Thread(target=lambda: [frames.send(content) for content in contents])
    sending.start()
    assert [frames.receive() for _ in contents] == contents
    sending.join()


def test_waiting_ends_at_the_deadline(frames: Frames) -> None:
    frames.deadline = began = time.monotonic()
    frames.deadline += 0.2
    with pytest.raises(TimeoutError):
        frames.receive()
    assert 0.15 < time.monotonic() - began < 1


def test_nobody_who_reads_is_waited_for_until_the_deadline(frames: Frames) -> None:
    frames.deadline = time.monotonic() + 0.2
    with pytest.raises(TimeoutError):
        frames.send(b"a" * 10_000_000)


def test_a_frame_drop_by_drop_ends_at_the_deadline(frames: Frames, pipe: tuple[int, int]) -> None:
    frames.deadline = time.monotonic() + 0.3
    os.write(pipe[1], b"\0\x0f\0\0")
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(0.001):
            os.write(pipe[1], b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(TimeoutError):
        frames.receive()
    ended.set()
    dripping.join()


@pytest.mark.parametrize("beginning", [b"", b"\0\0", b"\0\0\0\x05abc"])
def test_half_a_frame_is_an_end(frames: Frames, pipe: tuple[int, int], beginning: bytes) -> None:
    os.write(pipe[1], beginning)
    os.close(pipe[1])
    with pytest.raises(EOFError):
        frames.receive()


def test_the_allowance_is_for_all_frames_together_and_refused_before_they_come(
    frames: Frames, pipe: tuple[int, int]
) -> None:
    frames.allowance = 5
    frames.send(b"abc")
    frames.send(b"de")
    os.write(pipe[1], b"\0\0\0\x01")
    assert (frames.receive(), frames.receive()) == (b"abc", b"de")
    with pytest.raises(TooMuchOutput):
        frames.receive()
