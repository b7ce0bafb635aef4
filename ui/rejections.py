"""How inputs are called that were rejected for a reason, in a table of how many were."""

from __future__ import annotations

from index.errors import RejectionReason

REJECTIONS = {
    RejectionReason.MISSING: "not there",
    RejectionReason.EMPTY: "empty",
    RejectionReason.NO_TEXT: "without words",
    RejectionReason.TOO_LARGE: "too large",
    RejectionReason.TYPE: "of a type that is not read",
    RejectionReason.ENCODING: "in an encoding that cannot be told",
    RejectionReason.FORMAT: "not written as their type must be",
    RejectionReason.UNREADABLE: "damaged, or not to be read by you",
    RejectionReason.ENCRYPTED: "locked by a password",
    RejectionReason.NO_ARTICLE: "without an article",
    RejectionReason.TIMEOUT: "too slow to read",
    RejectionReason.MEMORY: "in need of too much memory",
    RejectionReason.CRASH: "fatal to the process that reads them",
    RejectionReason.OUTPUT: "of too much text",
    RejectionReason.ADDRESS: "at an address that is not fetched",
    RejectionReason.NETWORK: "not to be had from the network",
    RejectionReason.QUESTION_EMPTY: "questions without words",
    RejectionReason.QUESTION_TOO_LONG: "questions that are too long",
    RejectionReason.OPTION: "asked for with a wrong option",
}
