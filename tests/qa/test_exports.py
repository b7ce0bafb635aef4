"""The whole public API: a name that is added or lost is a decision, not an accident."""

import qa


def test_the_public_names() -> None:
    assert qa.__all__ == [
        "AddReport",
        "Answer",
        "Article",
        "ArticleSummary",
        "Assistant",
        "Reason",
        "Rejection",
        "Reply",
    ]
    assert all(hasattr(qa, name) for name in qa.__all__)
