"""What stands between the network and the page: known paths only, short bodies, no foreign origins, safe headers."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 25 * 1024 * 1024
"""Bytes of one upload request, all its files together; each file has its own, smaller limit."""

UPLOAD_PATH = "/gradio_api/upload"

# What is read of a refused body before the connection is closed.
_READ_AWAY_BYTES = 4 * UPLOAD_LIMIT
_READ_AWAY_SECONDS = 10

# All that the page asks for. Gradio's other routes (serving files, fetching by proxy, monitoring, reloading, the
# description of its interface) are of no use here, and a later version's new ones stay closed until they are.
_PATHS = {
    "/",
    "/config",
    "/favicon.ico",
    "/gradio_api/app_id",
    "/gradio_api/cancel",
    "/gradio_api/queue/data",
    "/gradio_api/queue/join",
    "/gradio_api/reset",
    "/gradio_api/startup-events",
    "/gradio_api/upload_progress",
    "/manifest.json",
    "/theme.css",
    UPLOAD_PATH,
}
_FOLDERS = ("/assets/", "/static/", "/gradio_api/heartbeat/")

# Gradio evaluates its templates, hence 'unsafe-eval'; what this policy is worth is that nothing leaves for other hosts.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class SecurityHeaders:
    """Sets on every response what the page may load, and that nobody else may frame or read it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class KnownPaths:
    """Answers 404 to every path that the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where its path is known."""
        if scope["type"] == "http" and scope["path"] not in _PATHS and not scope["path"].startswith(_FOLDERS):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class SameOrigin:
    """Refuses every request that a page of another origin sends, reading ones included.

    Programs send no Origin and pass. Hosts are checked before, so that "same" means one of ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where its Origin is absent or our own."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and origin != f"{scope['scheme']}://{headers.get('host')}":
                await PlainTextResponse("Requests from other sites are refused.", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses request bodies that are too long: by their declared length, else as soon as the bytes exceed it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = UPLOAD_LIMIT if scope["path"] == UPLOAD_PATH else JSON_LIMIT
        refusal = PlainTextResponse(f"More than {limit >> 20} MB at once; send less.", 413, {"Connection": "close"})
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            is_waiting = headers.get("expect", "").lower() == "100-continue"  # to be asked for the body, which is not
            await _read_away({"more_body": not is_waiting}, receive)
            await refusal(scope, receive, send)
            return
        received, refused = 0, False

        async def counted_receive() -> Message:
            nonlocal received, refused
            if refused:
                return {"type": "http.disconnect"}
            message = await receive()
            received += len(message.get("body", b""))
            if received <= limit:
                return message
            refused = True
            await _read_away(message, receive)
            await refusal(scope, receive, send)
            return {"type": "http.disconnect"}

        async def send_unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self.app(scope, counted_receive, send_unless_refused)
        except Exception:
            # The application sees a client that hung up and may complain; the client has its answer already.
            if not refused:
                raise


async def _read_away(message: Message, receive: Receive) -> None:
    """Take what follows `message` of a refused body, within bounds of size and time.

    A connection that is closed while its client still sends is reset, and the answer on its way to the client is lost
    (RFC 9112, section 9.6).
    """
    length = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_READ_AWAY_SECONDS):
            while message.get("more_body", False) and length <= _READ_AWAY_BYTES:
                message = await receive()
                length += len(message.get("body", b""))
