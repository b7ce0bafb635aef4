"""What people upload or paste, as articles or as rejections with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from index.article import Article
from index.errors import InputRejected
from index.loaders.messages import Document
from index.loaders.sandbox import Sandbox
from index.report import Rejection

MAX_FILE_BYTES = 5 * 1024 * 1024

_TITLE_CHARACTERS = 80


def read_files(paths: Sequence[str | Path]) -> list[Article | Rejection]:
    """The articles in uploaded files; a file of the same name replaces the articles of the one uploaded before."""
    with Sandbox() as sandbox:
        futures = [sandbox.submit(partial(_read_file, Path(path))) for path in paths]
        return [item for future in futures for item in future.result()]


def read_paste(title: str, text: str) -> list[Article | Rejection]:
    """The pasted text as one article, which replaces one pasted before under the same title.

    Without a title the text's first line serves.
    """
    title = title.strip() or text.strip().partition("\n")[0][:_TITLE_CHARACTERS]
    source = f"{title} (pasted)"
    try:
        return [Article(title=title, text=text, source=source)]
    except InputRejected as error:
        return [Rejection.of(source, error)]


def _read_file(path: Path) -> Document:
    with path.open("rb") as stream:
        return Document(path.name, stream.read(MAX_FILE_BYTES + 1), f"{path.name} (uploaded)", MAX_FILE_BYTES)
