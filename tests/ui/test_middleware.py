"""The limits of request bodies, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from ui.middleware import JSON_LIMIT, UPLOAD_LIMIT, UPLOAD_PATH, BodyLimit


class Application:
    """Reads the whole body and answers with its length."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async for part in Request(scope, receive).stream():
            self.read += len(part)
        await PlainTextResponse(str(self.read))(scope, receive, send)


def send_body(application: Any, sizes: Sequence[int], path: str = "/", **headers: str) -> tuple[int, str]:
    """The status and text that a request gets whose body comes in parts of these sizes."""
    parts = [{"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes]
    incoming: list[Message] = [*parts, {"type": "http.request", "body": b"", "more_body": False}]
    outgoing: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        if message.get("status") == 413:
            assert not incoming, "closed while its client still sends, the connection would be reset"
        outgoing.append(message)

    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": lines}
    asyncio.run(BodyLimit(application)(scope, receive, send))
    start, body = outgoing
    return start["status"], body["body"].decode()


@pytest.mark.parametrize(("path", "limit"), [("/", JSON_LIMIT), (UPLOAD_PATH, UPLOAD_LIMIT)])
def test_a_body_of_exactly_the_limit_passes(path: str, limit: int) -> None:
    assert send_body(Application(), [limit - 1, 1], path) == (200, str(limit))


@pytest.mark.parametrize(("path", "limit"), [("/", JSON_LIMIT), (UPLOAD_PATH, UPLOAD_LIMIT)])
def test_one_byte_more_is_refused_and_does_not_reach_the_application(path: str, limit: int) -> None:
    application = Application()
    status, text = send_body(application, [limit, 1, limit], path)
    assert (status, text) == (413, f"More than {1 if path == '/' else 25} MB at once; send less.")
    assert application.read == limit


@pytest.mark.parametrize("declared", [str(JSON_LIMIT + 1), "-1", "many", "1_0"])
def test_a_declared_length_that_is_too_long_or_no_number_is_refused_unread(declared: str) -> None:
    application = Application()
    assert send_body(application, [1], content_length=declared)[0] == 413
    assert application.read == 0


def test_a_length_that_lies_does_not_help() -> None:
    assert send_body(Application(), [JSON_LIMIT + 1], content_length="1")[0] == 413


@pytest.mark.parametrize("part", [b"", b"x" * JSON_LIMIT], ids=["stalls", "has no end"])
def test_a_refused_body_is_not_read_for_ever(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: list[int | None] = []
    taken: list[int] = []
    monkeypatch.setattr("ui.middleware._READ_AWAY_SECONDS", 60 if part else 0.01)
    monkeypatch.setattr("ui.middleware._READ_AWAY_BYTES", 3 * JSON_LIMIT)

    async def receive() -> Message:
        await asyncio.sleep(0)
        taken.append(len(part))
        return {"type": "http.request", "body": part, "more_body": True}

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"2000000")]}
    asyncio.run(BodyLimit(Application())(scope, receive, send))
    assert statuses == [413, None]
    assert not part or len(taken) == 4


def test_who_asks_before_sending_a_body_that_is_too_long_is_told_not_to() -> None:
    async def receive() -> Message:
        raise AssertionError("asked for the body")

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    statuses: list[int | None] = []
    headers = [(b"content-length", b"2000000"), (b"expect", b"100-continue")]
    asyncio.run(BodyLimit(Application())({"type": "http", "path": "/", "headers": headers}, receive, send))
    assert statuses == [413, None]


def test_errors_of_the_application_are_not_swallowed() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send_body(failing, [1])
