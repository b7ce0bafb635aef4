"""Text of strangers made harmless for a terminal: it can neither move the cursor nor turn its neighbours around."""

from __future__ import annotations

import re

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor movements, clearing the screen
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # strings: window titles, links
    r"|\x1b[ -/]*[0-~]?"  # all others, and an escape character alone
)
_WHITE_SPACE = re.compile(r"\s+")
# Beside the control characters those that reverse the text after them: "gpj.exe" would read as "exe.jpg".
_INVISIBLE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


def printable(text: str) -> str:
    """The text on one line, without escape sequences (ECMA-48), control characters and overrides of direction."""
    return _WHITE_SPACE.sub(" ", _ESCAPE_SEQUENCE.sub("", text)).translate(_INVISIBLE)
