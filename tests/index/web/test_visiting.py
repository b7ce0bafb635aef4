"""A guest's manners: robots.txt is asked first, and no host is asked twice in a second."""

from __future__ import annotations

import pytest
from local_site import Site, response

from index.errors import InputRejected, RejectionReason
from index.web.politeness import Pace
from index.web.visiting import Visitor


class Clock:
    """A time that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def visitor(site: Site, clock: Clock) -> Visitor:
    return Visitor(site.settings(), clock=clock, sleep=clock.sleep)


def refusal(visitor: Visitor, address: str) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        visitor.fetch(address)
    return caught.value.reason, str(caught.value)


def test_one_request_a_second_to_a_host() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for host in ("a", "b", "a", "a"):
        pace.wait(host)
    assert clock.slept == [1.0, 1.0]
    clock.now += 5
    pace.wait("a")
    assert clock.slept == [1.0, 1.0]


def test_two_threads_that_wait_for_a_host_get_turns_of_their_own() -> None:
    slept: list[float] = []
    pace = Pace(lambda: 100.0, slept.append)
    for _ in range(3):
        pace.wait("a")
    assert slept == [1.0, 2.0]


def test_robots_txt_is_asked_once_an_hour(site: Site) -> None:
    clock = Clock()
    guest = visitor(site, clock)
    site.answers = {"*": response(b"words"), "/robots.txt": response(b"User-agent: *\nDisallow: /private")}
    for path in ("/a", "/b"):
        assert guest.fetch(site.address(path)).data == b"words"
    assert site.asked == ["/robots.txt", "/a", "/b"]
    assert clock.slept == [1.0, 1.0]
    clock.now += 3_600
    guest.fetch(site.address("/c"))
    assert site.asked[3:] == ["/robots.txt", "/c"]


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/a", True),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: article-qa\nDisallow: /\n\nUser-agent: *\nDisallow:", "/a", False),
        ("User-agent: Article-QA\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: otherbot\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("<html>no such file</html>", "/a", True),
        ("", "/a", True),
    ],
)
def test_what_a_site_does_not_want_is_left(site: Site, rules: str, path: str, allowed: bool) -> None:
    site.answers = {"*": response(b"words"), "/robots.txt": response(rules.encode())}
    guest = site.visitor()
    if allowed:
        assert guest.fetch(site.address(path)).data == b"words"
        return
    reason, message = refusal(guest, site.address(path))
    assert reason is RejectionReason.ADDRESS
    assert message == (
        f"{site.address(path)} is not fetched: its site does not want programs to read it; save the page and add its "
        "file."
    )
    assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize("status", ["404 None", "403 No", "410 Gone", "301 Moved"])
def test_without_a_robots_txt_all_may_be_read(site: Site, status: str) -> None:
    site.answers = {"/robots.txt": response(b"Disallow: /", status), "/a": response(b"words")}
    assert site.visitor().fetch(site.address("/a")).data == b"words"


@pytest.mark.parametrize(
    "answer", [response(status="500 Broken"), response(b"a" * 500_001), b"no HTTP"], ids=["broken", "huge", "not HTTP"]
)
def test_while_a_site_cannot_say_nothing_is_read(site: Site, answer: bytes) -> None:
    site.answers = {"/robots.txt": answer, "/a": response(b"words")}
    guest = site.visitor()
    assert "as its site cannot be asked: " in refusal(guest, site.address("/a"))[1]
    assert refusal(guest, site.address("/b"))[0] in (RejectionReason.NETWORK, RejectionReason.TOO_LARGE)
    assert site.asked == ["/robots.txt"]


def test_a_robots_txt_elsewhere_is_none(site: Site) -> None:
    """Where it leads is not connected to, as is no other address."""
    site.answers = {
        "/robots.txt": response(status="302 Moved", Location="http://127.0.0.2/"),
        "/a": response(b"words"),
    }
    assert site.visitor().fetch(site.address("/a")).data == b"words"


def test_each_site_of_a_redirect_is_asked(site: Site) -> None:
    site.answers = {
        "/a": response(status="302 Moved", Location=site.address("/b", "b.test")),
        "/robots.txt": response(b"User-agent: *\nDisallow: /b"),
    }
    reason, message = refusal(site.visitor(), site.address("/a"))
    assert reason is RejectionReason.ADDRESS
    assert message.startswith(f"{site.address('/b', 'b.test')} is not fetched: its site does not want")
    assert site.asked == ["/robots.txt", "/a", "/robots.txt"]
    assert [headers["host"][0] for headers in site.headers] == ["a", "a", "b"]


def test_an_address_that_may_not_be_fetched_is_refused_for_its_own_reason(site: Site) -> None:
    reason, message = refusal(site.visitor(), f"http://127.0.0.2:{site.port}/a")
    assert reason is RejectionReason.ADDRESS
    assert message.startswith(f"http://127.0.0.2:{site.port}/a is not fetched: it leads to 127.0.0.2")
    assert site.asked == []
