"""The command line, `qa`: every command is a thin shell over the Assistant, and every error one sentence.

Nothing here or in `ui.commands` imports a model library before a command needs it: help must come at once.
"""

from __future__ import annotations

import click

from index.errors import ArticleQAError
from ui.commands.asking import ask, chat
from ui.commands.copying import backup, export, restore
from ui.commands.correcting import edit
from ui.commands.evaluating import evaluate_files
from ui.commands.following import follow, sync, unfollow, watch
from ui.commands.keeping import add, list_articles, remove
from ui.commands.mending import check, compact, reembed, repair
from ui.commands.training import train
from ui.printable import printable
from ui.process import Stopped, quiet_libraries, with_notes


class _OneSentence(click.Group):
    """Commands in the order of a first day's use; what they raise on purpose ends as one sentence on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ArticleQAError as error:
            raise click.ClickException(printable(with_notes(str(error), error))) from error
        except BrokenPipeError:
            raise  # click ends quietly: whoever read our output has seen enough
        except OSError as error:
            place = "" if error.filename is None else f": {error.filename}"
            raise click.ClickException(printable(f"{error.strerror or error}{place}.")) from error
        except KeyboardInterrupt as error:
            raise Stopped("Stopped; what was stored before stays as it is.") from error


@click.group(cls=_OneSentence)
@click.version_option(package_name="article-qa", prog_name="qa")
def qa() -> None:
    """Ask your articles in plain words and get the exact words back, with the place they stand.

    \b
    Example:
      qa add articles/
      qa ask "what did Putin say about guarantees?"
      qa chat
    """


_KEEPING = (list_articles, remove, edit, check, repair, compact, reembed, backup, restore, export)

for _command in (add, ask, chat, sync, watch, follow, unfollow, *_KEEPING, evaluate_files, train):
    qa.add_command(_command)


def main() -> None:
    """The console command."""
    quiet_libraries()
    qa(prog_name="qa")
