"""Nothing but `index.web.fetching.fetch` reaches the network: neither another module nor what is in a document."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.loaders import load

ROOT = Path(__file__).parents[3]
FORBIDDEN = [
    "import requests",
    "import httpx",
    "import httpx2",
    "import httpcore",
    "import httpcore2",
    "import aiohttp",
    "import urllib3",
    "import urllib.request",
    "import http.client",
    "import socket",
    "import feedparser",
    "import ftplib",
    "import smtplib",
    "import safehttpx",
    "from urllib import request",
    "from urllib.request import urlopen",
    "from http import client",
    "from httpx import get",
    "from feedparser import parse",
    "import trafilatura\n\ntrafilatura.fetch_url('x')",
    "import trafilatura\n\ntrafilatura.fetch_response('x')",
    "from trafilatura import fetch_url",
    "from trafilatura.downloads import fetch_url",
    "from trafilatura.feeds import find_feed_urls",
    "from trafilatura import sitemaps",
    "import gradio as gr\n\ngr.load('x')",
    "import asyncio\n\nasyncio.open_connection('x', 80)",
]
ALLOWED_IN = {
    "index/web/connecting.py": {"httpcore2", "socket"},
    "index/web/fetching.py": {"httpcore2"},
    "index/web/feeds.py": {"feedparser"},
    "ui/server.py": {"socket"},
}


def ruff(*arguments: str, code: str | None = None) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--output-format", "json", *arguments]
    ran = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    return list(json.loads(ran.stdout))


@pytest.mark.parametrize("code", FORBIDDEN)
def test_another_way_to_the_network_is_found(code: str) -> None:
    assert ruff("--stdin-filename", "index/other.py", "-", code=code)


def test_there_is_none() -> None:
    assert ruff("index", "qa", "ui", "seeds") == []


def test_the_exceptions_are_these() -> None:
    found = ruff("--config", "lint.per-file-ignores={}", "index", "qa", "ui", "seeds")
    used: dict[str, set[str]] = {}
    for violation in found:
        name = violation["message"].split("`")[1].split(".")[0]
        used.setdefault(str(Path(violation["filename"]).relative_to(ROOT)), set()).add(name)
    assert used == ALLOWED_IN


REMOTE = "http://93.184.215.14"
WORDS = "<p>" + "The bridge over the river is open again. " * 20 + "</p>"


def page(head: str, body: str) -> str:
    return f"<!doctype html><html><head>{head}</head><body><article>{WORDS}{body}</article></body></html>"


DOCUMENTS = {
    "image.html": page(
        "", f"<img src='{REMOTE}/a.png' srcset='{REMOTE}/b.png 2x'><picture><source srcset='{REMOTE}/c'></picture>"
    ),
    "frame.html": page(
        "", f"<iframe src='{REMOTE}/'></iframe><embed src='{REMOTE}/'><object data='{REMOTE}/'></object>"
    ),
    "refresh.html": page(f"<meta http-equiv='refresh' content='0; url={REMOTE}/'>", ""),
    "linked.html": page(
        f"<base href='{REMOTE}/'><link rel='canonical' href='{REMOTE}/a'><link rel='stylesheet' href='{REMOTE}/b.css'>"
        f"<link rel='alternate' type='application/rss+xml' href='{REMOTE}/feed'><script src='{REMOTE}/c.js'></script>",
        f"<style>@import url({REMOTE}/d.css)</style><a ping='{REMOTE}' href='{REMOTE}'>x</a>",
    ),
    "doctype.html": f"<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' '{REMOTE}/xhtml.dtd' [<!ENTITY a SYSTEM '{REMOTE}/a'>]>"
    + page("", "&a;").removeprefix("<!doctype html>"),
    "xinclude.html": page("", f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{REMOTE}/'/>"),
    "svg.html": page(
        "", f"<svg><image href='{REMOTE}/a'/><use href='{REMOTE}/b#c'/></svg><video src='{REMOTE}/v'></video>"
    ),
    "date.html": page(
        f"<meta property='og:url' content='{REMOTE}/2026/05/01/a'>", f"<time datetime='{REMOTE}'></time>"
    ),
    "image.md": f"# Bridge\n\nIt is open.\n\n![x]({REMOTE}/a.png) [y]({REMOTE}) <{REMOTE}>\n\n[z]: {REMOTE} 'z'\n",
    "front.md": f"---\ntitle: Bridge\nsource: {REMOTE}/a\nimage: !include {REMOTE}/a\n---\nIt is open.\n",
    "plain.md": f"---\ntitle: Bridge\nsource: {REMOTE}/a\n---\nIt is open. <img src='{REMOTE}/a.png'>\n",
    "lines.jsonl": json.dumps(
        {"text": f"It is open: {REMOTE}", "url": REMOTE, "source": f"{REMOTE}/a", "image": REMOTE}
    ),
    "address.txt": f"{REMOTE}/feed.xml\n",
    "feed.html": f"<rss version='2.0'><channel><item><link>{REMOTE}/a</link></item></channel></rss>",
}


def test_no_document_makes_a_connection(tmp_path: Path, connections: list[Any]) -> None:
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    results = list(load(tmp_path))
    assert len(results) == len(DOCUMENTS)
    assert len([result for result in results if isinstance(result, Article)]) >= 11
    assert connections == []


def test_a_connection_would_be_seen(connections: list[Any]) -> None:
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(REMOTE)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("news.example.com", 80)
    assert connections == [("93.184.215.14", 80), "news.example.com"]
