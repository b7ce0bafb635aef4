"""Tables of articles: CSV files whose first row names the columns, as spreadsheets save them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from threading import Lock

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.jsonl import article_of, take_records
from index.report import Rejection

_DELIMITERS = ",;\t"
_LARGEST_CELL = 100_000_000
"""Characters, more than any file has that is taken; Python's own limit is that of a short article."""
_LIMIT_LOCK = Lock()
"""The limit is one for the whole process: who sets it must restore it before another does."""

_Row = list[str] | InputRejected


def parse_csv(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """An article for each row below the first, in order, or a Rejection that names the row; empty rows are skipped.

    The columns are those that `jsonl.parse_jsonl` names, in any order and case, between commas, semicolons or tabs.
    Rows are counted as a spreadsheet shows them, so the first article stands in row 2. Raises InputRejected for a table
    without a column for the text or without rows.
    """
    header, rows = _table(text, source)
    if not rows:
        raise InputRejected(RejectionReason.EMPTY, f"{source} has no row below the names of its columns.")

    def article(row: _Row, place: str) -> Article:
        if isinstance(row, InputRejected):
            raise row
        if any(row[len(header) :]):
            raise InputRejected(
                RejectionReason.FORMAT,
                f"It has {len(row)} cells for {len(header)} columns; put double quotes around its texts.",
            )
        return article_of({name: cell for name, cell in zip(header, row, strict=False) if cell}, stem, source, place)

    return take_records(rows, article, source, "row")


def _table(text: str, source: str) -> tuple[list[str], list[tuple[int, _Row]]]:
    """The names of the columns, and the rows below them that are not empty with their numbers."""
    with _LIMIT_LOCK:
        limit = csv.field_size_limit(_LARGEST_CELL)
        try:
            for delimiter in _DELIMITERS:
                rows = _rows(text, delimiter)
                _, first = next(rows, (1, []))
                header = [] if isinstance(first, InputRejected) else [name.strip().lower() for name in first]
                if "text" in header:
                    _refuse_repeated(header, source)
                    return header, list(rows)
        finally:
            csv.field_size_limit(limit)
    raise InputRejected(
        RejectionReason.FORMAT,
        f"{source} has no column named text in its first row; give that name to the one with the texts.",
    )


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, _Row]]:
    """The rows that are not empty; the last may be the error that ends them, as what follows would be a guess."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield number, row
            number += 1
    except csv.Error as error:
        why = f"Its double quotes are wrong ({error}), so the rows after it were left out too; save the table anew."
        yield number, InputRejected(RejectionReason.FORMAT, why)


def _refuse_repeated(header: list[str], source: str) -> None:
    repeated = next((name for name in header if name and header.count(name) > 1), None)
    if repeated is not None:
        raise InputRejected(
            RejectionReason.FORMAT, f"{source} has two columns named {repeated[:40]}; give each its own name."
        )
