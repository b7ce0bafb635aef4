"""The web chat: ask, see the exact words and where they stand, add articles."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from index.article import Article
from index.errors import ArticleQAError
from index.report import AddReport, Rejection
from ui import panels
from ui.panels import Turn
from ui.session import ChatSession
from ui.uploads import read_files, read_paste

# A conversation keeps this many questions, so that a page left open for weeks stays small.
_TURNS = 50

# Questions of several tabs that may wait for their turn at once; more wait in the queue.
_ASKING = 4

# The page is no interface for programs, and it shows its progress itself.
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# Our own HTML: without Gradio's look and without its script, which would answer to clicks.
_PLAIN: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}

_SHOW_LAST_TURN = """() =>
    document.querySelector(".qa-turn:last-child")?.scrollIntoView({ behavior: "smooth", block: "nearest" })
"""

_logger = logging.getLogger(__name__)


class Chat:
    """The page over one session; `page` is the Gradio app, to be mounted by a server."""

    def __init__(self, session: ChatSession, examples: Sequence[str] = ()) -> None:
        """Lay out the page; `examples` are questions to click while the conversation is empty."""
        self._session = session
        with gr.Blocks(title="Article QA", analytics_enabled=False, delete_cache=(600, 3600)) as self.page:
            self._head = gr.HTML(**_PLAIN)
            with gr.Tabs():
                with gr.Tab("Ask", elem_id="ask"):
                    self._lay_out_asking(examples)
                with gr.Tab("Add articles", elem_id="add"):
                    self._lay_out_adding()
            self.page.load(self._show_head, outputs=self._head, **_QUIET)
        self.page.queue(max_size=16, api_open=False)

    def _lay_out_asking(self, examples: Sequence[str]) -> None:
        turns = gr.State([])
        conversation = gr.HTML(panels.conversation([]), elem_id="conversation", **_PLAIN)
        with gr.Row(elem_id="examples", visible=bool(examples)) as example_row:
            buttons = [gr.Button(example, size="sm", variant="secondary") for example in examples]
        question = gr.Textbox(
            label="Your question",
            show_label=False,
            placeholder="Ask the articles…",
            submit_btn="Ask",
            max_lines=6,
            autofocus=True,
            elem_id="question",
        )
        asking = gr.on(
            [question.submit, *(button.click for button in buttons)],
            self._ask,
            [question, turns],
            [conversation, turns, question, example_row, self._head],
            concurrency_limit=_ASKING,
            **_QUIET,
        )
        question.stop(self._stop, turns, [conversation, turns, question], cancels=asking, **_QUIET)
        conversation.change(None, js=_SHOW_LAST_TURN)

    def _lay_out_adding(self) -> None:
        gr.HTML(panels.adding_hint(), **_PLAIN)
        with gr.Row(equal_height=True):
            with gr.Column(min_width=280):
                files = gr.File(
                    label="Files: text, Markdown, HTML, PDF, Word, EPUB …, 5 MB each",
                    file_count="multiple",
                    elem_id="files",
                )
            with gr.Column(min_width=280):
                title = gr.Textbox(label="Title", max_length=300, elem_id="paste-title")
                text = gr.Textbox(label="Text", lines=6, max_lines=12, elem_id="paste-text")
                paste = gr.Button("Add this text", variant="primary", elem_id="paste")
        outcome = gr.HTML(elem_id="outcome", **_PLAIN)
        together = {"concurrency_id": "adding", "concurrency_limit": 1, **_QUIET}
        files.upload(self._add_files, files, [outcome, files, self._head], **together)
        paste.click(self._add_paste, [title, text], [outcome, title, text, self._head], **together)

    async def _show_head(self) -> str:
        try:
            return panels.head(await self._session.count(), starter=self._session.starter)
        except Exception as error:
            return panels.problem(_sentence(error))

    async def _ask(self, event: gr.EventData, question: str, turns: list[Turn]) -> AsyncIterator[Sequence[Any]]:
        """Show the stages of an answer as they come; the box is free for the next question meanwhile."""
        if isinstance(event.target, gr.Button):
            question = event.target.value
        # Half a surrogate pair can be typed, but not be sent back to the page.
        question = question.encode("utf-8", "replace").decode().strip()
        if not question:
            yield [gr.skip()] * 5
            return
        turn = Turn(question, pending=True)
        yield *_shown(turns, turn), _busy_box(), gr.Row(visible=False), gr.skip()
        try:
            async for reached in self._session.ask(question):
                turn = replace(turn, body=panels.stage(reached))
                yield *_shown(turns, turn), *[gr.skip()] * 3
        except Exception as error:
            turn = replace(turn, body=panels.problem(_sentence(error)))
        yield *_shown(turns, replace(turn, pending=False)), _free_box(), gr.skip(), await self._show_head()

    def _stop(self, turns: list[Turn]) -> Sequence[Any]:
        """Close the turn that was cancelled."""
        if not turns or not turns[-1].pending:
            return gr.skip(), gr.skip(), _free_box()
        return *_shown(turns[:-1], Turn(turns[-1].question, panels.stopped())), _free_box()

    async def _add_files(self, paths: list[str] | None) -> AsyncIterator[Sequence[Any]]:
        async for shown, _ in self._add(lambda: read_files(paths or [])):
            yield shown, gr.skip(), gr.skip()
        yield gr.skip(), None, await self._show_head()

    async def _add_paste(self, title: str, text: str) -> AsyncIterator[Sequence[Any]]:
        """Add the text and empty the form, unless there is something to mend in it."""
        async for shown, taken in self._add(lambda: read_paste(title, text)):
            emptied = "" if taken else gr.skip()
            yield shown, emptied, emptied, gr.skip()
        yield *[gr.skip()] * 3, await self._show_head()

    async def _add(self, read: Callable[[], list[Article | Rejection]]) -> AsyncIterator[tuple[str, bool]]:
        """What to show while adding and at last of its outcome, and whether everything has been taken by then."""
        yield panels.reading(), False
        try:
            items = await asyncio.to_thread(read)
            async for reached in self._session.add(items):
                if isinstance(reached, AddReport):
                    yield panels.report(reached), not reached.rejected
                else:
                    yield panels.adding(reached), False
        except Exception as error:
            yield panels.problem(_sentence(error)), False


def _busy_box() -> gr.Textbox:
    return gr.Textbox(value="", submit_btn=False, stop_btn="Stop")


def _free_box() -> gr.Textbox:
    return gr.Textbox(submit_btn="Ask", stop_btn=False)


def _shown(past: list[Turn], last: Turn) -> tuple[str, list[Turn]]:
    """The conversation as HTML and as the list to remember."""
    turns = [*past[1 - _TURNS :], last]
    return panels.conversation(turns), turns


def _sentence(error: Exception) -> str:
    """One sentence for people; what was not foreseen goes to the log, under an id that both can be matched by."""
    if isinstance(error, ArticleQAError):
        return str(error)
    incident = secrets.token_hex(3)
    _logger.error("Incident %s", incident, exc_info=error)
    return f"Something went wrong that should not; the server's log has the details under {incident}."
