"""Sites on this machine, and the settings that allow them to be fetched, which only tests have."""

from __future__ import annotations

import socketserver
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from index.loaders.messages import Document
from index.loaders.parsing import Parsed, parse
from index.web.addresses import AddressRules, IPAddress
from index.web.fetching import FetchSettings
from index.web.visiting import Visitor

HERE = ip_address("127.0.0.1")

Answer = bytes | Callable[[Any], None]
"""A whole response, or what is done with the connection."""


def response(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A response; headers are named with underscores."""
    lines = {"Content_Length": str(len(body))} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def html(text: str) -> bytes:
    """A page with an article of that text."""
    words = f"<p>{text}</p>" + "<p>Further words make the article long enough to be one.</p>" * 3
    page = f"<!doctype html><html><head><title>T: {text}</title></head><body><article>{words}</article></body></html>"
    return response(page.encode(), Content_Type="text/html; charset=utf-8")


class Site:
    """What a local server gives out by path, `*` for all others, and what it was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.port = 0

    def address(self, path: str = "/", host: str = "a.test", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def settings(self, **changes: Any) -> FetchSettings:
        """Every name leads to this site."""
        rules = AddressRules(frozenset({self.port}), lambda ip: ip == HERE)
        return FetchSettings(**{"rules": rules, "resolve": lambda *_: [HERE], "seconds": 5.0} | changes)

    def visitor(self, **changes: Any) -> Visitor:
        """One that does not wait between requests."""
        return Visitor(self.settings(**changes), sleep=lambda _: None)

    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]

    def serve(self, connection: Any) -> None:
        with connection.makefile("rb") as stream:
            target = stream.readline().split()
            if len(target) < 2:
                return
            path = target[1].decode()
            self.asked.append(path)
            self.headers.append(dict(_header(line) for line in iter(stream.readline, b"\r\n") if line))
        answer = self.answers.get(path, self.answers.get("*", response(status="404 Not Found")))
        connection.sendall(answer) if isinstance(answer, bytes) else answer(connection)


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode().partition(":")
    return name.lower(), value.strip()


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that answers until the end of the block; whoever hangs up is left alone."""
    site = Site()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                if tls is None:
                    site.serve(self.request)
                else:
                    with tls.wrap_socket(self.request, server_side=True) as connection:
                        site.serve(connection)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, name: str) -> Path:
    """A new certificate for a name, with its key, signed by nobody but itself."""
    file = folder / f"{name}.pem"
    key = folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    options = ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*command, *options, "-keyout", key, "-out", file], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file


def answering(*answers: list[str]) -> tuple[Callable[[str, int], list[IPAddress]], list[str]]:
    """A resolver that gives one answer after another, and the names that it was asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[IPAddress]:
        asked.append(host)
        return [ip_address(ip) for ip in answers[min(len(asked), len(answers)) - 1]]

    return resolve, asked


def parsed_here(document: Document) -> Parsed:
    """What a sandbox would give, without its processes."""
    return parse(document.name, document.data, document.source)
