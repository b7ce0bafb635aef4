"""Serves the web chat on this machine: our own ASGI app around Gradio, so that hosts, bodies and headers are checked.

Gradio is imported late, inside functions: it reads its environment variables at import, so `prepare_environment`
must come first.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from index.errors import InputRejected, RejectionReason
from ui.middleware import BodyLimit, KnownPaths, SameOrigin, SecurityHeaders

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.session import ChatSession

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860

_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


def prepare_environment(
    uploads: str, *, offline: bool = True, environment: MutableMapping[str, str] = os.environ
) -> None:
    """Take from the environment what could open the page to others, and forbid every report to a third party.

    All `GRADIO_*` variables are dropped: they can share the page publicly, serve files of this machine or switch on
    debugging. Uploaded files go to the folder `uploads`. `offline` keeps the model libraries from the network; it
    must be False only where the user named a model that is to be downloaded. Call this before Gradio or a model
    library is imported: they read these variables at import.
    """
    for name in [name for name in environment if name.upper().startswith("GRADIO_")]:
        del environment[name]
    environment["GRADIO_ANALYTICS_ENABLED"] = "False"
    environment["GRADIO_TEMP_DIR"] = uploads
    environment["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if offline:
        environment["HF_HUB_OFFLINE"] = "1"


def check_loopback(host: str) -> None:
    """Raise InputRejected unless `host` can only be reached from this machine."""
    if host not in _LOOPBACK_HOSTS:
        raise InputRejected(
            RejectionReason.OPTION,
            f"The chat has no login, so it is served to this machine only: use --host 127.0.0.1 instead of {host}.",
        )


def create_app(session: ChatSession, examples: Sequence[str] = ()) -> FastAPI:
    """The chat as an ASGI app that answers only requests to this machine, from its own page or from programs."""
    import gradio as gr
    from fastapi import FastAPI

    from ui.chat import Chat
    from ui.look import HEAD, STYLE, THEME

    app = FastAPI(openapi_url=None)
    gr.mount_gradio_app(
        app,
        Chat(session, examples).page,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=THEME,
        css_paths=[STYLE],
        head=HEAD,
    )
    hosts = [_bracketed(host) for host in _LOOPBACK_HOSTS]
    # The one added last is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(KnownPaths)
    app.add_middleware(SameOrigin)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app


def serve(
    open_session: Callable[[], ChatSession],
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    examples: Sequence[str] = (),
    offline: bool = True,
    announce: Callable[[str], None],
) -> None:
    """Serve the chat until interrupted; `announce` is told the address as soon as it can be opened.

    Port 0 takes any free one. Raises InputRejected for a host that others could reach and for a port that is taken.
    """
    check_loopback(host)
    with _listen(host, port) as listener, tempfile.TemporaryDirectory(prefix="article-qa-") as uploads:
        # Ended by SIGTERM, as by Ctrl-C, the process must still close the library and delete what was uploaded.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        prepare_environment(uploads, offline=offline)
        session = open_session()
        session.load()
        try:
            config = uvicorn.Config(
                create_app(session, examples),
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # Open pages hold a connection each; without a limit, Ctrl-C would wait for them.
                timeout_graceful_shutdown=2,
            )
            announce(f"http://{_bracketed(host)}:{listener.getsockname()[1]}")
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            session.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputRejected(
            RejectionReason.OPTION,
            f"Port {port} on {host} cannot be used ({os.strerror(error.errno or 0)}): choose another one with --port.",
        ) from error


def _bracketed(host: str) -> str:
    """The host as addresses and Host headers write it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
