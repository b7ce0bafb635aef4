"""Trees of marked-up text to plain text: blank lines between blocks, line ends between list items and table rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

_WHITE_SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """The text with every run of white space as its strongest mark: a form feed stands between blocks."""
    return _WHITE_SPACE.sub(_strongest, text).strip()


def _strongest(run: re.Match[str]) -> str:
    return next((gap for mark, gap in (("\f", "\n\n"), ("\n", "\n"), ("\t", "\t")) if mark in run[0]), " ")


class Role(Enum):
    """What an element does to the text around it; one of no role is a part of its line."""

    BLOCK = auto()
    LIST = auto()
    ITEM = auto()
    TABLE = auto()
    ROW = auto()
    CELL = auto()
    ASIDE = auto()
    """A note or a text box: its text stands after the block that it is in."""
    LEFT_OUT = auto()


@dataclass(frozen=True)
class Format:
    """How a format marks text up.

    `roles` and `characters`, the elements that stand for a character, are by the elements' names. Where `words` is not
    empty, only the text of these elements counts.
    """

    roles: Mapping[str, Role]
    characters: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def block_text(root: Any, form: Format) -> str:
    """The text of an lxml tree, whose depth the parser has bounded to 256."""
    return squeeze(_render(root, form, Role.BLOCK, []))


def _render(element: Any, form: Format, within: Role, asides: list[str]) -> str:
    """The text in an element; `within` is the innermost of BLOCK, LIST, TABLE and CELL that it is in."""
    counts = not form.words or element.tag in form.words
    pieces = [_WHITE_SPACE.sub(" ", element.text)] if element.text and counts else []
    for child in element:
        if isinstance(child.tag, str):  # neither a comment nor an instruction
            pieces.append(_child(child, form, within, asides))
        if child.tail and counts:
            pieces.append(_WHITE_SPACE.sub(" ", child.tail))
    return "".join(pieces)


def _child(child: Any, form: Format, within: Role, asides: list[str]) -> str:
    role = form.roles.get(child.tag)
    if role is Role.LEFT_OUT:
        return ""
    if role is None:
        return form.characters.get(child.tag, "") + _render(child, form, within, asides)
    if role is Role.ASIDE:
        asides.append(_render(child, form, Role.BLOCK, []))
        return ""
    edge = _edge(role, within)
    inner = role if role in (Role.LIST, Role.TABLE, Role.CELL) and within is not Role.CELL else within
    if role is not Role.BLOCK:
        return edge + _render(child, form, inner, asides) + edge
    own: list[str] = []
    return edge.join(["", _render(child, form, inner, own), *own, ""])


def _edge(role: Role, within: Role) -> str:
    """What stands on both sides of an element: a form feed makes a block, a line end a line, a tab a table's cell."""
    if within is Role.CELL:
        return " "
    if role is Role.CELL:
        return "\t"
    return "\f" if within is Role.BLOCK and role not in (Role.ITEM, Role.ROW) else "\n"
