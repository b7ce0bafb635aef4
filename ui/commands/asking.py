"""Commands that answer: `qa ask` on the terminal, `qa chat` on a web page."""

from __future__ import annotations

import json

import click

from ui.options import embedder_option, json_option, library_option, max_wrong_option, reader_option

_EXAMPLES = 4


@click.command()
@click.argument("question")
@json_option
@click.option("--top-k", default=5, show_default=True, metavar="N", help="At most so many answers.")
@click.option("--passages", default=10, show_default=True, metavar="N", help="So many passages are read.")
@click.option("--after", metavar="DATE", help="Ask only articles from this date on: 2019, 2019-04 or 2019-04-25.")
@click.option("--before", metavar="DATE", help="Ask only articles from before this date.")
@click.option("--source", metavar="PART", help="Ask only articles whose publisher, path or address has this in it.")
@click.option("--author", metavar="PART", help="Ask only articles by somebody whose name has this in it.")
@click.option("--language", metavar="CODE", help="Ask only articles in this language, such as en.")
@click.option("--tag", metavar="TAG", help="Ask only articles with this tag.")
@click.option("--newest-first", is_flag=True, help="Of the answers that are good enough, the newest first.")
@max_wrong_option
@library_option
@reader_option
@embedder_option
def ask(
    question: str,
    as_json: bool,
    top_k: int,
    passages: int,
    newest_first: bool,
    max_wrong: float | None,
    library: str | None,
    reader: str | None,
    embedder: str | None,
    **limits: str | None,
) -> None:
    """Answer from the words of an article.

    The exit code is 0 also where the articles have no answer; the reason is given then, and what comes closest. Limits
    can stand in the question too, and a phrase in double quotes must stand in the passage.

    \b
    Example:
      qa ask "what did Putin say about guarantees?"
      qa ask 'after:2019-04 source:bbc "security guarantees" who gives them?'
    """
    from ui.opening import name_models, open_to_read
    from ui.progress import working
    from ui.terminal import print_text, reply_text

    with open_to_read(library, name_models(embedder, reader)) as assistant, working("Looking for the answer"):
        reply = assistant.ask(
            question, top_k=top_k, passages=passages, max_wrong=max_wrong, newest_first=newest_first, **limits
        )
    if as_json:
        click.echo(json.dumps(reply.to_dict()))
    else:
        print_text(reply_text(reply))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at: this machine's own.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@library_option
@reader_option
@embedder_option
def chat(host: str, port: int, library: str | None, reader: str | None, embedder: str | None) -> None:
    """Open the web chat on this machine.

    Without a library yet it asks the starter library; the first article that you add makes your own.

    \b
    Example:
      qa chat --port 8000
    """
    from qa.starter import starter_questions
    from ui.opening import has_library, name_models, open_session
    from ui.process import stay_offline
    from ui.server import serve

    serve(
        lambda: open_session(library, name_models(embedder, reader)),
        host=host,
        port=port,
        examples=[] if has_library(library) else starter_questions(_EXAMPLES),
        offline=stay_offline(embedder, reader),
        announce=lambda address: click.echo(f"The chat is at {address} until you press Ctrl-C."),
    )
