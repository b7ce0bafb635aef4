"""Fixtures: the page being served, and a browser that notes whatever should not happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import CAVE, SUMMIT
from serving import Served, serving

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def starter_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on the starter library; for tests that add nothing."""
    with serving(tmp_path_factory.mktemp("starter"), [CAVE, SUMMIT]) as served:
        yield served


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serves a page on articles and with examples of the test's own."""
    with ExitStack() as servers:
        yield lambda *arguments: servers.enter_context(serving(tmp_path, *arguments))


@pytest.fixture
def fresh_page(serve: Callable[..., Served]) -> Served:
    """The page on the starter library, for one test alone, which may add."""
    return serve([CAVE, SUMMIT])


@dataclass
class Incidents:
    """What a page did that it should not have done."""

    seen: list[str] = field(default_factory=list)

    def watch(self, page: Any, address: str) -> None:
        """Note error messages, dialogs, new windows, and requests to other hosts."""
        own = (address, "data:", f"blob:{address}")
        page.on("console", lambda message: message.type == "error" and self.seen.append(message.text))
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("dialog", lambda dialog: (self.seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda popup: self.seen.append(f"popup {popup.url}"))
        page.on("request", lambda request: request.url.startswith(own) or self.seen.append(request.url))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; tests that need one skip where there is none.

    It is closed with the module that uses it: while playwright runs, no other test could use asyncio.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not _CHROMIUM.exists():
        pytest.skip(f"there is no browser at {_CHROMIUM}")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, serve: Callable[..., Served]) -> Iterator[Callable[..., Any]]:
    """Opens a served page; at the end of the test, fails if anything happened that should not.

    It asks for `serve` so that pages close before their servers do.
    """
    incidents, contexts = Incidents(), []

    def open_page(served: Served, **options: Any) -> Any:
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        incidents.watch(page, served.address)
        page.goto(served.address)
        page.get_by_text("Starter library").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert incidents.seen == []
