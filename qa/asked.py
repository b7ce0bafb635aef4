"""A question as it was typed: its words, and the limits that were written into it.

after:2024-01 source:bbc "security guarantees" what did Putin say?
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.filters import EVERYTHING, Filter

_LIMIT = re.compile(r'(?<!\S)(after|before|source|author|language|tag):(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_CURLY = "\N{LEFT DOUBLE QUOTATION MARK}([^\N{RIGHT DOUBLE QUOTATION MARK}]+)\N{RIGHT DOUBLE QUOTATION MARK}"
_PHRASE = re.compile(f'"([^"]+)"|{_CURLY}')


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and of which articles."""

    question: str
    wanted: Filter = EVERYTHING


def read_limits(typed: str, wanted: Filter) -> Asked:
    """The question without its limits, which are added to `wanted`; of two for the same thing the typed one holds.

    What stands in double quotes stays in the question, and must stand in the passage too. Raises InputRejected for a
    limit that cannot be read.
    """
    limits = {match[1].lower(): match[2] if match[3] is None else match[3] for match in _LIMIT.finditer(typed)}
    question = " ".join(_LIMIT.sub(" ", typed).split()) if limits else typed
    phrases = tuple(straight or curly for straight, curly in _PHRASE.findall(question))
    return Asked(question, replace(wanted, **limits, phrases=wanted.phrases + phrases))
