"""What an abstention says to people, for each reason why a question was not answered."""

from __future__ import annotations

from qa.answer import Reason

ABSTENTIONS = {
    Reason.EMPTY_LIBRARY: "There are no articles to ask yet. Add some, then ask again.",
    Reason.NO_PASSAGE: "None of the articles seems to be about this.",
    Reason.NO_SPAN: "Some articles come close, but no words in them answer this question.",
    Reason.UNSURE: "The articles do not answer this clearly enough to quote them.",
    Reason.FILTERED: "No article within the limits you set answers this.",
    Reason.UNSUPPORTED: "This cannot be answered by quoting an article.",
}
