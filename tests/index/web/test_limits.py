"""Time, size and unpacking are bounded, whatever a server does."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from local_site import HERE, Site, response

from index.errors import InputRejected, RejectionReason
from index.web.fetching import FetchSettings, fetch

SECONDS = 0.4
MOST = 100_000


def refusal(site: Site, **changes: Any) -> tuple[RejectionReason, str]:
    settings = site.settings(**{"seconds": SECONDS, "most_bytes": MOST} | changes)
    with pytest.raises(InputRejected) as caught:
        fetch(site.address("/a"), settings=settings)
    return caught.value.reason, str(caught.value)


def slowly(start: bytes, piece: bytes) -> Callable[[Any], None]:
    """Sends the start, then a piece every few hundredths of a second, for ever."""

    def send(connection: Any) -> None:
        connection.sendall(start)
        while True:
            time.sleep(SECONDS / 20)
            connection.sendall(piece)

    return send


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b""),  # nothing at all
        (b"", b"H"),
        (OK, b"a"),
        (OK, b"A: b\r\n"),
        (OK + b"Content-Length: 1000\r\n\r\n", b"a"),
        (OK + b"Content-Length: 1000\r\n\r\n", b""),
        (OK + b"\r\n", b"a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 302 Moved\r\n", b"A: b\r\n"),
    ],
)
def test_a_slow_server_is_left(site: Site, start: bytes, piece: bytes) -> None:
    site.answers = {"/a": slowly(start, piece)}
    began = time.monotonic()
    reason, message = refusal(site)
    if b"gzip" not in start:  # which may also be damaged before
        assert message == f"{site.address('/a')} took longer than {SECONDS:g} seconds; try again later."
    assert reason is RejectionReason.NETWORK
    assert time.monotonic() - began < 3 * SECONDS


def test_all_redirects_share_the_time(site: Site) -> None:
    def wait(connection: Any) -> None:
        time.sleep(0.6 * SECONDS)
        connection.sendall(response(status="302 Moved", Location="/a"))

    site.answers = {"/a": wait}
    began = time.monotonic()
    assert refusal(site)[0] is RejectionReason.NETWORK
    assert time.monotonic() - began < 2 * SECONDS
    assert len(site.asked) == 2


def test_a_server_that_takes_no_connection_is_left(site: Site) -> None:
    def hang(host: str, port: int) -> Any:
        time.sleep(5 * SECONDS)

    began = time.monotonic()
    assert refusal(site, resolve=hang)[0] is RejectionReason.NETWORK
    assert time.monotonic() - began < 3 * SECONDS


def test_a_server_that_never_begins_tls_is_left(site: Site) -> None:
    """It is one that speaks no TLS, and keeps the connection open."""
    site.serve = lambda _: time.sleep(5 * SECONDS)  # type: ignore[method-assign]
    began = time.monotonic()
    with pytest.raises(InputRejected, match="took longer"):
        fetch(site.address(scheme="https"), settings=site.settings(seconds=SECONDS))
    assert time.monotonic() - began < 3 * SECONDS


def test_time_spent_before_a_request_does_not_count(site: Site) -> None:
    site.answers = {"/a": response(b"words")}
    fetched = fetch(
        site.address("/a"),
        settings=site.settings(seconds=SECONDS),
        before_request=lambda _: time.sleep(1.5 * SECONDS),
    )
    assert fetched.data == b"words"


def endless(start: bytes, piece: bytes) -> Callable[[Any], None]:
    def send(connection: Any) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return send


def bomb(wbits: int) -> bytes:
    """200 MB in 200 KB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join([packer.compress(bytes(10_000_000)) for _ in range(20)] + [packer.flush()])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(response(b"a" * (MOST + 1)), id="one byte too many"),
        pytest.param(OK + b"Content-Length: 10000000000\r\n\r\n", id="10 GB announced"),
        pytest.param(OK + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", id="more than there is announced"),
        pytest.param(endless(OK + b"\r\n", b"a" * 10_000), id="endless"),
        pytest.param(
            endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"a" * 1000 + b"\r\n"), id="chunks"
        ),
        pytest.param(response(gzip.compress(bytes(MOST + 1)), Content_Encoding="gzip"), id="gzip, one byte too many"),
        pytest.param(
            response(b"".join([gzip.compress(b"a" * 1000)] * 101), Content_Encoding="gzip"), id="gzip, in many parts"
        ),
    ],
)
def test_what_is_too_large_is_refused(site: Site, answer: Any) -> None:
    site.answers = {"/a": answer}
    message = f"{site.address('/a')} has more than {MOST:,} bytes, more than is taken."
    assert refusal(site, seconds=5.0) == (RejectionReason.TOO_LARGE, message)


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_bomb_stays_small(site: Site, encoding: str, wbits: int) -> None:
    packed = bomb(wbits)
    assert len(packed) < 250_000
    site.answers = {"/a": response(packed, Content_Encoding=encoding)}
    tracemalloc.start()
    try:
        assert refusal(site, most_bytes=20_000_000, seconds=20.0)[0] is RejectionReason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "deflate", "raw", "identity", ""])
def test_what_is_packed_once_is_unpacked(site: Site, encoding: str) -> None:
    text = b"Some words. " * 8_000
    wbits = {"deflate": 15, "raw": -15}.get(encoding, 31)
    packer = zlib.compressobj(wbits=wbits)
    packed = packer.compress(text) + packer.flush()
    body = text if encoding in ("", "identity") else packed
    site.answers = {"/a": response(body, Content_Encoding=encoding.replace("raw", "deflate"))}
    assert fetch(site.address("/a"), settings=site.settings(most_bytes=MOST)).data == text
    assert site.headers[0]["accept-encoding"] == "gzip, deflate"


def test_several_parts_are_one_body(site: Site) -> None:
    site.answers = {"/a": response(gzip.compress(b"Some ") + gzip.compress(b"words"), Content_Encoding="gzip")}
    assert fetch(site.address("/a"), settings=site.settings()).data == b"Some words"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Encoding": "gzip, gzip"},
        {"Content_Encoding": "gzip\r\nContent-Encoding: gzip"},
        {"Content_Encoding": "br"},
        {"Content_Encoding": "zstd"},
        {"Content_Encoding": "gzip, br"},
    ],
)
def test_other_packings_are_refused(site: Site, headers: dict[str, str]) -> None:
    site.answers = {"/a": response(gzip.compress(gzip.compress(b"words")), **headers)}
    message = f"{site.address('/a')} came packed in a way that cannot be unpacked."
    assert refusal(site) == (RejectionReason.NETWORK, message)


@pytest.mark.parametrize("packed", [b"words", gzip.compress(b"words")[:-9], gzip.compress(b"words")[:-1] + b"\xff"])
def test_what_is_packed_and_damaged_is_refused(site: Site, packed: bytes) -> None:
    site.answers = {"/a": response(packed, Content_Encoding="gzip")}
    assert refusal(site)[0] is RejectionReason.NETWORK


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\nshort",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords",
        OK + b"Content-Length: -1\r\n\r\nwords",
        OK + b"Content-Length: five\r\n\r\nwords",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nwords",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
        OK + b"A: " + b"a" * 1_000_000 + b"\r\n\r\n",
        OK + b"A: b\r\n" * 200_000 + b"\r\n",
        OK + b"no header\r\n\r\n",
        b"words and no HTTP",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=repr,
)
def test_what_is_not_http_is_refused(site: Site, answer: bytes) -> None:
    site.answers = {"/a": answer}
    message = f"{site.address('/a')} came incomplete, or not as HTTP has it; try again later."
    assert refusal(site, seconds=5.0) in [
        (RejectionReason.NETWORK, message),
        (RejectionReason.NETWORK, f"{site.address('/a')} could not be reached; try again later."),
    ]


def test_more_than_was_announced_is_not_read(site: Site) -> None:
    site.answers = {"/a": OK + b"Content-Length: 5\r\n\r\nwords and more"}
    assert fetch(site.address("/a"), settings=site.settings()).data == b"words"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("404 Go away", "was not found there; check the address (status 404)"),
        ("403 No", "refuses to be read by a program; save the page and add its file (status 403)"),
        ("429 Slow", "was asked for too often; try again later (status 429)"),
        ("503 No", "is at a site that has a fault of its own; try again later (status 503)"),
        ("204 Nothing", "was not given out (status 204)"),
        ("304 Same", "was not given out (status 304)"),
        ("206 Part", "was not given out (status 206)"),
        ("300 Many", "was not given out (status 300)"),
        ("301 No location", "was not given out (status 301)"),
    ],
)
def test_other_statuses_are_said_in_our_words(site: Site, status: str, words: str) -> None:
    site.answers = {"/a": response(status=status)}
    assert refusal(site) == (RejectionReason.NETWORK, f"{site.address('/a')} {words}.")


def test_what_did_not_change_is_not_sent_again(site: Site) -> None:
    site.answers = {"/a": response(b"words", ETag='"1"', Last_Modified="Fri, 01 May 2026 10:00:00 GMT")}
    first = fetch(site.address("/a"), settings=site.settings())
    assert (first.status, first.etag, first.modified) == (200, '"1"', "Fri, 01 May 2026 10:00:00 GMT")
    site.answers = {"/a": b"HTTP/1.1 304 Not Modified\r\n\r\n"}
    again = fetch(site.address("/a"), etag=first.etag, modified=first.modified, settings=site.settings())
    assert (again.status, again.data) == (304, b"")
    assert site.headers[1]["if-none-match"] == '"1"'
    assert site.headers[1]["if-modified-since"] == "Fri, 01 May 2026 10:00:00 GMT"


def test_nobody_listens(site: Site) -> None:
    settings = site.settings()
    rules = type(settings.rules)(frozenset({1}), lambda ip: ip == HERE)
    with pytest.raises(InputRejected, match=r"could not be reached; try again later\.$"):
        fetch("http://a.test:1/", settings=site.settings(rules=rules))


def test_the_limits_of_everybody() -> None:
    settings = FetchSettings()
    assert (settings.seconds, settings.most_bytes) == (20.0, 20_000_000)
    assert settings.rules.ports == {80, 443}
