"""The tables of a library: SQLite is the only truth, everything beside it can be rebuilt from here."""

from __future__ import annotations

from functools import cache

import apsw

FORMAT = 3
FORMAT_WITH_CHECKSUMS = 2
"""The first whose pages have checksums and whose passages have hashes."""
FORMAT_WITH_CORRECTIONS = 3
"""The first that knows tags, pages, where a date came from, and what people corrected."""
APPLICATION_ID = 0x61727161  # "arqa", so that another program's SQLite file is never taken for a library

_FORMAT_1 = """
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE articles (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    characters INTEGER NOT NULL, -- of the text; length() would stop at a NUL
    source TEXT NOT NULL,
    url TEXT,
    site TEXT,
    published TEXT,
    authors TEXT NOT NULL,
    language TEXT,
    content_hash TEXT NOT NULL
) STRICT;

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (row),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;

CREATE INDEX passages_by_article ON passages (article);

CREATE VIRTUAL TABLE words USING fts5 (
    title, text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
"""

_SINCE_FORMAT_2 = """
ALTER TABLE passages ADD COLUMN hash BLOB NOT NULL DEFAULT x''; -- see `records.passage_hash`

CREATE TABLE library ( -- written once, and among the facts, which every change writes: see `records.is_one_library`
    id TEXT NOT NULL
) STRICT;

CREATE TABLE removed ( -- passages that were, for vectors in memory that lag behind
    passage INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL
) STRICT;
"""

_SINCE_FORMAT_3 = """
ALTER TABLE articles ADD COLUMN published_from TEXT;
ALTER TABLE articles ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';

CREATE TABLE corrections ( -- of articles, by their ids, which also hold for every later version
    id TEXT PRIMARY KEY,
    fields TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_FORMATS = (_FORMAT_1, _SINCE_FORMAT_2, _SINCE_FORMAT_3)  # what each added to those before
TABLES = "".join(_FORMATS)

Schema = frozenset[tuple[str, str, str | None]]
"""Kind, name and definition of all that a database holds."""


def format_of(connection: apsw.Connection) -> int:
    """The format of the library: an older one is read as it is, and brought up to date by the first write."""
    return int(connection.pragma("user_version"))


def is_expected(connection: apsw.Connection) -> bool:
    """Whether a database holds exactly our tables: a trigger or view of somebody else's would run in our queries."""
    return _schema_of(connection) == _expected(tables_of(format_of(connection)))


def tables_of(version: int) -> str:
    """The statements that make the tables of a format."""
    return "".join(_FORMATS[:version])


def added_since(version: int) -> tuple[str, ...]:
    """The statements by which each later format differs from the one before."""
    return _FORMATS[version:]


@cache
def _expected(tables: str) -> Schema:
    connection = apsw.Connection(":memory:")
    try:
        connection.execute(tables)
        return _schema_of(connection)
    finally:
        connection.close()


def _schema_of(connection: apsw.Connection) -> Schema:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return frozenset((str(kind), str(name), None if sql is None else str(sql)) for kind, name, sql in rows)
