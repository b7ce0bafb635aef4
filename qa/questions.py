"""What a question asks for: words of an article, yes or no, or something that extraction cannot give.

Plain rules on the wording, so that anyone can see why a question was turned away. They are narrow: a question that no
rule knows is factual, and the reader decides.
"""

from __future__ import annotations

import re
from enum import StrEnum

UNSUPPORTED_NOTE = (
    "This tool answers with the exact words of your articles: ask who, what, when, where, why or how many, "
    "or what someone said."
)
"""What the tool can do, for people who asked for something else."""


class QuestionKind(StrEnum):
    """What kind of answer a question asks for."""

    FACTUAL = "factual"
    """Words of an article."""
    YES_NO = "yes_no"
    """Yes or no, which no article says; the sentence that settles it is the closest to an answer."""
    UNSUPPORTED = "unsupported"
    """Conversation, an opinion, a new text, a count over articles, arithmetic."""


def kind_of(question: str) -> QuestionKind:
    """What kind of answer `question` asks for, told by its wording alone."""
    plain = _plain(question)
    asked = _WRAPPER.sub("", plain, count=1)
    demanded = _REQUEST.sub("", plain, count=1)
    if any(rule.match(wording) for rule in _UNSUPPORTED for wording in (plain, asked, demanded)):
        return QuestionKind.UNSUPPORTED
    if _WHETHER.match(plain) or _is_yes_no(asked, marked="?" in question):
        return QuestionKind.YES_NO
    return QuestionKind.FACTUAL


def _is_yes_no(asked: str, *, marked: bool) -> bool:
    if _TAG.search(asked):
        return True
    begins = _AUXILIARY.match(asked) or (marked and _AMBIGUOUS_AUXILIARY.match(asked))
    return bool(begins) and not any(rule.search(asked) for rule in _NOT_YES_NO)


def _plain(question: str) -> str:
    """The question in lower case on one line, without greeting, fillers and the marks around it."""
    text = " ".join(question.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    text = _SHORT_IS.sub(r"\1 is", text).strip(" .,;:!?\"'()")
    return _FILLERS.sub("", text)


def _rules(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern.replace("ARTICLES", _ARTICLES)) for pattern in patterns)


_ARTICLES = r"(?:articles?|documents?|texts?|stories|story|reports?|files?|pages?|sources?|news(?: items| stories)?)"

# "what's", "whos"
_SHORT_IS = re.compile(r"\b(what|who|how|where|when|why|it|that|there)'s\b|\b(?:(?<=what)|(?<=who))s\b")
# "Hi! So, please: when did it open?"
_FILLERS = re.compile(
    r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|ok|okay|please|pls|so|and|but|well|then|oh)"
    r"(?: there)?[,:.!]* (?=\w)){1,5}"
)
