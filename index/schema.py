"""The tables of a library: SQLite is the only truth, everything beside it can be rebuilt from here."""

from __future__ import annotations

FORMAT = 2
FORMAT_WITH_CHECKSUMS = 2
"""The first whose pages have checksums and whose passages have hashes."""
APPLICATION_ID = 0x61727161  # "arqa", so that another program's SQLite file is never taken for a library

TABLES = """
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
    vector BLOB NOT NULL,
    hash BLOB NOT NULL DEFAULT x'' -- of all that makes the passage, see `records.passage_hash`; new in format 2
) STRICT;

CREATE INDEX passages_by_article ON passages (article);

CREATE VIRTUAL TABLE words USING fts5 (
    title, text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
