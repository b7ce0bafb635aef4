"""Answering: passages in, answers out."""

from index.article import Article
from index.report import AddReport, ArticleSummary, Rejection
from qa.answer import Answer, Reason, Reply
from qa.assistant import Assistant

__all__ = ["AddReport", "Answer", "Article", "ArticleSummary", "Assistant", "Reason", "Rejection", "Reply"]
