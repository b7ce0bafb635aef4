"""What came of adding: every outcome in its place, in order."""

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.report import AddReport, ArticleSummary, Change, Rejection

ARTICLE = Article("Title", "Text \N{CROISSANT}", "a.txt", "https://example.org/a", "Herald", "2024", ("Ada",), "en")


def test_a_summary_is_what_a_list_shows() -> None:
    assert ArticleSummary.of(ARTICLE) == ArticleSummary(
        ARTICLE.id, "Title", "a.txt", "https://example.org/a", "Herald", "2024", characters=6
    )


def test_a_rejection_keeps_reason_and_sentence() -> None:
    error = InputRejected(RejectionReason.EMPTY, "a.txt is empty.")
    assert Rejection.of("a.txt", error) == Rejection("a.txt", RejectionReason.EMPTY, "a.txt is empty.")


def test_a_report_sorts_outcomes_and_keeps_their_order() -> None:
    first, second = ArticleSummary.of(ARTICLE), ArticleSummary.of(Article("", "Other", "b.txt"))
    rejections = [Rejection(name, RejectionReason.TYPE, "no") for name in ("x", "y")]
    report = AddReport.of(
        [(Change.ADDED, first), rejections[0], (Change.CHANGED, second), (Change.ADDED, second), rejections[1]]
    )
    assert report == AddReport(added=(first, second), changed=(second,), rejected=tuple(rejections))
    assert AddReport.of([]) == AddReport()
