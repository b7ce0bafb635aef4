"""Options that several commands share."""

from __future__ import annotations

import click

library_option = click.option(
    "--library",
    metavar="FOLDER",
    help="The library's folder; without it the one that QA_LIBRARY names, or else your own.",
)
embedder_option = click.option(
    "--embedder",
    metavar="MODEL",
    help="The model that the library is searched by: a folder, or a name on the Hugging Face hub.",
)
reader_option = click.option(
    "--reader",
    metavar="MODEL",
    help="The model that reads passages: a folder, or a name on the Hugging Face hub.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, and everything else to stderr.")
max_wrong_option = click.option(
    "--max-wrong",
    type=float,
    metavar="SHARE",
    help="Answer only where at most this share of the answers is wrong: 0.1 for one in ten.",
)
