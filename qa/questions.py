"""What a question asks for: words of an article, yes or no, or something that extraction cannot give.

Plain rules on the wording, so that anyone can see why a question was turned away. They are narrow: a question that no
rule knows counts as factual, and the reader decides.
"""

from __future__ import annotations

import re
from enum import StrEnum

from qa.question_rules import UNSUPPORTED

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
    """Yes or no, which articles seldom say; the sentence that settles it is the nearest to an answer."""
    UNSUPPORTED = "unsupported"
    """Conversation, an opinion, a new text, a list or count of articles, arithmetic."""


_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"

_MARKS = " .,;:!?\"'()\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
# "what's", "whos"
_SHORT_IS = re.compile(r"\b(what|who|how|where|when|why|it|that|there)'s\b|\b(what|who)s\b")
# "hi! so, please: when ..."
_FILLERS = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|ok|okay|please|so|and|but|well|then|oh)"
    r"(?: there)?[,:.!]* (?=\w)){1,5}"
)
# "could you please", "i want you to"
_REQUEST = re.compile(
    r"^(?:would you mind|(?:can|could|would|will) you(?: please| kindly| just)?(?: help me)?(?: to)?|help me(?: to)?|"
    r"i(?: would|'d)? (?:like|need|want)(?: you to)?) "
)
# "can you tell me", "do you know", "i wonder if you could tell me", "i would like to know", "any idea"
_WRAPPER = (
    r"^(?:i (?:wonder|was wondering) if )?"
    r"(?:(?:can|could|would|will|do|does|did|may) (?:you|we|i|anyone|anybody|someone|somebody) "
    r"(?:please |kindly |happen to |mind )?(?:ask|check|explain|find out|give|know|mention|name|say|show|tell(?:ing)?)|"
    r"explain|tell|i wonder|i was wondering|i(?: am|'m) (?:wondering|curious)|"
    r"i(?: would|'d)? (?:like|love|need|want) to (?:know|ask|find out)|any (?:idea|clue)|is it known)"
    r"(?: to)?(?: me| us)?(?: about)?,? "
)
_WRAPPED_QUESTION = re.compile(_WRAPPER + rf"(?=(?:{_WH}|the|an?|any|some|(?:in|on|at|by) (?:what|which))\b)")
_WRAPPED_WHETHER = re.compile(_WRAPPER + r"(?:if|whether) ")

# "is ...", "didn't ...", "in 1999, was ..."
_AUXILIARY = re.compile(
    r"(?:(?:in|on|at|by|during|after|before|since|according to) [^,]{1,80}, )?"
    r"(?:(?:is|are|was|were|do|does|did|has|have|had|could|would|should)(?:n't)? (?!of\b|not\b)\w|(?:ca|wo)n't \w|"
    r"(?:can|will|may|might|must|shall) (?:the|an?|this|that|these|those|there|it|he|she|they|we|you|i|any\w*|all|"
    r"his|her|their|its|my|our|your)\b)"
)
# "will putin come?", but not "will smith age": names and nouns too, so only with a question mark
_AMBIGUOUS_AUXILIARY = re.compile(r"(?:can|will|may|might|must|shall) \w+ \w+")
# "putin met kim, right", "..., didn't he"
_TAG = re.compile(r", ?(?:right|correct|true|\w{2,6}n't (?:he|she|it|they|there|we|you|i))$")
_MORE_THAN_YES_NO = (
    # "is it open or closed": one of them is the answer; "open or not" still asks for yes or no
    re.compile(r"\bor (?!not$)\w"),
    # "is the rhine the border with what country", "is it open, and since when"
    re.compile(rf"\b(?:and|at|between|but|by|for|from|if so|in|of|on|since|to|with),? (?:then )?{_WH}\b"),
    # "did the police say who did it", "is it clear why"
    re.compile(
        rf"\b(?:announced?|clear|explain\w*|known?|mention\w*|reveal\w*|said|says?|states?|tell|told) (?:\w+ )?{_WH}\b"
    ),
)


def kind_of(question: str) -> QuestionKind:
    """What kind of answer `question` asks for, told by its wording alone."""
    said = _plain(question)
    plain = _FILLERS.sub("", said)
    asked = _WRAPPED_QUESTION.sub("", plain)
    demanded = _REQUEST.sub("", plain)
    if any(rule.match(wording) for rule in UNSUPPORTED for wording in {said, plain, asked, demanded}):
        return QuestionKind.UNSUPPORTED
    if _WRAPPED_WHETHER.match(plain) or _asks_yes_or_no(asked, marked="?" in question):
        return QuestionKind.YES_NO
    return QuestionKind.FACTUAL


def _plain(question: str) -> str:
    """The question in lower case on one line, short forms written out, without marks around it or a last "please"."""
    text = " ".join(question.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return _SHORT_IS.sub(r"\1\2 is", text).strip(_MARKS).removesuffix(" please").rstrip(_MARKS)


def _asks_yes_or_no(asked: str, *, marked: bool) -> bool:
    """Whether it begins as a yes-or-no question does and nothing in it asks for more; `marked` by a question mark."""
    if _TAG.search(asked):
        return True
    begins = _AUXILIARY.match(asked) or (marked and _AMBIGUOUS_AUXILIARY.match(asked))
    return bool(begins) and not any(rule.search(asked) for rule in _MORE_THAN_YES_NO)
