"""Wordings of what extraction cannot give: each rule with an example, matched from the start of a plain question.

Plain means lower case, one line, no greeting and no marks around it. A rule must not catch a question that some words
of an article answer, so most of them ask for the end of the question or for a word like "this" or "articles" as well.
"""

from __future__ import annotations

import re

_NAMED = {
    "WH": "who|whom|whose|what|when|where|which|why|how",
    "THE": "the|this|that|these|those|all|all the|my|your|each|every|any|some|it|them",
    "ARTICLES": r"articles?|documents?|texts?|stor(?:y|ies)|reports?|files?|sources?|news(?: items| stories)?",
    "MAKE": "(?:give|get|write|make|show|provide|prepare)(?: me| us)?",
    "SOMETHING": ".{1,80}",
}


def _rules(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Compile patterns in which `<THE>` and the like stand for the words above."""
    return tuple(re.compile(re.sub(r"<([A-Z]+)>", lambda name: f"(?:{_NAMED[name[1]]})", rule)) for rule in patterns)


_CONVERSATION = _rules(
    # "hi", "good morning everyone"
    "(?:hi|hiya|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day|night)),?(?: there| all| everyone)?$",
    # "thanks a lot", "thank you for your help", "bye then", "ok"
    "(?:thanks|thank you|thx|cheers|bye|goodbye|see you|ok|okay|great|nice|cool|yes|no|sorry|please|lol)"
    "(?: then| later| again| so much| very much| a lot| bye| for .{1,60})?$",
    # "how are you today", "who are you", "where are you from", "how is it going", "that is all"
    "(?:how|how old|who|what|where) are you(?: doing| feeling| from| really)?(?: now| today)?$",
    "(?:what is up|how is it going|nice to meet you|that is all|never mind)$",
    # "what is your name"
    r"what (?:is|are) your (?:name|favou?rite|purpose|job|age|model|sources?|opinion|views?|thoughts?)\b",
    # "what can you do", "how do you work", "who made you", "help me", "can you help"
    "(?:what can you do|what do you do|how do you work|who (?:made|built|trained) you|(?:can you )?help(?: me)?)$",
    # "are you a robot", "do you speak german", "i love you"
    r"are you (?:an?|real|human|there|alive|sure|ok|okay)\b|do you (?:speak|understand)\b|i (?:love|hate|like) you$",
    # "tell me a joke", "sing a song"; not "tell me something about the bridge"
    r"(?:tell|sing)(?: me| us)? (?:a|another|some|something)\b(?! about)",
)

_NEW_TEXTS = _rules(
    # "summarise the article", "tl;dr", "outline this story"
    r"(?:summari[sz](?:e|ing)|sum up|recap|tl;?dr)\b|(?:outline|condense|shorten) (?:what|<THE>)\b",
    # "give me a short summary of the talks", "a brief overview"
    r"(?:<MAKE> )?(?:an?|the) (?:(?:very|short|brief|quick|one-\w+) ){0,3}"
    "(?:summary|overview|recap|synopsis|gist|digest)(?: of| on| about|$)",
    # "what is this article about", "what are the stories mostly about"
    r"what (?:is|are) (?:<THE> )?<ARTICLES> (?:\w+ )?about$",
    # "translate it into french", "compare the two bridges", "make a comparison"
    r"translat(?:e|ing) \W?\w|(?:compare|contrast) \w|<MAKE> an? (?:translation|comparison)\b",
    # "write a poem", "rewriting this paragraph", "make up a story"; not "draft bill vote"
    "(?:(?:re)?writ(?:e|ing)|compose|draft|generate|create|invent|make up|continue|complete|finish|edit|improve|"
    r"correct|proofread|simplify|expand|(?:para|re)phras(?:e|ing)) (?:me |us )?(?:an?|another|two|three|\d+|<THE>)\b",
    # "give me three bullet points", "show the key facts"
    r"<MAKE> (?:the |some )?(?:\w+ )?(?:bullet|key|main) (?:points|facts|takeaways)\b",
    # "make me a quiz", "give us some headlines"
    r"<MAKE> (?:an?|some) (?:\w+ )?(?:poem|song|story|quiz|joke|headline|title|tweet|essay|timeline|idea)s?\b",
    # "turn this into a poem"
    r"(?:turn|convert|change) <THE> (?:\w+ )?(?:in)?to\b",
)

_OPINIONS = _rules(
    # "what do you think of him", "who do you think will win", "do you agree", "in your opinion"
    r"(?:<WH> )?(?:\w+ ){0,3}do you (?:think|believe|agree|feel|reckon)\b|in your (?:opinion|view)\b",
    # "do you like him", "which film do you recommend"; not "what do you need"
    r"do you (?:like|love|hate|prefer|support|trust)\b|(?:what|which|who) (?:\w+ )?do you (?:prefer|recommend)\b",
    # "what would you do"; not "what would you call a ..."
    "what would you (?:recommend|suggest|choose|prefer|(?:do|say|think)(?: (?:about|if) .{1,60})?$)",
    # "should i buy it", "what should we read"
    r"should (?:i|we)\b|what should (?:i|we) (?:do|think|believe|say|buy|read|watch|choose)$",
    # "is it good that ...", "was it right to ..."; not "is it better to sow early or late"
    r"(?:is|was|would) it (?:be )?(?:not )?(?:an? )?(?:very |really |morally )?(?:good|bad|right|wrong|fair|unfair|"
    r"ethical|moral|immoral|wise|smart|stupid|better|best|worth)\b(?!.* or )",
    # "is the article biased", "was the verdict fair", "is putin a good president"
    "(?:is|are|was|were) <SOMETHING> (?:fair|unfair|justified|biased|overrated|underrated|trustworthy|credible|evil|"
    "worth it|an? (?:good|bad|great|terrible|stupid) (?:idea|thing|man|woman|person|leader|president|choice|move))$",
    # "which article is best", "what is the most interesting story"
    r"(?:which|what) (?:of <THE> )?<ARTICLES> (?:is|are|was) (?:the )?(?:best|better|worst|worse|most)\b",
    r"what is (?:the|your) (?:best|worst|funniest|most \w+) <ARTICLES>$",
    # "who is right", "which is better, tea or coffee"
    "(?:which|who|what) (?:is|are) (?:better|worse|right|wrong)(?:,|$)",
    # "recommend me a book", "give me your opinion"
    r"recommend(?: me| us)? (?:an?|some|something)\b|(?:give|tell)(?: me| us)? your (?:opinion|view|thoughts|advice)\b",
    # "rate this article"; not "rank of the officer"
    r"(?:rate|rank|grade|judge|evaluate|assess|critici[sz]e|review) <THE>\b",
)

_ARTICLES_AS_SUCH = _rules(
    # "how many articles mention putin", "how many of the stories are about trains"; not "... has the treaty"
    r"how many (?:of )?(?:<THE> )?(?:\w+ )?<ARTICLES> (?:(?:that )?(?:mention|talk|discuss|cover)|are about|"
    r"(?:do|have) (?:i|you|we)\b|are (?:there )?in (?:the|my|your|this) library|are there(?: about| on|$))",
    # "how often is kim mentioned", "how many times does peace appear in the articles"
    "how (?:often|many times) (?:is|are|was|were|does|do) <SOMETHING> "
    "(?:mentioned$|(?:mentioned|quoted|appear|occur) in (?:<THE> )?<ARTICLES>$)",
    # "count the articles", "count how often ...", "the number of articles about trains"
    r"count (?:how|<THE>)\b|(?:the )?number of articles (?:that|about|which|mentioning)\b",
    # "list all articles", "show me stories about trains"; not "list the articles of the treaty"
    "(?:list|show|find|give|get|open|search)(?: me| us)? (?:for )?(?:a list of )?(?:<THE> )?(?:other |more |new )?"
    r"<ARTICLES>(?: (?:about|on|that|which|mentioning|from|by|with|in)\b|$)",
    # "which articles mention trains", "do you have anything about trains"
    r"(?:which|what) articles (?:mention|talk|discuss|cover|are about|do you have|are there)\b",
    r"do (?:you|we|i) have (?:any|some|an)?(?:thing| information)? ?(?:<ARTICLES> )?(?:about|on)\b",
)

_ARITHMETIC = _rules(
    # "what is 2 + 2", "5 times 7", "15% of 80"; not "what is 9/11", "1969-1974"
    r"(?:what is |how much is )?-?\d[\d.,]*%? ?"
    r"(?: [-/x] |[+*^]|plus|minus|times|divided by|multiplied by|percent of|of) ?-?\d[\d.,]*(?: ?=)?$",
    # "calculate the average", "add 5 and 7"
    r"(?:calculate|compute|work out|solve|add up) (?:the|how|what|this|that|\d)|(?:add|multiply|divide|subtract) \d",
    # "what is the square root of 16", "the sum of 3 and 4"
    r"(?:what is )?(?:the )?(?:square root|cube root|sum|product|average|mean|median|factorial) of \d",
)

UNSUPPORTED = (*_CONVERSATION, *_NEW_TEXTS, *_OPINIONS, *_ARTICLES_AS_SUCH, *_ARITHMETIC)
"""The rules, to be used with `match`: conversation, new texts, opinions, articles as such, arithmetic."""
